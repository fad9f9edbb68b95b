# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# Rollback, reboot, and stopping by hand.
# Finds the app shop at its second release, with the first kept, and with a limit of its memory.
check rollback_and_reboot needs limits

rollback_and_reboot() {
  passes "a rollback over ssh" remote rollback shop
  is "puts the first release live" "version 1" get /
  passes "the server reboots" timeout 150 script/server/vps reboot "$server"
  until_is 30 "version 1" get / || fail "the app did not come back after the reboot"
  shown "the app is back on the release that was live"
  is "its limit too" 314572800 on systemctl show -P MemoryMax "nextdeploy@shop:$(port).service"
  soon "nothing of nextdeploy runs" "" ours_running
  is "and each port is its app's alone again" "status 13" try run "$(listening 3500)"
  unkept_ports
  local unit
  unit=nextdeploy@shop:$(port).service
  has "a drain waits for a request that is being answered" slow drained "$unit"
  passes "an admin starts an instance again" on systemctl start "$unit"
  until_is 20 "version 1" get / || fail "the app is not back"
}

# A request that takes 3 seconds, and the unit stopped by its admin meanwhile.
drained() {
  get /slow &
  sleep 0.5
  on systemctl stop "$1"
  wait $!
}
