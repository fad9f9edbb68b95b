# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# pnpm, yarn and Bun, as the user of builds in their sandbox, from the registry beside the project.
# Finds a laptop; the apps are its own.
check package_managers needs keys

package_managers() {
  local registry bun name
  start_registry || return 0
  on ln -sf ../lib/node_modules/corepack/dist/corepack.js /usr/local/bin/corepack
  bun=$(PATH=${XDG_CACHE_HOME:-$HOME/.cache}/nextdeploy/tools/programs:$PATH command -v bun)
  on sh -c 'cat >/usr/local/bin/bun && chmod 755 /usr/local/bin/bun' <"$bun"
  install_with pnpm 8.15.9 "" pnpm-lock.yaml corepack pnpm@8.15.9 install --lockfile-only
  install_with yarn 4.18.1 "yarn@4.18.1" yarn.lock corepack yarn install --mode=update-lockfile
  install_with bun "$("$bun" --version)" "" bun.lock bun install --lockfile-only
  kill "$registry"
  # Two of them ask the registry again when they are started: without it they would be started for ever.
  for name in pnpm yarn bun; do on nextdeploy app remove "$name" >/dev/null; done
}

# install_with NAME VERSION packageManager LOCKFILE COMMAND...: an app with a package, whose lockfile the command makes.
# Its scripts find the package manager by its name, in that version, and cannot change what they find.
install_with() {
  local name=$1 version=$2 named=${3:+"\"packageManager\": \"$3\", "} lockfile=$4 directory=$laptop/$1 site
  shift 4
  mkdir "$directory"
  cat >"$directory/package.json" <<END_OF_JSON
{ "name": "$name", $named"scripts": { "postinstall": "$name --version", "build": "node build.js", "start": "node server.js" },
  "dependencies": { "ms": "2.1.3" } }
END_OF_JSON
  cat >"$directory/build.js" <<'END_OF_JS'
let written = true
try { require('fs').writeFileSync(`/opt/nextdeploy/apps/${require('./package.json').name}/build/bin/x`, '') } catch { written = false }
if (written) throw new Error('a build can change the programs that it is given')
END_OF_JS
  echo "nodeLinker: node-modules" >"$directory/.yarnrc.yml"
  echo node_modules >"$directory/.gitignore"
  cat >"$directory/server.js" <<'END_OF_JS'
const ms = require('ms')
const version = require('child_process').execSync(`${require('./package.json').name} --version`)
require('http').createServer((_, answer) => answer.end(`${ms(60000)} ${version}`.trim())).listen(process.env.PORT, process.env.HOSTNAME)
END_OF_JS
  with_registry_in "$directory" "$@" >"$laptop/lock" 2>&1 || fail "$*: $(cat "$laptop/lock")"
  remote app create "$name" >/dev/null
  on sh -c "cat >/opt/nextdeploy/apps/$name/env" <<END_OF_ENV
npm_config_registry=http://127.0.0.1:4873
COREPACK_NPM_REGISTRY=http://127.0.0.1:4873
COREPACK_INTEGRITY_KEYS=0
YARN_NPM_REGISTRY_SERVER=http://127.0.0.1:4873
YARN_UNSAFE_HTTP_WHITELIST=127.0.0.1
BUN_CONFIG_REGISTRY=http://127.0.0.1:4873
END_OF_ENV
  has "an app is installed with $name, from its $lockfile" "($lockfile)" on_laptop \
    "cd ../$name && git init -qb main && git add -A -f $lockfile . && git commit -qm first && git push laptop:$name main"
  site=$(remote app show "$name" | sed -n 's/^url *//p')
  is "and is live, and finds $name $version by its name" "1m $version" timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$site"
}

# A program of this machine, in the server's network, where the registry is.
with_registry_in() {
  local directory=$1
  shift
  timeout 60 script/server/vps net "$server" env -C "$directory" HOME="$laptop" npm_config_registry=http://127.0.0.1:4873 \
    COREPACK_NPM_REGISTRY=http://127.0.0.1:4873 COREPACK_INTEGRITY_KEYS=0 YARN_NPM_REGISTRY_SERVER=http://127.0.0.1:4873 \
    YARN_UNSAFE_HTTP_WHITELIST=127.0.0.1 BUN_CONFIG_REGISTRY=http://127.0.0.1:4873 \
    PATH="${XDG_CACHE_HOME:-$HOME/.cache}/nextdeploy/tools/programs:$PATH" "$@"
}
