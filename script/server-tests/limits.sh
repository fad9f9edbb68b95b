# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# What apps and builds may take of the machine.

limits() {
  local unit
  unit=nextdeploy@shop:$(port).service
  passes "a memory limit is set" remote config set memory 300M --app shop
  is "and holds for the running instance" 314572800 on systemctl show -P MemoryMax "$unit"
  passes "a processor limit is set" remote config set cpu 50% --app shop
  is "and holds" 500ms on systemctl show -P CPUQuotaPerSecUSec "$unit"
  passes "a limit of tasks is set" remote config set tasks 40 --app shop
  is "and holds" 40 on systemctl show -P TasksMax "$unit"
  is "the app can start no more than that" 1 try run "for i in \$(seq 60); do sleep 2 & done"
  refused "nonsense is refused" remote config set memory lots --app shop
  has "logs are the journal's" "version 2" on nextdeploy logs --app shop
}

# Of a build that runs now.
build_limits() {
  local unit=nextdeploy-build@shop.service memory total
  is "a build has less weight for the processor" 20 on systemctl show -P CPUWeight $unit
  is "and for the disk, than an instance" 20 on systemctl show -P IOWeight $unit
  is "an instance has systemd's own, of 100" "[not set]" on systemctl show -P CPUWeight "nextdeploy@shop:$(port).service"
  memory=$(on systemctl show -P MemoryMax $unit)
  total=$(on awk '/^MemTotal/ { print $2 }' /proc/meminfo)
  [ $((memory / total * 100 / 1024)) -ge 74 ] && [ $((memory / total * 100 / 1024)) -le 76 ] || fail "of $total it may take $memory"
  say "  ok  a build may take three quarters of the machine's memory"
}
