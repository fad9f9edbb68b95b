# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# Next.js on a server.
# Finds a server that is set up; the app is its own, pushed on the server.
check next_app needs install_package

# A Next.js app, built in the build's sandbox from the registry beside the project, and pushed on the server itself.
next_app() {
  local registry output release site script
  start_registry || return 0
  on nextdeploy app create web >/dev/null
  on sh -c 'echo npm_config_registry=http://127.0.0.1:4873 > /opt/nextdeploy/apps/web/env'
  on install -d -o nextdeploy -g nextdeploy /var/tmp/dev /var/tmp/dev/web
  tar -C Tests/Fixtures/next-app -c . | timeout 20 script/server/vps run "$server" tar -x --no-same-owner -C /var/tmp/dev/web
  on chown -R nextdeploy: /var/tmp/dev/web
  as "cd web && git init -qb main && git remote add production /opt/nextdeploy/apps/web/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack' && git config user.name Dev &&
    git config user.email dev@example.com && git add -A && git commit -qm first"
  output=$(as "cd web && git push production main" 2>&1) || true
  kill "$registry"
  has "a Next.js app is built in the sandbox, pushed on the server" "(standalone)" echo "$output"
  site=$(sed -n 's/.*live: \([^ ]*\).*/\1/p' <<<"$output")
  has "and is live" "<h1>version 1</h1>" timeout 20 script/server/vps net "$server" curl -sS "$site"
  script=$(timeout 20 script/server/vps net "$server" curl -sS "$site" | grep -o '/_next/static/[^"?]*\.js' | head -n 1)
  # Next.js's own ETags are weak.
  has "Caddy reads its scripts from the disk" 'Etag: "' \
    timeout 20 script/server/vps net "$server" curl -sSI "${site%/}$script"
  release=$(on readlink -f /opt/nextdeploy/apps/web/current)/app/.next
  is "Next.js can write its cache" "2770 nextdeploy-app" on stat -c "%a %G" "$release/cache"
  is "and its pages" "2770 nextdeploy-app" on stat -c "%a %G" "$release/server"
  is "and nothing else of its release" "" on find "${release%/.next}" -perm -o+w ! -type l
  is "nor anything by its group" "" on sh -c \
    "find ${release%/.next} -group nextdeploy-app ! -path '$release/cache*' ! -path '$release/server*'"
}
