# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Pushes from a laptop: the first, one under load, ones that fail; domains and limits.
# The first push finds a laptop and no app; the second, what isolation set up for its build to try; the rest, the app
# shop at its second release, whose build is slow.
check first_push needs keys
check second_push needs isolation
check domains needs second_push
check failures needs second_push

first_push() {
  local output
  output=$(push 2>&1) || fail "the first push: $output"
  [[ $output == *"Made the app shop. Pushes to main go live at http://192.0.2.1:8080."* ]] || fail "the app: $output"
  [[ $output == *"live: http://192.0.2.1:8080"* ]] || fail "the push does not tell where it is live: $output"
  shown "the first push to a new name makes the app, and tells where it is live"
  is "it is live" "version 1" get /
  has "the app runs as a user of its own, without capabilities" "66000 66000 66000 66000 0000000000000000 1" \
    sh -c "$(declare -f get); server=$server; get /status | awk '/^Uid|^CapBnd|^NoNewPrivs/ { \$1 = \"\"; printf \"%s\", \$0 }' | xargs"
  soon "nothing of nextdeploy runs between deploys" "" ours_running
  passes "root's commands run as nextdeploy" on nextdeploy app create other
  on sh -c 'echo SECRET=1 > /opt/nextdeploy/apps/other/env; echo OWN=1 > /opt/nextdeploy/apps/shop/env'
}

# A deploy under load, with a build that takes a while: what runs meanwhile, and as whom.
second_push() {
  timeout 60 script/server/vps net "$server" hey -z 8s -c 20 http://192.0.2.1:8080/ >"$laptop/load" 2>&1 &
  local load=$! old running
  old=$(port)
  sleep 1
  commit "echo version 2 > version.txt; touch slow" second
  push >"$laptop/push" 2>&1 &
  local push=$!
  until_is 20 "node build.js" on sh -c 'ps -u 67000 -o args= | grep "^node build.js"' ||
    fail "no build: $(cat "$laptop/push")"
  running=$(ours_running)
  build_limits
  local score
  score=$(exposure nextdeploy-build@shop.service)
  passes "a build scores 3.0 or better (it scores $score)" awk "BEGIN { exit !($score > 0 && $score <= 3.0) }"
  wait $push || fail "a second push under load: $(cat "$laptop/push")"
  kill "$metadata"
  wait $load
  [[ $running == *"post-receive"* && $running == *"67000 "*"build.js"* ]] || fail "what runs? $running"
  ! grep "^root" <<<"$running" || fail "something of ours runs as root"
  shown "nothing of nextdeploy's runs as root during a deploy"
  local output
  output=$(cat "$laptop/push")
  [[ $output != *"build CAN"* ]] || fail "the build reached too much: $output"
  [[ $output == *"build cannot reach the metadata service"* ]] || fail "the build did not try: $output"
  [[ $output == *"build cannot read apps/other/env"* ]] || fail "the build's output did not come: $output"
  shown "its build reaches nothing but its workspace, and its output reaches the pusher"
  [[ $output == *"build cannot listen on port 3500"* ]] || fail "the build could listen: $output"
  shown "a build cannot listen on a port that may become an app's"
  no_request_failed
  is "the second release is live" "version 2" get /
  until_is 20 inactive on systemctl is-active "nextdeploy@shop:$old.service" || fail "the old instance did not end"
  remote status shop >/dev/null
  refused "the old instance's record is gone" on test -e "/opt/nextdeploy/instances/shop:$old"
  soon "and nothing of nextdeploy runs" "" ours_running
}

domains() {
  passes "an app gets a domain" remote config set domains shop.example.com --app shop
  is "which Caddy sends on to https" 308 timeout 20 script/server/vps net "$server" \
    curl -s -o /dev/null -w '%{http_code}' -H 'Host: shop.example.com' http://192.0.2.1/
  passes "a deploy goes live before Caddy has a certificate for it" remote restart shop
  refused "another app may not have it" remote config set domains shop.example.com --app other
  passes "it goes back to its port" remote config unset domains --app shop
  is "and is there" "version 2" get /
}

failures() {
  local status=0
  commit "git rm -q --cached slow; rm slow; touch fail" failing
  push >"$laptop/push" 2>&1 || status=$?
  is "a push whose build fails exits 1" 1 echo "$status"
  is "the live release stays" "version 2" get /
  has "the same push fails again" "FAILED at build" push
  commit "git rm -q --cached fail; rm fail; touch kill" killed
  has "a build that is killed is told as that" "for want of memory" push
  is "the live release still stays" "version 2" get /
  commit "git rm -q --cached kill; rm kill; sed -i '1i process.exit(9)' server.js" crashing
  has "an app that ends at once is told with its exit code" "exit code 9" push
  commit "sed -i 1d server.js; sed -i 's/process.env.PORT/61234/' server.js; echo '{ \"health\": { \"timeout\": 2 } }' > nextdeploy.json" elsewhere
  has "an app that listens elsewhere is told where" "listens on 127.0.0.1:61234, not on" push
  on_laptop "git reset -q --hard HEAD~4"
  local before
  before=$(main_process)
  get /crash >/dev/null 2>&1 || true
  until_is 10 "version 2" get / || fail "a crashed app did not come back"
  [ "$(main_process)" != "$before" ] || fail "the app did not crash"
  shown "a crashed app is started again"
}
