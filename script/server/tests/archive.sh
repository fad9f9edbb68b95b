# shellcheck shell=bash disable=SC2016,SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Old releases, which are packed where apps have users of their own. Finds a laptop; the app is its own, and goes.
check archiving needs shipping

archiving() {
  local place=$laptop/shipped releases=/opt/nextdeploy/apps/shipped/releases first
  remote app create shipped >/dev/null
  remote config set shipped keep 1 >/dev/null
  for text in "the first" "the second" "the third"; do
    echo "module.exports = '$text'" >"$place/node_modules/word/index.js"
    ship "$place" >/dev/null
    first=${first:-$(on ls "$releases")}
    one_shipped_left
  done
  passes "a release past keep is packed" until_is 60 yes \
    on sh -c "test -e /opt/nextdeploy/apps/shipped/archive/$first.json && echo yes"
  passes "and nothing of NextDeploy's runs any more" until_is 60 "" on pgrep -f '[p]ack-releases'
  refused "it is not there any more" on test -e "$releases/$first"
  has "releases lists it" "archived, " remote releases shipped
  has "a rollback to it unpacks it" "unpack " remote rollback shipped "$first"
  is "and it answers" "the first" get_shipped
  has "what is exported of it can be shipped" "live: " export_and_ship
  is "and is the same" "the first" get_shipped
  on nextdeploy app remove shipped >/dev/null
}

# The last release but one is not used any more.
one_shipped_left() { on sh -c 'for _ in $(seq 100); do [ "$(ls /opt/nextdeploy/instances | grep -c shipped:)" -le 1 ] && break; sleep 0.1; done'; }

export_and_ship() {
  remote export shipped >"$laptop/exported.tar.zst"
  timeout 60 script/server/vps net "$server" ssh -F "$laptop/ssh_config" laptop ship shipped <"$laptop/exported.tar.zst"
}
