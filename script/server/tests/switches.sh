# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# A deploy loads nothing into Caddy: no visitor may notice it, whatever they hold. Before it says "live", it has seen a
# request arrive.
# Finds the apps shop and other live, and a server that switches without a load again.
check switches_cut_nothing needs open_port
check unreached_site needs open_port

# While nothing helps Caddy's new sockets, for there are none.
switches_cut_nothing() {
  local loads loaders=() visitor own number=0
  is "the kernel hands connections to Caddy's new socket where its sites change" 1 on cat /proc/sys/net/ipv4/tcp_migrate_req
  script/server/vps net "$server" sysctl -q -w net.ipv4.tcp_migrate_req=0
  passes "both apps are live" remote restart other
  remote restart shop >/dev/null
  loads=$(loads_of_caddy)
  websocket 8081 other
  visitor=$websocket
  websocket 8080 own
  own=$websocket
  load kept -c 50 -q 10 http://192.0.2.1:8080/
  load new -c 20 -q 10 -disable-keepalive http://192.0.2.1:8080/
  load streams -c 20 http://192.0.2.1:8080/slow
  while [ $number -lt 20 ] || kill -0 "${loaders[@]}" 2>/dev/null; do
    number=$((number + 1))
    remote restart shop >"$laptop/restart" || fail "restart $number: $(cat "$laptop/restart")"
    if [ $number = 5 ]; then
      holds "a WebSocket of the old release goes on after 5 deploys, until its drain ends" "$own" own
    fi
  done
  wait "${loaders[@]}" || fail "a load ended badly"
  holds "one of another app goes on over $number deploys" "$visitor" other
  kill "$visitor"
  is "Caddy has loaded nothing meanwhile" "$loads" loads_of_caddy
  for name in kept new streams; do
    has "visitors were answered ($name)" "[200]" cat "$laptop/load-$name"
    refused "and none of them was cut" grep -A 5 -e "Error distribution" -e '\[[345]..\].* responses' "$laptop/load-$name"
  done
  script/server/vps net "$server" sysctl -q -w net.ipv4.tcp_migrate_req=1
}

loads_of_caddy() { on sh -c 'journalctl -q -u caddy -o cat | grep -c "Reloaded Caddy"; ss -Hltne "sport = :8080" | grep -o "ino:[0-9]*"'; }

# websocket PORT NAME: a visitor who says a number again and again and writes down what comes back.
websocket() {
  script/server/vps net "$server" node Tests/Fixtures/websocket.mjs 192.0.2.1 "$1" >"$laptop/websocket-$2" 2>&1 &
  websocket=$!
  until_is 10 yes sh -c "grep -q heard '$laptop/websocket-$2' && echo yes" || fail "no WebSocket: $(cat "$laptop/websocket-$2")"
}

# holds SENTENCE PROCESS NAME: the visitor's WebSocket is open, and answers.
holds() {
  local before
  before=$(wc -l <"$laptop/websocket-$3")
  kill -0 "$2" || fail "$1: $(tail -n 3 "$laptop/websocket-$3")"
  until_is 10 yes sh -c "[ \$(wc -l <'$laptop/websocket-$3') -gt $before ] && echo yes" ||
    fail "$1: nothing comes: $(tail -n 3 "$laptop/websocket-$3")"
  shown "$1"
}

# The old release stays what is live, and is there again once Caddy serves the site.
unreached_site() {
  local before
  before=$(live_of_other)
  on cp /etc/caddy/Caddyfile /root/Caddyfile.good
  without_import
  refuses_to_route "a Caddyfile that lost its import" "does not import the apps' sites"
  has "the next step is named" "'sudo nextdeploy setup' on the server puts that line back" remote restart other
  on sh -c "printf 'http://:8081 {\n\trespond other\n}\n' >> /etc/caddy/Caddyfile && systemctl reload caddy"
  refuses_to_route "another site at the app's address" "http://localhost:8081 was answered with 200, and not by the new release"
  with_import
  is "the old release is live" "$before" live_of_other

  on systemctl stop caddy
  refuses_to_route "a Caddy that does not run" "Caddy does not run"
  squat tcp 8081
  refuses_to_route "a port that somebody took" "a program of the user root listens there"
  on systemctl stop squatter
  on systemctl start caddy
  is "the old release is live after that too" "$before" live_of_other
  passes "and a deploy goes live again" remote restart other

  # Without a certificate, as where a domain does not lead here yet.
  remote config set domains other.example.com --app other >/dev/null
  passes "a deploy goes live where Caddy has no certificate for the domain yet" remote restart other
  without_import
  refuses_to_route "a Caddyfile that lost the import of such a site" "does not import the apps' sites"
  with_import
  remote config unset domains --app other >/dev/null
  until_is 20 1 running_others || fail "an instance is left"
  shown "no instance is left of what failed"
}

without_import() { on sh -c "sed -i '/^import .opt.nextdeploy/d' /etc/caddy/Caddyfile && systemctl reload caddy"; }
with_import() { on sh -c "cp /root/Caddyfile.good /etc/caddy/Caddyfile && systemctl reload caddy"; }
live_of_other() { on sh -c 'ls /opt/nextdeploy/caddy/live/other | head -n 1; readlink /opt/nextdeploy/apps/other/current'; }

# refuses_to_route SENTENCE WANTED
refuses_to_route() {
  local output
  if output=$(remote restart other 2>&1); then fail "$1: the deploy went live: $output"; fi
  [[ $output == *"FAILED at route"*"$2"* ]] || fail "$1: no '$2' in: $output"
  shown "$1 fails a deploy at route, and is named"
}
