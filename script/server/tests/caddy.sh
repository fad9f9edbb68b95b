# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# The machine's own Caddy, whose Caddyfile is the admin's too; and what of an app the outside can reach without it.
# Finds the app shop at its second release, and the app other, which had no push. Each but the first goes on where the
# one before it ended: with commits of its own on the laptop, and a server that loads each switch.
check tls_site needs second_push
check rejected_site needs second_push
check taken_ports needs rejected_site
check open_port needs taken_ports

# refused_by_caddy SENTENCE LINES WANTED: the admin's LINES in the Caddyfile make a push of "other" fail at route.
refused_by_caddy() {
  local sentence=$1 lines=$2 wanted=$3 site beside output
  site=$(on cat /opt/nextdeploy/caddy/other.caddy)
  beside=$(on sh -c 'cd /opt/nextdeploy/caddy && echo *')
  on cp /etc/caddy/Caddyfile /root/Caddyfile.good
  on sh -c "printf '$lines' >> /etc/caddy/Caddyfile"
  commit "echo $4 > version.txt" "$sentence"
  if output=$(push_other 2>&1); then fail "$sentence: the push was taken: $output"; fi
  [[ $output == *"FAILED at route"* ]] || fail "$sentence: $output"
  has "$sentence: the push says what Caddy said" "$wanted" echo "$output"
  is "its old site is as it was" "$site" on cat /opt/nextdeploy/caddy/other.caddy
  is "and nothing else beside it" "$beside" on sh -c 'cd /opt/nextdeploy/caddy && echo *'
  is "its old release is still live" "$5" get_other
  # An older one may still be draining.
  until_is 20 1 running_others || fail "$sentence: an instance is left"
  shown "and no other instance is left"
  on cp /root/Caddyfile.good /etc/caddy/Caddyfile
  passes "the same push goes live once the Caddyfile is mended" push_other
  is "and is there" "$4" get_other
}

# Each push loads what is written, as where the server is told to switch so: else no deploy would notice these.
rejected_site() {
  passes "a second app goes live" push_other
  refused "which loaded nothing" grep -q "default 127.0.0.1" <(on cat /opt/nextdeploy/caddy/other.caddy)
  passes "a server can be told to have Caddy load each switch" remote config set switch reload
  passes "and each site is written so" on grep -q "default 127.0.0.1" /opt/nextdeploy/caddy/other.caddy
  refused_by_caddy "a syntax error of the admin" 'example.com {\n' "/etc/caddy/Caddyfile:" "version 3" "version 2"
  refused_by_caddy "a site of the admin on the same port" 'http://:8081 {\n}\n' "ambiguous site definition" "version 4" "version 3"
}

# What somebody else has: nothing of it reaches Caddy, which would keep what it had begun of it.
taken_ports() {
  local before
  squat tcp 9090
  before=$(settings_of_other)
  has "a port that somebody has is refused, with whose it is" "a program of the user root listens there" \
    remote config set port 9090 --app other
  is "and nothing is changed" "$before" settings_of_other
  on cp /etc/caddy/Caddyfile /root/Caddyfile.good
  on sh -c "printf 'http://:9191 {\n}\n' >> /etc/caddy/Caddyfile && systemctl reload caddy"
  has "so is one that Caddy has for a site of the admin's" "it does already, for another site" \
    remote config set port 9191 --app other
  is "and nothing is changed then either" "$before" settings_of_other

  want_9090
  commit "echo version 4b > version.txt" "taken"
  has "a push has Caddy load nothing that it cannot listen for" "having Caddy listen on port 9090" push_other
  is "Caddy listens once on each port" "" listening_twice
  refused "and waits for no end of a load" test reloading = "$(on systemctl show -P ActiveState caddy)"
  on cp /root/Caddyfile.good /etc/caddy/Caddyfile
  on systemctl reload caddy
  failed_loads
}

# As an admin does who has Caddy load what it cannot listen for.
failed_loads() {
  want_9090
  leave_leftovers
  has "the doctor finds what a failed load of the admin's left" "Caddy listens more than once on" \
    on nextdeploy doctor shop
  refused "and does not say to restart a Caddy that would not come up" \
    grep "fix: systemctl restart caddy" <(on nextdeploy doctor shop)
  has "nor does a push restart such a one" "having Caddy listen on port 9090" push_other
  passes "which still runs" on systemctl is-active caddy
  finds "who keeps Caddy from a port of its Caddyfile" "port 9090 is taken by node"
  finds "a Caddy that answers with what it refused" "Caddy listens more than once on"
  is "it listens once on each port then" "" listening_twice
  on cp /root/Caddyfile.good /etc/caddy/Caddyfile
  on systemctl reload caddy

  squat tcp 9090
  want_9090
  leave_leftovers
  on systemctl stop squatter
  on sh -c "echo 'http://:{\$ELSEWHERE:9092} {\n}' >> /etc/caddy/Caddyfile"
  has "a push does not restart a Caddy that might not come up, and says what to do" \
    "then 'sudo systemctl restart caddy', and try again" push_other
  on cp /root/Caddyfile.good /etc/caddy/Caddyfile
  has "a push restarts a Caddy that would not serve what it is told, and tells" "warning: Caddy was restarted" push_other
  is "and nothing of what it refused is left" "" listening_twice
  is "on each request" "version 4b" sh -c "$(declare -f get_other); server=$server; for _ in 1 2 3 4 5 6 7 8; do get_other; done | sort -u"

  # What cannot be looked at before, and fails all the same: for TLS Caddy wants the same port of UDP.
  squat udp 443
  has "a load that fails all the same restarts Caddy" "Caddy was restarted" \
    remote config set domains shop.example.com --app shop
  on systemctl stop squatter
  is "the app is where it was" "version 2" get /
  is "nothing is left of it" "" listening_twice
  passes "and the next load is taken" on systemctl reload caddy
  on systemctl stop caddy
  has "what Caddy has to load fails where it does not run" "Caddy does not run" remote config set keep 5 --app other
  on systemctl start caddy
  passes "the server switches without a load again" remote config unset switch
  is "and both apps are there" "version 2 version 4b" echo "$(get /) $(get_other)"
}

# squat tcp|udp PORT: a program of root's has it, until "squatter" is stopped.
squat() {
  local make='require("http").createServer().listen'
  [ "$1" = tcp ] || make='require("dgram").createSocket("udp4").bind'
  on systemd-run --quiet --unit=squatter /usr/local/bin/node -e "$make($2)"
  until_is 10 1 on sh -c "ss -Hnl --$1 'sport = :$2' | wc -l" || fail "nothing has port $2"
}

want_9090() { on sh -c "printf 'http://:9090 {\n}\n' >> /etc/caddy/Caddyfile"; }
settings_of_other() { on sha256sum /opt/nextdeploy/apps/other/config.json /opt/nextdeploy/caddy/other.caddy; }
listening_twice() { on sh -c 'ss -Hltn | tr -s " " | cut -d " " -f 4 | sort | uniq -d'; }

# With which port Caddy begins is chance. (After the first, systemctl would wait for the end of that load for good.)
leave_leftovers() {
  local end=$((SECONDS + 60))
  while [ -z "$(listening_twice)" ]; do
    [ $SECONDS -lt $end ] || fail "no failed load left anything"
    if on caddy reload --force --config /etc/caddy/Caddyfile 2>/dev/null; then fail "Caddy took a port of another's"; fi
  done
}

# With a certificate of Caddy's own making, for no test gets one of the public kind.
tls_site() {
  on cp /etc/caddy/Caddyfile /root/Caddyfile.good
  on sed -i '0,/^{$/s//{\n\tlocal_certs\n\tskip_install_trust/' /etc/caddy/Caddyfile
  passes "an app gets a domain with TLS" remote config set domains shop.example.com --app shop
  until_is 20 "version 2" get_tls / || fail "no answer over TLS: $(get_tls / -v)"
  passes "a deploy is seen to arrive there" remote restart shop
  is "it hears where its visitors are" "https shop.example.com 443" visitors_place
  is "and sends none of them to its own address" "/there?a#b" \
    get_tls "/redirect?path=/there%3Fa%23b" -o /dev/null -w '%header{location}'
  passes "it goes back to its port" remote config unset domains --app shop
  on cp /root/Caddyfile.good /etc/caddy/Caddyfile
  on systemctl reload caddy
}

get_tls() {
  timeout 20 script/server/vps net "$server" curl -skS --max-time 10 --resolve shop.example.com:443:192.0.2.1 \
    "https://shop.example.com$1" "${@:2}"
}

visitors_place() {
  get_tls /headers -H "X-Forwarded-Port: 1" -H "X-Forwarded-Proto: http" | node -e '
    const headers = JSON.parse(require("fs").readFileSync(0, "utf8"))
    console.log(["proto", "host", "port"].map((name) => headers["x-forwarded-" + name]).join(" "))'
}

# Express's app.listen(port) is what makes it common.
open_port() {
  commit "sed -i 's/process.env.HOSTNAME, //' server.js" "listen on all addresses"
  has "an app that listens on all addresses is live, with a warning" "warning: other listens on [::]:" push_other
  commit "git checkout -q HEAD~1 server.js" "listen on HOSTNAME"
  refused "one that listens on HOSTNAME is live without" grep "warning: other listens" <(push_other 2>&1)
  on_laptop "git reset -q --hard HEAD~5"
}

running_others() { on sh -c "systemctl list-units --plain --no-legend 'nextdeploy@other:*' | wc -l"; }
push_other() { push laptop other; }
get_other() { timeout 20 script/server/vps net "$server" curl -sS --max-time 10 http://192.0.2.1:8081/; }
