# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Releases that were built elsewhere and arrive over ssh. Finds a laptop; the app is its own, and goes.
check shipping needs keys

shipping() {
  local before place=$laptop/shipped
  mkdir -p "$place/node_modules/word" "$laptop/hostile"
  echo '{ "name": "shipped", "scripts": { "start": "node server.js" } }' >"$place/package.json"
  echo 'module.exports = "built elsewhere"' >"$place/node_modules/word/index.js"
  chmod 600 "$place/node_modules/word/index.js"
  echo 'require("http").createServer((_, answer) => answer.end(require("word"))).listen(process.env.PORT, process.env.HOSTNAME)' \
    >"$place/server.js"
  remote app create shipped >/dev/null
  has "an archive that is shipped over ssh goes live" "live: " ship "$place"
  is "and answers, though its files were closed to all but their owner" "built elsewhere" get_shipped
  is "its files are nextdeploy's" "nextdeploy" on sh -c "stat -c %U /opt/nextdeploy/apps/shipped/releases/*/app/server.js"
  has "the release knows the key that it came with" "shipped with the key laptop" remote releases shipped

  before=$(on ls /opt/nextdeploy/apps/shipped/releases)
  ln -s /opt/nextdeploy/apps/shop/env "$laptop/hostile/env"
  has "an archive whose link leads to another app's secrets is refused" "FAILED at unpack" ship "$laptop/hostile"
  is "and leaves nothing" "$before" on ls /opt/nextdeploy/apps/shipped/releases
  echo 'module.exports = "the second"' >"$place/node_modules/word/index.js"
  passes "a second one replaces the first" ship "$place"
  is "with its own files" "the second" get_shipped
  passes "and is rolled back" remote rollback shipped
  is "to the first" "built elsewhere" get_shipped

  before=$(on ls /opt/nextdeploy/apps/shipped/releases)
  # shellcheck disable=SC2016 # The app's shell is to expand it.
  echo '{ "release": "echo as $(id -u) in $PWD; touch server.js || exit; echo sees $(ls /opt/nextdeploy/apps/shipped); exit 3" }' \
    >"$place/nextdeploy.json"
  ship "$place" >"$laptop/told" 2>&1 || true
  has "a release command runs as the user of the app's builds" "as 67" cat "$laptop/told"
  has "in a copy of its files, which it may write to" "in /opt/nextdeploy/apps/shipped/cache/shipped" cat "$laptop/told"
  has "and sees no release" "sees build cache workspace" cat "$laptop/told"
  has "one that fails leaves the old release live" "is still live" cat "$laptop/told"
  is "which answers" "built elsewhere" get_shipped
  is "and leaves nothing" "$before" on sh -c "ls /opt/nextdeploy/apps/shipped/releases; ls -d /opt/nextdeploy/apps/shipped/cache/shipped 2>/dev/null; true"
  echo '{ "release": "echo migrated; mkdir -m 000 closed; rm server.js" }' >"$place/nextdeploy.json"
  passes "one that succeeds goes live" ship "$place"
  is "with its files as they arrived" "the second" get_shipped
  is "and its copy is gone, whatever it was closed with" "gone" on sh -c "ls -d /opt/nextdeploy/apps/shipped/cache/shipped* 2>/dev/null || echo gone"
  on nextdeploy app remove shipped >/dev/null
}

# ship DIRECTORY: what a laptop or a runner does.
ship() {
  tar cz -C "$1" . >"$laptop/shipped.tar.gz"
  timeout 60 script/server/vps net "$server" ssh -F "$laptop/ssh_config" laptop ship shipped <"$laptop/shipped.tar.gz"
}

get_shipped() {
  timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$(remote app show shipped | sed -n 's/^url *//p')"
}
