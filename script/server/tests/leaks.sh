# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# An app's secrets: in its env file, in its own processes and in what starts them, and nowhere else.
# Finds a server that is set up; the app is its own, pushed on the server.
check leaks needs install_package

# Prints where on the server the secrets are: files of nextdeploy's, command lines and environments of processes, the
# journal. What is looked for comes from a file, or the search would find itself.
secrets_found() {
  # shellcheck disable=SC2016 # the server's shell is to expand it
  on sh -c '
    {
      grep -rlF -D skip -f /root/secrets /opt/nextdeploy /run /var/tmp /var/log /etc 2>/dev/null
      for process in /proc/[0-9]*; do
        if tr "\0" "\n" <"$process/cmdline" 2>/dev/null | grep -qF -f /root/secrets; then
          echo "command line of $(tr "\0" " " <"$process/cmdline")"
        fi
        if tr "\0" "\n" <"$process/environ" 2>/dev/null | grep -qF -f /root/secrets; then
          echo "environment of $(stat -c %u "$process" | sed "s/^67...\$/a build/; s/^66...\$/an app/")"
        fi
      done
      journalctl -q --no-pager -o cat 2>/dev/null | grep -qF -f /root/secrets && echo "the journal"
    } | sed "s/:[0-9]*/:PORT/" | sort -u'
}

secretive_environment() { on cat "/proc/$(main_process secretive)/environ" | tr '\0' '\n'; }

leaks() {
  local output status=0 answers
  on nextdeploy app create secretive >/dev/null
  printf '%s\n' both-7f3a9c2e51 build-0d4b8e6a17 run-5c1e9f7b32 dp.st.prd.4c6e8a0b2d \
    from-doppler-9e7c5a3b1f | timeout 20 script/server/vps run "$server" tee /root/secrets >/dev/null
  # By standard input, or they would be on this command line.
  timeout 20 script/server/vps run "$server" nextdeploy env set secretive SECRET_BUILD --build <<<"build-0d4b8e6a17" >/dev/null
  timeout 20 script/server/vps run "$server" nextdeploy env set secretive SECRET_RUN --run <<<"run-5c1e9f7b32" >/dev/null
  timeout 20 script/server/vps run "$server" nextdeploy env import secretive - <<<"SECRET_BOTH='both-7f3a9c2e51'" >/dev/null
  answers=$(mktemp -d)
  touch "$answers/answers"
  timeout 300 script/server/vps net "$server" node Tests/Fixtures/doppler/server.js "$answers" 18777 >/dev/null 2>&1 &
  local doppler=$!
  timeout 20 script/server/vps run "$server" nextdeploy env set secretive DOPPLER_TOKEN <<<"dp.st.prd.4c6e8a0b2d" >/dev/null
  on nextdeploy env set secretive DOPPLER_API_HOST=http://127.0.0.1:18777 >/dev/null
  on install -d -o nextdeploy -g nextdeploy /var/tmp/dev /var/tmp/dev/secretive
  tar -C Tests/Fixtures/secretive-app -c . |
    timeout 20 script/server/vps run "$server" tar -x --no-same-owner -C /var/tmp/dev/secretive
  on chown -R nextdeploy: /var/tmp/dev/secretive
  as "cd secretive && git init -qb main && git remote add production /opt/nextdeploy/apps/secretive/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack' && git config user.name Dev &&
    git config user.email dev@example.com && git add -A && git commit -qm first"
  output=$(mktemp)
  as "cd secretive && git push production main" >"$output" 2>&1 &
  local push=$!
  until_is 60 told on cat /opt/nextdeploy/apps/secretive/workspace/told || fail "the build did not begin: $(cat "$output")"
  is "while it is built, an app's secrets are in its env file and in its build" \
    "/opt/nextdeploy/apps/secretive/env
environment of a build" secrets_found
  on touch /opt/nextdeploy/apps/secretive/workspace/go
  wait $push || status=$?
  is "its push is live" 0 echo $status
  is "its output tells what the build saw, without the values" "SECRET_BOTH=**** SECRET_BUILD=**** in two parts: ****" \
    sh -c "grep -o 'SECRET_BOTH=.*' '$output' | head -n 1 | sed 's/ *\$//'"
  refused "and no secret" grep -qE 'both-7f3a9c2e51|build-0d4b8e6a17|run-5c1e9f7b32' "$output"
  has "the build was given no run-time value" "run-time: undefined" cat "$output"
  has "and can open its output anew" "reopened" cat "$output"
  is "once it is live they are in its env file, and where its instance is started from" \
    "/opt/nextdeploy/apps/secretive/env
/opt/nextdeploy/instances/secretive:PORT/service.json
environment of an app" secrets_found
  is "nothing is left of the build's pipes" "systemctl" on ls /opt/nextdeploy/apps/secretive/build
  timeout 60 script/server/vps run "$server" nextdeploy env set secretive SECRET_RUN --apply <<<"run-5c1e9f7b32-new" >/dev/null ||
    fail "a new value was not taken over"
  has "a new value is with the live instance at once" "SECRET_RUN=run-5c1e9f7b32-new" secretive_environment
  has "and with it is what Doppler keeps" "API_KEY=from-doppler" secretive_environment
  kill "$doppler"
  has "without Doppler nothing is started again" "Doppler could not be reached" on nextdeploy restart secretive
  on kill -9 "$(main_process secretive)"
  until_is 20 "fine" timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$(sed -n 's/.*live: \([^ ]*\).*/\1/p' "$output")" || fail "the app did not come back without Doppler"
  shown "an app that crashed is started again without Doppler"
  on nextdeploy app remove secretive >/dev/null
  rm -rf "$answers"
  rm -f "$output"
}
