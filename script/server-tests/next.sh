# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# Next.js on a server.

# A Next.js app, built in the build's sandbox from the registry beside the project.
next_app() {
  [ -x ../shared/npm-registry ] || return 0
  timeout 400 script/vps net "$server" ../shared/npm-registry --port 4873 >/dev/null 2>&1 &
  local registry=$! release
  on nextdeploy app create web >/dev/null
  on sh -c 'echo npm_config_registry=http://127.0.0.1:4873 > /opt/nextdeploy/apps/web/env'
  on install -d -o nextdeploy -g nextdeploy /var/tmp/dev/web
  tar -C Tests/Fixtures/next-app -c . | timeout 20 script/vps run "$server" tar -x --no-same-owner -C /var/tmp/dev/web
  on chown -R nextdeploy: /var/tmp/dev/web
  as "cd ../web && git init -qb main && git remote add production /opt/nextdeploy/apps/web/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack' && git add -A && git commit -qm first"
  has "a Next.js app is built in the sandbox" "(standalone)" as "cd ../web && git push production main"
  kill "$registry"
  has "and is live" "version" timeout 20 script/vps net "$server" curl -sS http://192.0.2.1:8082/
  release=$(on readlink -f /opt/nextdeploy/apps/web/current)/app/.next
  is "Next.js can write its cache" "2770 nextdeploy-app" on stat -c "%a %G" "$release/cache"
  is "and its pages" "2770 nextdeploy-app" on stat -c "%a %G" "$release/server"
  is "and nothing else of its release" "" on find "${release%/.next}" -perm -o+w ! -type l
  is "nor anything by its group" "" on sh -c \
    "find ${release%/.next} -group nextdeploy-app ! -path '$release/cache*' ! -path '$release/server*'"
}
