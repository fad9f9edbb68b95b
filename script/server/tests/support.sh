# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# What the checks are written with.

say() { printf '%s\n' "$*"; }

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  if [ -n "$server" ]; then
    on journalctl --no-pager -n 25 -u 'nextdeploy*' >&2 || true
  fi
  exit 1
}

# On the server, as root.
on() { timeout 180 script/server/vps run "$server" "$@"; }

# On the server, as the user nextdeploy, from its own directory: for what is pushed on the server itself.
as() { on runuser -u nextdeploy -- env HOME=/var/tmp/dev sh -c "cd /var/tmp/dev && $1"; }

# On the laptop, in the repository of the app: a directory of this machine, in the server's network.
on_laptop() { timeout 180 script/server/vps net "$server" env -C "$laptop/app" HOME="$laptop" sh -c "$1"; }

# Over ssh, with the key of that name: over_ssh KEY [OPTION...] -- COMMAND...
over_ssh() {
  local key=$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  timeout 60 script/server/vps net "$server" ssh -F "$laptop/ssh_config" ${options[@]+"${options[@]}"} "$key" "$@" </dev/null
}

# A command of nextdeploy's, from the laptop.
remote() { over_ssh laptop -- "$@"; }

# shown SENTENCE: what was looked at holds.
shown() {
  say "  ok  $1"
  passed=$((passed + 1))
}

# passes SENTENCE COMMAND...: the command must succeed.
passes() {
  local sentence=$1 output
  shift
  if ! output=$("$@" 2>&1); then fail "$sentence: '$*' said: $output"; fi
  shown "$sentence"
}

refused() {
  local sentence=$1 output
  shift
  if output=$("$@" 2>&1); then fail "$sentence: '$*' was allowed: $output"; fi
  shown "$sentence"
}

# is SENTENCE WANTED COMMAND...: the command must print exactly that.
is() {
  local sentence=$1 wanted=$2 output
  shift 2
  output=$("$@" 2>&1) || true
  [ "$output" = "$wanted" ] || fail "$sentence: wanted '$wanted', got '$output'"
  shown "$sentence"
}

has() {
  local sentence=$1 wanted=$2 output
  shift 2
  output=$("$@" 2>&1) || true
  [[ $output == *"$wanted"* ]] || fail "$sentence: no '$wanted' in '$output'"
  shown "$sentence"
}

get() { timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "http://192.0.2.1:8080$1"; }

# What the app answers when it is asked to try something.
try() { timeout 20 script/server/vps net "$server" curl -sS --max-time 10 -G --data-urlencode "path=$2" "http://192.0.2.1:8080/$1"; }

# until_is SECONDS WANTED COMMAND...: waits for the answer.
until_is() {
  local end=$((SECONDS + $1)) wanted=$2
  shift 2
  while [ $SECONDS -lt $end ]; do
    [ "$("$@" 2>/dev/null || true)" = "$wanted" ] && return
    sleep 0.2
  done
  return 1
}

commit() { on_laptop "$1 && git add -A && git commit -qm '$2'"; }

# With git and ssh as the only programs on the laptop's PATH.
push() { on_laptop "PATH=$laptop/bin exec git push -q ${1:-laptop}:${2:-shop} main"; }

# The number of the user that an app's builds run as: builder APP
builder() { on sh -c "echo \$((\$(cat /opt/nextdeploy/apps/$1/uid) + 1000))"; }

# Who runs what of nextdeploy's: its own programs, the hooks, the builds; not sshd, nor the apps.
ours_running() { on sh -c 'ps -eo user:20,unit:60,exe:30,args | grep -E "/usr/bin/nextdeploy|nextdeploy-build|post-receive" | grep -v grep || true'; }
main_process() { on systemctl show -P MainPID "nextdeploy@shop:$(port).service"; }

# That of the running instance.
port() {
  on systemctl list-units --plain --no-legend --state=active 'nextdeploy@shop:*' | sed 's/^nextdeploy@shop:\([0-9]*\).*/\1/'
}
