# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Apps as the world writes them, pushed unchanged, at domains with TLS of Caddy's own authority.
# Finds a laptop; the apps are its own.
check next_sites needs keys

next_sites() {
  [ -x ../shared/npm-registry ] || return 0
  local check=Tests/Fixtures/next-check registry backend
  timeout 900 script/server/vps net "$server" ../shared/npm-registry --port 4873 >/dev/null 2>&1 &
  registry=$!
  timeout 900 script/server/vps net "$server" node $check/backend.mjs 4700 >/dev/null 2>&1 &
  backend=$!
  # No authority outside can be asked here.
  on sed -i '0,/^{/s//{\n\tlocal_certs\n\tskip_install_trust/' /etc/caddy/Caddyfile
  on systemctl reload caddy

  site words Tests/Fixtures/next-site "BACKEND=http://127.0.0.1:4700"
  has "an i18n middleware's site goes live unchanged, behind TLS" "live: https://words.example.com" push_site words
  has "and does there what next start does, at the visitor's own address" "checks of https://words.example.com hold" \
    timeout 120 script/server/vps net "$server" node $check/check.mjs https://words.example.com 192.0.2.1:443 4700

  # Corepack brings the pnpm that the lockfile was written by, Turborepo what has to be built first.
  on ln -sf ../lib/node_modules/corepack/dist/corepack.js /usr/local/bin/corepack
  site team Tests/Fixtures/turborepo
  has "a Turborepo with pnpm and no packageManager goes live unchanged" "live: https://team.example.com" push_site team
  has "with what another package of it gives" "<h1>version 1</h1>" get_site team /

  site docs Tests/Fixtures/next-docs
  has "an app with basePath, nothing at /, and a wrapper around next start goes live unchanged" \
    "live: https://docs.example.com" push_site docs
  has "with what the wrapper sets" "<h1>Hello from the wrapper</h1>" get_site docs /docs/about/
  kill "$registry" "$backend"
}

# site APP FIXTURE LINE...: an app at APP.example.com, with a repository of the fixture and these variables.
site() {
  local app=$1 fixture=$2
  shift 2
  cp -r "$fixture" "$laptop/site-$app"
  remote app create "$app" --domain "$app.example.com" >/dev/null
  printf '%s\n' "npm_config_registry=http://127.0.0.1:4873" "COREPACK_NPM_REGISTRY=http://127.0.0.1:4873" \
    "COREPACK_INTEGRITY_KEYS=0" "$@" | on sh -c "cat >/opt/nextdeploy/apps/$app/env"
}

push_site() {
  timeout 400 script/server/vps net "$server" env -C "$laptop/site-$1" HOME="$laptop" sh -c \
    "git init -qb main && git add -A && git commit -qm first && git push laptop:$1 main"
}

# get_site APP PATH: as a visitor.
get_site() {
  timeout 20 script/server/vps net "$server" curl -sS --insecure --max-time 10 \
    --resolve "$1.example.com:443:192.0.2.1" "https://$1.example.com$2"
}
