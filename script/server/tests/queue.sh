# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# What could hold up everybody's deploys, or take the machine: builds that do not end, and those who wait for them.
# Finds the app shop at its second release, and the app other.
check queue needs second_push
check pushes_in_a_row needs keys

queue() {
  commit "echo '{\"build\": \"sleep 4321 & setsid sleep 4321 & trap : TERM; sleep 4321; sleep 4321\"}' > nextdeploy.json" endless
  others_builds
  time_limit
  memory_of_a_push
  on_laptop "git reset -q --hard HEAD~1"
  is "the live release stays" "version 2" get /
}

# One build runs, two others wait for it: one of a key that may know of it, one of a key that may not.
others_builds() {
  local shop left other
  guest_key
  push >"$laptop/shop" 2>&1 &
  shop=$!
  until_is 30 3 sleepers || fail "no build: $(cat "$laptop/shop")"
  build_tasks
  push laptop left >"$laptop/left" 2>&1 &
  left=$!
  push guest other >"$laptop/other" 2>&1 &
  other=$!
  until_is 30 2 sh -c "cat '$laptop/left' '$laptop/other' | grep -c 'this build waits for it'" ||
    fail "who waits is not told: $(cat "$laptop/left" "$laptop/other")"
  has "who waits for another app's build is told for which" "shop is being built; this build waits for it." cat "$laptop/left"
  has "to a key that may not know it, another app's name is not told" \
    "Another app is being built; this build waits for it." cat "$laptop/other"
  has "a wait is cancelled" "is cancelled." remote cancel left
  wait $left && fail "a push that was cancelled while it waited succeeded"
  has "which its pusher is told" "it was cancelled by the key laptop" cat "$laptop/left"
  has "a key cancels its own app's" "other: the push of" over_ssh guest -- cancel
  wait $other && fail "a push that was cancelled by its own key succeeded"
  has "and no other's" "the key guest is only for other" over_ssh guest -- cancel shop
  is "the build that they waited for goes on" 3 sleepers
  has "a build that runs is cancelled" "is cancelled." remote cancel shop
  wait $shop && fail "a push that was cancelled succeeded"
  is "a build that does not end is ended with all that it has started" 0 sleepers
  has "and fails where it was" "FAILED at build" cat "$laptop/shop"
  on nextdeploy app remove left >/dev/null
}

time_limit() {
  passes "builds get less time" on nextdeploy config set build.timeout 3s --app shop
  has "a build that takes longer is ended, and tells by which setting" "it had not ended after 3s, which is the limit" push
  is "with all that it has started" 0 sleepers
  on nextdeploy config unset build.timeout --app shop
  refused "a key that is bound to an app gives itself no time" over_ssh guest -- config set build.timeout 24h
  refused "nor memory" over_ssh guest -- config set memory 8G
}

# What handles a push goes before a site where memory gets short.
memory_of_a_push() {
  local hook
  push >"$laptop/shop" 2>&1 &
  until_is 30 3 sleepers || fail "no build: $(cat "$laptop/shop")"
  hook=$(on pgrep -u nextdeploy -f '^[^ ]*nextdeploy hook post-receive')
  is "the hook goes before a site where memory gets short" 500 on cat "/proc/$hook/oom_score_adj"
  is "as does git" 500 on sh -c "cat /proc/\$(pgrep -u nextdeploy -f 'git -c receive' | head -1)/oom_score_adj"
  is "a site is the last to go" 0 on cat "/proc/$(main_process)/oom_score_adj"
  refused "the hook may have so much memory and no more" on grep -q '^Max data size *unlimited' "/proc/$hook/limits"
  remote cancel shop >/dev/null
  wait $! || true
}

build_tasks() {
  is "a build can start no more than its tasks" 4096 on systemctl show -P TasksMax nextdeploy-build@shop.service
}

sleepers() { on sh -c "pgrep -fxc 'sleep 4321' || true"; }

# Bound to the app "other".
guest_key() {
  ssh-keygen -q -t ed25519 -N '' -C guest -f "$laptop/guest"
  printf 'Host guest\n  HostName 192.0.2.1\n  User nextdeploy\n  IdentityFile %s\n' "$laptop/guest" |
    cat - "$laptop/ssh_config" >"$laptop/ssh_config.new"
  mv "$laptop/ssh_config.new" "$laptop/ssh_config"
  on nextdeploy key add guest --app other - <"$laptop/guest.pub" >/dev/null
}

# One push right after the other: the unit that checks out is started ahead, and may be done before anybody looks.
pushes_in_a_row() {
  local directory=$laptop/row place=/opt/nextdeploy/apps/row/deploys i
  mkdir "$directory"
  echo '{ "name": "row", "scripts": { "start": "node server.js" } }' >"$directory/package.json"
  on_laptop "cd ../row && git init -qb main"
  for i in 1 2 3 4 5 6 7 8; do
    echo "require('http').createServer((_, answer) => answer.end('$i')).listen(process.env.PORT, process.env.HOSTNAME)" >"$directory/server.js"
    on_laptop "cd ../row && git add -A && git commit -qm $i && git push -q laptop:row main" >"$laptop/pushed" 2>&1 ||
      fail "push $i of a row: $(cat "$laptop/pushed")"
  done
  shown "eight pushes, one right after the other, go live"
  is "none of them waits for a unit that waits for nothing" "" on sh -c \
    "sed -n '/\"seconds\"/ { N; /\"checkout\"/p }' $place/*.json | awk -F: '/seconds/ && \$2 + 0 > 8'"
  on nextdeploy app remove row >/dev/null
}
