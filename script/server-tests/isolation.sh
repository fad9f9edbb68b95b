# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# What an app, and the user nextdeploy, may not.

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
  refused "an app cannot ask systemd" grep -qx "done" <(try run "systemctl stop ssh")
  refused "an app cannot reach Caddy's administration" grep -qx "done" <(try connect /var/lib/caddy/admin.socket)
  local command
  for command in "restart caddy" "stop caddy" "stop ssh" "daemon-reload" "poweroff" "enable ssh"; do
    # shellcheck disable=SC2086 # words
    refused "the user nextdeploy may not: systemctl $command" \
      on runuser -u nextdeploy -- systemctl --no-ask-password $command
  done
  refused "nor run anything as root" on runuser -u nextdeploy -- systemd-run --no-ask-password --unit nextdeploy@x:1.service id
  has "an instance scores 3.0 or better" OK on sh -c \
    "systemd-analyze security --no-pager 'nextdeploy@shop:$(port).service' | tail -n 1 | awk '{ exit !(\$(NF - 2) <= 3.0) }' && echo OK || systemd-analyze security --no-pager 'nextdeploy@shop:$(port).service' | tail -n 1"
}
