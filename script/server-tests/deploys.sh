# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# Pushes made on the server: the first, one under load, ones that fail; domains and limits.

first_push() {
  on install -d -o nextdeploy -g nextdeploy /var/tmp/dev /var/tmp/dev/app
  tar -C Tests/Fixtures/vps-app -c . | timeout 20 script/vps run "$server" tar -x --no-same-owner -C /var/tmp/dev/app
  on chown -R nextdeploy: /var/tmp/dev
  as "git config --global user.email dev@example.com && git config --global user.name Dev && git init -qb main"
  passes "root's commands run as nextdeploy" on nextdeploy app create shop
  passes "a second app is made" on nextdeploy app create other
  on sh -c 'echo SECRET=1 > /opt/nextdeploy/apps/other/env; echo OWN=1 > /opt/nextdeploy/apps/shop/env'
  as "git remote add production /opt/nextdeploy/apps/shop/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack' && git add -A && git commit -qm first"
  local output
  output=$(as "git push production main" 2>&1) || fail "the first push: $output"
  is "the first push is live" "version 1" get /
  [[ $output != *"build CAN"* ]] || fail "the build reached too much: $output"
  [[ $output == *"build cannot read apps/other/env"* ]] || fail "the build's output did not come: $output"
  say "  ok  its build reaches nothing but its workspace, and its output reaches the pusher"
  has "the app runs as a user of its own, without capabilities" "66000 66000 66000 66000 0000000000000000 1" \
    sh -c "$(declare -f get); server=$server; get /status | awk '/^Uid|^CapBnd|^NoNewPrivs/ { \$1 = \"\"; printf \"%s\", \$0 }' | xargs"
  is "nothing of nextdeploy runs between deploys" "" ours_running
}

second_push() {
  timeout 60 script/vps net "$server" hey -z 8s -c 20 http://192.0.2.1:8080/ >/tmp/nextdeploy-hey.$$ 2>&1 &
  local load=$! old
  old=$(port)
  sleep 1
  commit "echo version 2 > version.txt" second
  passes "a second push under load" push
  wait $load
  local report
  report=$(cat /tmp/nextdeploy-hey.$$)
  rm -f /tmp/nextdeploy-hey.$$
  [[ $report == *"[200]"* && $report != *"Error distribution"* && $(grep -c ' responses$' <<<"$report") = 1 ]] ||
    fail "requests failed: $report"
  say "  ok  no request of $(sed -n 's/.*\[200\][[:space:]]*//p' <<<"$report") failed"
  is "the second release is live" "version 2" get /
  until_is 20 inactive on systemctl is-active "nextdeploy@shop:$old.service" || fail "the old instance did not end"
  on nextdeploy status --app shop >/dev/null
  refused "the old instance's record is gone" on test -e "/opt/nextdeploy/instances/shop:$old"
}

domains() {
  passes "an app gets a domain" on nextdeploy config set domains shop.example.com --app shop
  is "which Caddy sends on to https" 308 timeout 20 script/vps net "$server" \
    curl -s -o /dev/null -w '%{http_code}' -H 'Host: shop.example.com' http://192.0.2.1/
  refused "another app may not have it" on nextdeploy config set domains shop.example.com --app other
  passes "it goes back to its port" on nextdeploy config unset domains --app shop
  is "and is there" "version 2" get /
}

failures() {
  commit "touch fail" failing
  refused "a push whose build fails exits 1" push
  is "the live release stays" "version 2" get /
  commit "git rm -q --cached fail; rm fail; touch kill" killed
  has "a build that is killed is told as that" "for want of memory" push
  is "the live release still stays" "version 2" get /
  commit "git rm -q --cached kill; rm kill; sed -i '1i process.exit(9)' server.js" crashing
  has "an app that ends at once is told with its exit code" "exit code 9" push
  commit "sed -i 1d server.js; sed -i 's/process.env.PORT/61234/' server.js; echo '{ \"health\": { \"timeout\": 2 } }' > nextdeploy.json" elsewhere
  has "an app that listens elsewhere is told where" "listens on 127.0.0.1:61234, not on" push
  as "git reset -q --hard HEAD~4"
  local before
  before=$(main_process)
  get /crash >/dev/null 2>&1 || true
  until_is 10 "version 2" get / || fail "a crashed app did not come back"
  [ "$(main_process)" != "$before" ] || fail "the app did not crash"
  say "  ok  a crashed app is started again"
}

limits() {
  passes "a memory limit is set" on nextdeploy config set memory 300M --app shop
  is "and holds for the running instance" 314572800 on systemctl show -P MemoryMax "nextdeploy@shop:$(port).service"
  refused "nonsense is refused" on nextdeploy config set memory lots --app shop
  has "logs are the journal's" "version 2" on nextdeploy logs --app shop
}
