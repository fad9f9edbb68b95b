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
