# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# The package is put in again while an app is live, removed, purged, and comes back.
# Finds the app shop at its first release. Nothing is left for others to find.
check removal needs rollback_and_reboot

removal() {
  local before
  before=$(main_process)
  timeout 60 script/server/vps net "$server" hey -z 12s -c 10 http://192.0.2.1:8080/ >"$laptop/load" 2>&1 &
  local load=$!
  passes "the package is installed again under load" apt install --reinstall "/root/${package##*/}"
  wait $load
  no_request_failed
  is "and the app's process is the same" "$before" main_process

  passes "the package is removed" apt remove nextdeploy
  is "its apps are stopped" "" on sh -c "systemctl list-units --no-legend 'nextdeploy*'"
  is "and Caddy says so of their sites" 502 status_of http://192.0.2.1:8080/
  refused "a key opens nothing" remote status shop
  passes "it is installed again" on dpkg -i "/root/${package##*/}"
  until_is 20 "version 1" get / || fail "the apps did not come back"
  shown "and brings the apps back"

  has "a purge asks nothing, and says what it leaves" "data stays in /opt/nextdeploy" apt purge nextdeploy
  passes "it leaves the apps' data" on test -d /opt/nextdeploy/apps/shop/releases
  is "Caddy runs" active on systemctl is-active caddy
  passes "with the admin's own site" timeout 20 script/server/vps net "$server" curl -sSf -o /dev/null http://192.0.2.1/
  refused "and without the apps'" get /
  passes "it could be restarted too" on systemctl restart caddy
  is "nothing of it is enabled or loaded" "" on sh -c "systemctl list-units --all --no-legend 'nextdeploy*'; ls -d /etc/systemd/system/*/nextdeploy* 2>/dev/null"
  passes "installed again, after a purge" on dpkg -i "/root/${package##*/}"
  until_is 20 "version 1" get / || fail "the apps did not come back after a purge"
  shown "it brings the apps back"

  passes "a purge that was told to takes the data too" apt purge nextdeploy NEXTDEPLOY_PURGE_DATA=yes
  refused "all of it" on ls -d /opt/nextdeploy
  is "and the users" "" on sh -c "getent passwd | grep nextdeploy; getent group | grep nextdeploy"
  passes "Caddy can be restarted without it" on systemctl restart caddy
  passes "and serves the admin's own site" timeout 20 script/server/vps net "$server" curl -sSf -o /dev/null http://192.0.2.1/
}

status_of() { timeout 20 script/server/vps net "$server" curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$1"; }
