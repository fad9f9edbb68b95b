# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# Caddy loads its sites again at every deploy: no visitor may notice.

# Each request on a connection of its own, for those that are just being made are what a reload could cost.
reloads_cut_nothing() {
  local report load
  is "the kernel hands connections to Caddy's new socket" 1 on cat /proc/sys/net/ipv4/tcp_migrate_req
  report=$(mktemp)
  timeout 60 script/vps net "$server" hey -z 6s -c 50 -disable-keepalive http://192.0.2.1/ >"$report" 2>&1 &
  load=$!
  while kill -0 "$load" 2>/dev/null; do on systemctl reload caddy; done
  has "and no connection is cut while it reloads again and again" "[200]" cat "$report"
  refused "not one" grep -A 5 -e "Error distribution" -e '\[[345]..\].* responses' "$report"
  rm "$report"
}
