# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# An app that ends again and again.
# Finds the app shop at its second release.
check restarts needs second_push

restarts() {
  local unit before
  unit="nextdeploy@shop:$(port).service"
  # An earlier instance on the port had pauses of its own.
  before=$(on journalctl --no-pager -q -n 1 -o cat --show-cursor | sed -n 's/^-- cursor: //p')
  on touch /opt/nextdeploy/apps/shop/shared/uploads/crash
  get /crash >/dev/null 2>&1 || true
  until_is 40 "2 s 4 s 8 s" pauses "$unit" "$before" || fail "the pauses do not grow: $(pauses "$unit" "$before")"
  shown "an app that ends again and again is started after growing pauses"
  has "and said to wait" "restarting" on nextdeploy status --app shop
  has "and how it ended" "exit code 7" on nextdeploy status --app shop
  on rm /opt/nextdeploy/apps/shop/shared/uploads/crash
  passes "a start by hand" on systemctl restart "$unit"
  until_is 4 "version 2" get / || fail "a start by hand waited"
  shown "does not wait"
  is "the app cannot change how long it waits" EACCES try write "/opt/nextdeploy/instances/shop:$(port)/restarts"
  is "no setting of the units is unknown to this systemd" "" on sh -c \
    'journalctl --no-pager -b -o cat | grep -i "nextdeploy.*unknown key" || true'
}

pauses() { on journalctl --no-pager -o cat -u "$1" --after-cursor "$2" | grep -o 'started after [0-9]* s' | sed 's/started after //' | xargs; }
