# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# A Node that a push brings, from a mirror on this machine, for builds and apps in their sandboxes.
# Finds a laptop; the app is its own.
check brought_node needs keys

brought_node() {
  local mirror=${XDG_CACHE_HOME:-$HOME/.cache}/nextdeploy/tools/mirror version node directory=$laptop/brought serving site
  version=$(sed -n 's/.*"version":"v\([0-9.]*\)".*/\1/p' "$mirror/node/index.json")
  [ -n "$version" ] || fail "there is no mirror of Node: script/prepare makes one"
  node=/opt/nextdeploy/runtimes/node/$version/bin/node
  timeout 300 script/server/vps net "$server" python3 -m http.server --bind 127.0.0.1 --directory "$mirror" 8098 \
    >/dev/null 2>&1 &
  serving=$!
  until_is 10 OK on sh -c "curl -sf -o /dev/null http://127.0.0.1:8098/node/index.json && echo OK" || fail "the mirror does not answer"
  remote config set runtime.mirror http://127.0.0.1:8098/node >/dev/null

  mkdir "$directory"
  echo "$version" >"$directory/.nvmrc"
  cat >"$directory/package.json" <<'END_OF_JSON'
{ "name": "brought", "scripts": { "build": "node build.js", "start": "node server.js" } }
END_OF_JSON
  cat >"$directory/build.js" <<'END_OF_JS'
const fs = require('fs')
const tried = ['/opt/nextdeploy/runtimes/x', process.execPath, require('path').dirname(process.execPath) + '/x'].map((file) => {
  try { fs.appendFileSync(file, ''); return 'written' } catch (error) { return error.code }
})
fs.writeFileSync('built.json', JSON.stringify([process.execPath, ...tried]))
END_OF_JS
  cat >"$directory/server.js" <<'END_OF_JS'
const built = require('./built.json')
let tried
try { require('fs').writeFileSync('/opt/nextdeploy/runtimes/y', ''); tried = 'written' } catch (error) { tried = error.code }
require('http').createServer((_, answer) => answer.end([process.execPath, tried, ...built].join(' ')))
  .listen(process.env.PORT, process.env.HOSTNAME)
END_OF_JS
  remote app create brought >/dev/null
  # PyPI's newest Node has a known hole.
  remote config set allow-vulnerable CVE-2026-111497 --app brought >/dev/null
  has "a push brings the Node that .nvmrc names" "Node $version is there" on_laptop \
    "cd ../brought && git init -qb main && git add -A && git commit -qm first && git push laptop:brought main"
  site=$(remote app show brought | sed -n 's/^url *//p')
  is "which builds and runs the app, and neither of them can change it" "$node EROFS $node EROFS EACCES EROFS" \
    timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$site"
  is "it is nextdeploy's, and for everybody to read" "nextdeploy 755" on stat -c '%U %a' "$node"
  has "it is listed with its app" "brought" remote runtime list
  refused "and not removed while that has it" remote runtime remove "node@$version"
  kill "$serving"
  on systemctl restart "nextdeploy@brought:*.service"
  until_is 10 "$node" sh -c "timeout 20 script/server/vps net '$server' curl -sS --max-time 10 '$site' | cut -d ' ' -f 1" ||
    fail "the app is not started again by its own Node"
  shown "an app that systemd starts again has it too"
}
