# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Apps as the world writes them, pushed unchanged, at domains with TLS of Caddy's own authority.
# Finds a laptop; the apps are its own.
check next_sites needs keys

next_sites() {
  local check=Tests/Fixtures/next-check registry backend redis stock
  start_registry || return 0
  timeout 900 script/server/vps net "$server" node $check/backend.mjs 4700 >/dev/null 2>&1 &
  backend=$!
  own_authority

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

  # Of the server, as one that apt installs there.
  timeout 900 script/server/vps net "$server" redis-server --port 6379 --bind 127.0.0.1 --save "" --dir "$laptop" >/dev/null 2>&1 &
  redis=$!
  site stock Tests/Fixtures/next-redis "REDIS_URL=redis://127.0.0.1:6379"
  has "an app that keeps its data in a Redis goes live unchanged" "live: https://stock.example.com" push_site stock
  stock=$(stock_of)
  has "which it reaches" "release one, stock " echo "$stock"
  passes "it starts again" remote restart stock
  is "and finds there what it kept" "$stock" stock_of
  kill "$registry" "$backend" "$redis"
}

stock_of() { get_site stock / | sed -n 's/.*<p>\(.*\)<\/p>.*/\1/p'; }
