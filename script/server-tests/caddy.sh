# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# The machine's own Caddy, whose Caddyfile is the admin's too; and what of an app the outside can reach without it.

# refused_by_caddy SENTENCE LINES WANTED: the admin's LINES in the Caddyfile make a push of "other" fail at route.
refused_by_caddy() {
  local sentence=$1 lines=$2 wanted=$3 site output
  site=$(on cat /opt/nextdeploy/caddy/other.caddy)
  on cp /etc/caddy/Caddyfile /root/Caddyfile.good
  on sh -c "printf '$lines' >> /etc/caddy/Caddyfile"
  commit "echo $4 > version.txt" "$sentence"
  if output=$(push_other 2>&1); then fail "$sentence: the push was taken: $output"; fi
  [[ $output == *"FAILED at route"* ]] || fail "$sentence: $output"
  has "$sentence: the push says what Caddy said" "$wanted" echo "$output"
  is "its old site is as it was" "$site" on cat /opt/nextdeploy/caddy/other.caddy
  is "and nothing else beside it" "lock other.caddy shop.caddy" on sh -c 'cd /opt/nextdeploy/caddy && echo *'
  is "its old release is still live" "$5" get_other
  # An older one may still be draining.
  until_is 20 1 running_others || fail "$sentence: an instance is left"
  shown "and no other instance is left"
  on cp /root/Caddyfile.good /etc/caddy/Caddyfile
  passes "the same push goes live once the Caddyfile is mended" push_other
  is "and is there" "$4" get_other
}

rejected_site() {
  passes "a second app goes live" push_other
  refused_by_caddy "a syntax error of the admin" 'example.com {\n' "/etc/caddy/Caddyfile:" "version 3" "version 2"
  refused_by_caddy "a site of the admin on the same port" 'http://:8081 {\n}\n' "ambiguous site definition" "version 4" "version 3"
}

# Express's app.listen(port) is what makes it common.
open_port() {
  commit "sed -i 's/process.env.HOSTNAME, //' server.js" "listen on all addresses"
  has "an app that listens on all addresses is live, with a warning" "warning: other listens on [::]:" push_other
  commit "git checkout -q HEAD~1 server.js" "listen on HOSTNAME"
  refused "one that listens on HOSTNAME is live without" grep "warning: other listens" <(push_other 2>&1)
  on_laptop "git reset -q --hard HEAD~4"
}

running_others() { on sh -c "systemctl list-units --plain --no-legend 'nextdeploy@other:*' | wc -l"; }
push_other() { push laptop other; }
get_other() { timeout 20 script/vps net "$server" curl -sS --max-time 10 http://192.0.2.1:8081/; }
