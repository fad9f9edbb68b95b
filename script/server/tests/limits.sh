# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# What apps and builds may take of the machine.
# Finds the app shop at its second release, whose build is slow.
check limits needs second_push
check builds_at_once needs second_push

limits() {
  local unit
  unit=nextdeploy@shop:$(port).service
  passes "a memory limit is set" remote config set memory 300M --app shop
  is "and holds for the running instance" 314572800 on systemctl show -P MemoryMax "$unit"
  passes "a processor limit is set" remote config set cpu 50% --app shop
  is "and holds" 500ms on systemctl show -P CPUQuotaPerSecUSec "$unit"
  passes "a limit of tasks is set" remote config set tasks 40 --app shop
  is "and holds" 40 on systemctl show -P TasksMax "$unit"
  refused "nonsense is refused" remote config set memory lots --app shop
  has "logs are the journal's" "version 2" on nextdeploy logs --app shop
  # Servers in a container of this machine may have no control groups that limit anything.
  if [ "$(on systemctl show -P TasksCurrent "$unit")" = "[not set]" ]; then
    say "  --  not shown here, for want of control groups: that the limits of tasks and memory have an effect"
  else
    limits_take_effect
  fi
}

limits_take_effect() {
  local override=/etc/systemd/system/nextdeploy-build@.service.d
  refused "the app can start no more than its tasks" grep -qx "done" <(try run "for i in \$(seq 60); do sleep 2 & done")
  on sh -c "mkdir -p $override && printf '[Service]\nMemoryMax=150M\nMemorySwapMax=0\n' >$override/small.conf &&
    systemctl daemon-reload"
  commit "touch hog" hog
  has "a build that takes more than its memory is told as that" "for want of memory" push
  on_laptop "git reset -q --hard HEAD~1"
  on sh -c "rm -r $override && systemctl daemon-reload"
}

# How many builds run at a time.
builds_at_once() {
  is "builds run one after the other" 1 most_builds "push laptop left" "push laptop right"
  has "which the one that waits says" " is being built; this build waits for it." \
    cat "$laptop/first" "$laptop/second"
  passes "two at a time can be allowed" on nextdeploy config set builds 2
  is "and then run beside each other" 2 most_builds "remote rebuild left main" "remote rebuild right main"
  passes "and one again" on nextdeploy config unset builds
  on nextdeploy app remove left >/dev/null
  on nextdeploy app remove right >/dev/null
}

# most_builds COMMAND COMMAND: runs both at once, and prints how many builds there were at a time.
most_builds() {
  local first second most=0 now
  eval "$1" >"$laptop/first" 2>&1 &
  first=$!
  eval "$2" >"$laptop/second" 2>&1 &
  second=$!
  while kill -0 $first 2>/dev/null || kill -0 $second 2>/dev/null; do
    # By their units: what a build starts has its name until it is executed.
    now=$(on sh -c "systemctl list-units --plain --no-legend --state=activating 'nextdeploy-build@*' | wc -l")
    if [ "$now" -gt "$most" ]; then most=$now; fi
  done
  wait $first && wait $second && echo "$most"
}

# Of a build that runs now.
build_limits() {
  local unit=nextdeploy-build@shop.service memory total share
  is "a build has less weight for the processor" 20 on systemctl show -P CPUWeight $unit
  is "and for the disk, than an instance" 20 on systemctl show -P IOWeight $unit
  is "an instance has systemd's own, of 100" "[not set]" on systemctl show -P CPUWeight "nextdeploy@shop:$(port).service"
  memory=$(on systemctl show -P MemoryMax $unit)
  total=$(on sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  share=$((memory * 100 / (total * 1024)))
  if [ $share -lt 74 ] || [ $share -gt 75 ]; then fail "of $total kB a build may take $memory bytes"; fi
  shown "a build may take three quarters of the machine's memory"
}
