# shellcheck shell=bash disable=SC2154,SC2034 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# What an app, and the user nextdeploy, may not.
# Finds the app shop at its first release, and the app other with an environment.
check isolation needs first_push

isolation() {
  local live
  live=$(on readlink -f /opt/nextdeploy/apps/shop/current)
  is "an app can read its release" "done" try read server.js
  is "an app cannot change it" EACCES try write server.js
  is "an app can write its persistent paths" "done" try write uploads/a.txt
  passes "which outlive its release" on test -f /opt/nextdeploy/apps/shop/shared/uploads/a.txt
  local path
  for path in apps apps/other apps/other/env apps/shop/env apps/shop/repo.git/HEAD config.json caddy .ssh; do
    is "an app cannot see $path" ENOENT try read "/opt/nextdeploy/$path"
  done
  is "nor its release's real place" ENOENT try read "$live/app/server.js"
  is "nor what it was started with" EACCES try read "/opt/nextdeploy/instances/shop:$(port)/service.json"
  is "an app cannot make a persistent path of its own" EACCES try write /opt/nextdeploy/app/shared/x
  is "an app cannot write to the machine" EROFS try write /etc/x
  is "nor to the control groups" EROFS try write /sys/fs/cgroup/x
  refused "an app cannot read the kernel's log" grep -qx "done" <(try run dmesg)
  for path in /home/x /root/x /etc/caddy/Caddyfile /var/lib/caddy/admin.socket; do
    is "an app cannot read $path" EACCES try read $path
  done
  refused "an app cannot ask systemd" grep -qx "done" <(try run "systemctl stop ssh")
  refused "an app cannot reach Caddy's administration" grep -qx "done" <(try connect /var/lib/caddy/admin.socket)
  metadata_service
  refused "an app cannot reach the cloud's metadata service" grep -qx "done" <(try run "$metadata_request")
  local command
  for command in "stop caddy" "restart ssh" "stop ssh" "daemon-reload" "poweroff" "enable ssh"; do
    # shellcheck disable=SC2086 # words
    refused "the user nextdeploy may not: systemctl $command" \
      on runuser -u nextdeploy -- systemctl --no-ask-password $command
  done
  refused "nor run anything as root" on runuser -u nextdeploy -- systemd-run --no-ask-password --unit nextdeploy@x:1.service id
  local score
  score=$(exposure "nextdeploy@shop:$(port).service")
  passes "an instance scores 3.0 or better (it scores $score)" awk "BEGIN { exit !($score > 0 && $score <= 3.0) }"
}

# How exposed a unit that runs is, as systemd counts: 0 is safest, 10 is worst.
exposure() { on systemd-analyze security --no-pager "$1" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p'; }

# What a cloud has at this address, where it tells whoever asks the machine's credentials.
metadata_service() {
  timeout 20 script/server/vps net "$server" ip address add 169.254.169.254/32 dev lo
  timeout 300 script/server/vps net "$server" python3 -m http.server --bind 169.254.169.254 --directory "$laptop/bin" 8099 \
    >/dev/null 2>&1 &
  metadata=$! # until the end of the second push, whose build tries it too
  until_is 10 OK on sh -c "$metadata_request && echo OK" || fail "not even root reaches the metadata service"
}
metadata_request="curl -sf -o /dev/null --max-time 3 http://169.254.169.254:8099/"
