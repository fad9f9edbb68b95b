# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Visitors reach the app that they asked for: nobody else can listen on its port, and who does is seen.
# Finds the app shop live, whichever release it is; an app that will not end is one of its own.
check ports_are_kept needs first_push
check stop_always_ends needs keys

ports_are_kept() {
  is "an app cannot listen on a port that may become another app's" "status 13" try run "$(listening 3500)"
  is "nor on that of an app which runs beside it" "status 13" try run "$(listening $(($(port) + 1)))"
  is "nor on that of another service" "status 13" try run "$(listening 5432)"
  is "nor, with all of them tried, on any" "status 13" try run "$(listening_anywhere 3001 3999)"
  is "it can where the system chooses" "done" try run "$(listening 0)"
  # Behind those that connections get by themselves.
  is "and above the ports of services" "done" try run "$(listening 61500)"
  # In a unit: what script/server/vps runs is in no control group of the server's.
  passes "others than apps and builds may listen as before" \
    on systemd-run --quiet --wait --pipe --uid=nobody --setenv=PATH=/usr/local/bin:/usr/bin:/bin sh -c "$(listening 3306)"
  passes "setup finds the ports kept" on nextdeploy setup

  passes "a second app goes live all the same" push laptop thief
  down_app_is_nobodys
  late_app_is_nobodys
  a_socket_in_hand
  passes "it is removed" on nextdeploy app remove thief
}

# An app that is down is down: another one cannot answer in its place.
down_app_is_nobodys() {
  local own
  own=$(port)
  on touch /opt/nextdeploy/apps/shop/shared/uploads/crash
  get /crash >/dev/null 2>&1 || true
  is "while an app is down another cannot listen on its port" "status 13" ask_thief run "$(listening "$own")"
  is "and its visitors get none of it" 502 status_of http://192.0.2.1:8080/
  on systemd-run --quiet --unit=stranger /usr/local/bin/node -e "require('net').createServer().listen($own)"
  until_is 40 1 on sh -c "nextdeploy status --app shop | grep -c 'port $own is taken by a program of the user root'" ||
    fail "status does not tell who is there: $(on nextdeploy status --app shop)"
  shown "status tells who else is on the port of what is live"
  until_is 40 0 on sh -c "journalctl --no-pager -b -o cat -u 'nextdeploy@shop:$own' | grep -q 'is taken by a program of the user root'; echo \$?" ||
    fail "the app's log does not tell who is on its port"
  shown "and so does the app's log, at each start"
  on systemctl stop stranger
  on rm /opt/nextdeploy/apps/shop/shared/uploads/crash
  passes "a start by hand" on systemctl restart "nextdeploy@shop:$own.service"
  until_is 20 "$(version)" get / || fail "the app did not come back"
  shown "the app comes back"
}

# Somebody whom the kernel's rule does not bind, root say, is on the port before the app is.
late_app_is_nobodys() {
  local status=0 page
  page=$(ask_thief "")
  on sh -c "cat >/root/stranger.js" <<'END'
const fs = require('fs')
const names = () => fs.readdirSync('/opt/nextdeploy/instances').filter((name) => name.startsWith('thief:'))
const known = names()
const look = setInterval(() => {
  const found = names().find((name) => !known.includes(name))
  if (!found) return
  clearInterval(look)
  require('http').createServer((_, answer) => answer.end('stolen\n')).listen(found.split(':')[1], '127.0.0.1')
}, 10)
fs.writeFileSync('/run/stranger.pid', `${process.pid}`)
console.log('ready')
END
  timeout 90 script/server/vps run "$server" node /root/stranger.js >"$laptop/stranger" 2>/dev/null &
  local stranger=$!
  until_is 10 ready cat "$laptop/stranger" || fail "the stranger did not start"
  on_laptop "git checkout -qb late && touch late && git add -A && git commit -qm late"
  on_laptop "PATH=$laptop/bin exec git push -q laptop:thief late:main" >"$laptop/push" 2>&1 || status=$?
  is "a deploy on whose port somebody else answers fails" 1 echo "$status"
  has "and names who it is" "which thief was given, is taken by a program of the user root" cat "$laptop/push"
  is "its visitors get what they got before" "$page" ask_thief ""
  passes "the same commit goes live on another port" on_laptop "PATH=$laptop/bin exec git push -q laptop:thief late:main"
  on_laptop "git checkout -q main && git branch -qD late"
  on kill "$(on cat /run/stranger.pid)"
  wait $stranger || true
}

# The trick that is left: a socket that an instance bound on its own port, handed to the app's next one, to listen on once
# the port is somebody else's. A port on which there is such a socket is not given out.
a_socket_in_hand() {
  cat >"$laptop/hand.pl" <<'END'
use Socket;
my %had = map { /:(\d+)$/ ? ($1 => 1) : () } glob "/opt/nextdeploy/instances/*";
my $port = 3001;
$port++ while $had{$port};
socket(my $hand, PF_INET, SOCK_STREAM, 0);
setsockopt($hand, SOL_SOCKET, SO_REUSEADDR, 1);
bind($hand, sockaddr_in($port, INADDR_LOOPBACK)) or die $!;
open(my $file, '>', '/run/hand.pid'); print $file $$; close $file;
$| = 1; print "$port\n";
sleep 50
END
  script/server/vps copy "$server" "$laptop/hand.pl" /root
  timeout 60 script/server/vps run "$server" perl /root/hand.pl >"$laptop/bound" 2>/dev/null &
  local holder=$! bound
  until_is 10 1 sh -c "wc -l <'$laptop/bound'" || fail "nobody bound a port"
  bound=$(cat "$laptop/bound")
  passes "an app is started while somebody has a socket on the first free port" remote restart thief
  refused "on another one" on test -d "/opt/nextdeploy/instances/thief:$bound"
  on kill "$(on cat /run/hand.pid)"
  wait $holder || true
}

# An app that does not end when it is asked, and asks systemd for more time again and again.
stop_always_ends() {
  local start
  mkdir "$laptop/stubborn"
  cat >"$laptop/stubborn/server.pl" <<'END'
use Socket; use IO::Socket::INET;
$SIG{TERM} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
socket(my $systemd, PF_UNIX, SOCK_DGRAM, 0);
my $server = IO::Socket::INET->new(LocalAddr => $ENV{HOSTNAME}, LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die;
my $status = -e 'broken' ? '500 No' : '200 OK';
while (1) {
  send($systemd, "EXTEND_TIMEOUT_USEC=600000000\nSTATUS=begging", 0, sockaddr_un('/run/systemd/notify'));
  my $ready = ''; vec($ready, fileno($server), 1) = 1;
  next unless select($ready, undef, undef, 0.5);
  my $client = $server->accept or next;
  sysread($client, my $request, 4096);
  print $client "HTTP/1.1 $status\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"; close $client;
}
END
  echo '{ "name": "stubborn", "scripts": { "start": "perl server.pl" } }' >"$laptop/stubborn/package.json"
  echo '{ "health": { "timeout": 2 } }' >"$laptop/stubborn/nextdeploy.json"
  on_laptop "cd ../stubborn && git init -qb main && git add -A && git commit -qm first"
  passes "an app goes live that will not end" stubborn_push
  on_laptop "cd ../stubborn && touch broken && git add -A && git commit -qm broken"
  start=$SECONDS
  refused "a push of it that fails" stubborn_push
  passes "ends" test $((SECONDS - start)) -lt 40
  start=$SECONDS
  passes "the app's removal" timeout 60 script/server/vps run "$server" nextdeploy app remove stubborn
  passes "ends too, within the time that apps have to stop" test $((SECONDS - start)) -lt 20
  is "and nothing of it is left" "" on pgrep -xf 'perl server.pl'
}

stubborn_push() { on_laptop "cd ../stubborn && git push -q laptop:stubborn main"; }

# A machine whose kernel does not keep the ports: apps run, and the doctor tells.
unkept_ports() {
  local own=/etc/systemd/system/nextdeploy-ports.service.d
  on mkdir -p $own
  on sh -c "printf '[Service]\nExecStart=\nExecStart=/bin/false\n' >$own/own.conf"
  passes "a machine boots on which nothing keeps the ports" timeout 150 script/server/vps reboot "$server"
  until_is 30 "version 1" get / || fail "the app did not come back"
  shown "its apps run"
  is "though nothing keeps others off their ports" "done" try run "$(listening 3500)"
  on rm -r $own
  on systemctl daemon-reload
  finds "that the ports are not kept" "nothing keeps an app or a build from listening"
  is "from then on they are" "status 13" try run "$(listening 3500)"
}

# A shell line that ends with 13 where nothing may listen on that port.
listening() {
  printf '%s' "node -e 'require(\"net\").createServer().on(\"error\", (e) => process.exit(e.code === \"EPERM\" ? 13 : 14))" \
    ".listen($1, \"127.0.0.1\", () => process.exit(0))'"
}

# The same for all ports from one to another: 0 where one of them could be had.
listening_anywhere() {
  printf '%s' "node -e 'let left = $2 - $1 - 1; const server = require(\"net\"); for (let port = $1; port <= $2; port++) " \
    "if (port != process.env.PORT) server.createServer().on(\"error\", (e) => left-- || process.exit(e.code === \"EPERM\" ? 13 : 14))" \
    ".listen(port, \"127.0.0.1\", () => process.exit(0))'"
}

ask_thief() { timeout 60 script/server/vps net "$server" curl -sS --max-time 30 -G --data-urlencode "path=${2:-}" "http://192.0.2.1:$(thief_port)/$1"; }
thief_port() { on nextdeploy app show thief | grep -o '192.0.2.1:[0-9]*\|localhost:[0-9]*' | head -n 1 | sed 's/.*://'; }
version() { on cat /opt/nextdeploy/apps/shop/current/app/built.txt; }
