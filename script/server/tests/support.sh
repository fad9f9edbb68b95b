# shellcheck shell=bash disable=SC2034,SC2154 # script/test-vps and script/test-upgrade, which read this, use "package"
# What the checks are written with.

server=
laptop=
passed=0

# Sets "package": the one that NEXTDEPLOY_PACKAGE names, else one that is built now.
find_package() {
  package=${NEXTDEPLOY_PACKAGE:-}
  if [ -z "$package" ]; then
    script/package
    package=$(printf '%s\n' dist/nextdeploy_*.deb | tail -n 1)
  fi
}

# start_server SUITE NAME: boots a server. It ends with the script, unless KEEP is set.
start_server() {
  server=$2
  laptop=$(mktemp -d)
  [ -n "${KEEP:-}" ] || trap 'kill $(jobs -p) 2>/dev/null || true; stop_server' EXIT
  script/server/vps start "$1" "$server" >/dev/null
}

stop_server() { [ -n "${KEEP:-}" ] || { script/server/vps stop "$server" && rm -rf "$laptop"; }; }

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

# soon SENTENCE WANTED COMMAND...: the same, at the latest in some seconds: of what ends by itself.
soon() {
  until_is 10 "${@:2}" || true
  is "$@"
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

# Makes the laptop: two keys, and a repository with an app in it.
make_laptop() {
  local key
  mkdir -p "$laptop/bin"
  ln -sf "$(command -v git)" "$(command -v ssh)" "$laptop/bin"
  cp -r Tests/Fixtures/vps-app "$laptop/app"
  for key in laptop ci; do
    ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$laptop/$key"
    printf 'Host %s\n  HostName 192.0.2.1\n  User nextdeploy\n  IdentityFile %s\n' "$key" "$laptop/$key"
  done >"$laptop/ssh_config"
  cat >>"$laptop/ssh_config" <<END_OF_CONFIG
Host *
  IdentitiesOnly yes
  BatchMode yes
  StrictHostKeyChecking accept-new
  UserKnownHostsFile $laptop/known_hosts
  LogLevel ERROR
END_OF_CONFIG
  git config --file "$laptop/.gitconfig" user.name Dev
  git config --file "$laptop/.gitconfig" user.email dev@example.com
  git config --file "$laptop/.gitconfig" core.sshCommand "ssh -F $laptop/ssh_config"
  on_laptop "git init -qb main && git add -A && git commit -qm first"
}

# The number of the user that an app's builds run as: builder APP
builder() { on sh -c "echo \$((\$(cat /opt/nextdeploy/apps/$1/uid) + 1000))"; }

# Who runs what of nextdeploy's: its own programs, the hooks, the builds; not sshd, nor the apps.
ours_running() { on sh -c 'ps -eo user:20,unit:60,exe:30,args | grep -E "/usr/bin/nextdeploy|nextdeploy-build|post-receive" | grep -v grep || true'; }

# main_process [APP], port [APP]: of the instance that is live; others may wait for their release, or drain.
main_process() { on systemctl show -P MainPID "nextdeploy@${1:-shop}:$(port "${1:-shop}").service"; }
port() { on sed -n 's/.*"instance" *: *"[^"]*:\([0-9]*\)".*/\1/p' "/opt/nextdeploy/apps/${1:-shop}/live.json"; }

# unfinished APP: the record of its deploy that runs, or was interrupted.
unfinished() { on grep -rL '"outcome"' --include='*.json' "/opt/nextdeploy/apps/$1/deploys"; }

# kill_push APP: kills what took the push in, and then what deploys it, so that neither undoes the deploy.
kill_push() {
  local builder
  builder=$(on sed -n 's/.*"builder" : "\([0-9]*\)@.*/\1/p' "$(unfinished "$1")")
  on kill -KILL "$(on pgrep -u nextdeploy -f '^[^ ]*nextdeploy shell')"
  on kill -KILL "$builder"
}

# apt ACTION PACKAGE [VARIABLE=VALUE]: nobody answers a question.
apt() {
  local action=$1 options=()
  shift
  [ "$1" != --reinstall ] || { options+=(--reinstall) && shift; }
  on env DEBIAN_FRONTEND=noninteractive "${2:-A=b}" \
    apt-get "$action" -y -qq --no-install-recommends ${options[@]+"${options[@]}"} "$1" </dev/null
}

# load NAME OPTION...: visitors, for half a minute; adds them to "loaders".
load() {
  local name=$1
  shift
  timeout 90 script/server/vps net "$server" hey -z 30s "$@" >"$laptop/load-$name" 2>&1 &
  loaders+=($!)
}

# no_request_failed [LOAD]: of the load whose report lies on the laptop.
no_request_failed() {
  local report answers
  report=$(cat "$laptop/${1:-load}")
  # A line for each status.
  answers=$(sed -n 's/^ *\[\([0-9]*\)\][[:space:]]*\([0-9]* responses\)$/\1 \2/p' <<<"$report")
  [[ $answers == "200 "* && $answers != *$'\n'* && $report != *"Error distribution"* ]] || fail "requests failed: $report"
  shown "no request of ${answers#200 } failed"
}

# Starts the npm registry that lies beside the project, on the server's loopback, and sets "registry" to its process; fails
# where there is none.
start_registry() {
  [ -x ../shared/npm-registry ] || return 1
  timeout 900 script/server/vps net "$server" ../shared/npm-registry --port 4873 >/dev/null 2>&1 &
  registry=$!
  until_is 15 200 timeout 20 script/server/vps net "$server" curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:4873/ms ||
    fail "the registry does not answer"
}

# Has Caddy make its certificates itself: no authority outside can be asked here.
own_authority() {
  on sed -i '0,/^{/s//{\n\tlocal_certs\n\tskip_install_trust/' /etc/caddy/Caddyfile
  on systemctl reload caddy
}

# site APP FIXTURE LINE...: an app at APP.example.com, with a repository of the fixture and these variables.
site() {
  local app=$1 fixture=$2
  shift 2
  cp -r "$fixture" "$laptop/site-$app"
  remote app create "$app" --domain "$app.example.com" >/dev/null
  printf '%s\n' "npm_config_registry=http://127.0.0.1:4873" "COREPACK_NPM_REGISTRY=http://127.0.0.1:4873" \
    "COREPACK_INTEGRITY_KEYS=0" "$@" | on nextdeploy env import "$app" - >/dev/null
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
