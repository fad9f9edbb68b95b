# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "laptop"
# What builds and apps leave: the next push, a clean rebuild and the app's removal need nobody's help.
# Finds a laptop; the apps are its own.
check leftovers needs keys

leftovers() {
  odd_app odd
  odd "mkdir -p node_modules && touch node_modules/x && echo \$(id -u) \$(stat -c %u . \$HOME server.js node_modules/x | uniq)" \
    >"$laptop/push" 2>&1 || fail "the first push: $(cat "$laptop/push")"
  has "a build owns its workspace, as a user of its app's own" "$(builder odd) $(builder odd)" cat "$laptop/push"
  after "a umask of 077" "umask 077; mkdir -p private .next/cache/x; echo x > private/x; echo y > .next/cache/x/y"
  after "archives that close what they hold" "mkdir -p a/b && touch a/b/c && tar cf x.tar a && chmod -R u=,g=,o= a; mkdir -p ignored && cd ignored && tar xf ../x.tar && chmod 0555 a"
  after "a directory of mkdtemp's in the cache" "mkdir -p .next/cache && mktemp -d .next/cache/XXXXXX"
  after "directories that nobody may enter" "mkdir -p ignored/a/b node_modules/c/d; touch ignored/a/b/x; chmod 0 ignored/a/b ignored/a node_modules/c/d node_modules"
  after "a workspace and a home that nobody may enter" "mkdir -p \$HOME/a/b; chmod 0 \$HOME/a/b \$HOME/a \$HOME dir ."
  after "names that are no text" "d=\$(printf 'a\\377b'); mkdir -p \"\$d/\$d\" \"ignored/\$d\"; touch \"\$d/\$d/\$d\"; chmod 0 \"ignored/\$d\""
  after "pipes in place of files" "mkdir -p node_modules; rm -r dir .gitignore; mkfifo dir .gitignore node_modules/.package-lock.json"
  after "files of terabytes, made of nothing" "mkdir -p node_modules; truncate -s 4T .gitignore ignored-file node_modules/.package-lock.json"
  odd_fails "what fails with all of it" \
    "umask 077; mkdir -p a/b ignored/c .next/cache/d \$HOME/e; touch a/b/c \$HOME/e/f; chmod 0 a/b a ignored/c .next/cache .next \$HOME/e \$HOME .; exit 1"
  passes "a clean rebuild gets over it" remote rebuild --clean --app odd
  is "from an empty workspace and an empty home" "0 0" on sh -c "cd /opt/nextdeploy/apps/odd && echo \$(find workspace/.next workspace/ignored cache/* 2>/dev/null | wc -l) \$(find . -name '*.leftover*' | wc -l)"

  packages_with_programs
  builds_apart
  left_by_apps
  immutable
  earlier_version

  odd_fails "what fails with all of it once more" \
    "umask 077; mkdir -p a/b ignored/c \$HOME/e; touch a/b/c \$HOME/e/f; chmod 0 a/b a ignored/c \$HOME/e \$HOME .; exit 1"
  passes "and so does the app's removal" on nextdeploy app remove odd
  is "which leaves nothing" "" on sh -c "ls -A /opt/nextdeploy/apps | grep odd || true"
}

# A small app whose builds run build.sh.
odd_app() {
  remote app create "$1" >/dev/null
  mkdir -p "$laptop/$1/dir"
  echo '{ "private": true, "scripts": { "build": "sh build.sh", "start": "node server.js" } }' >"$laptop/$1/package.json"
  cat >"$laptop/$1/server.js" <<'END_OF_JS'
const text = require('fs').readFileSync('text', 'utf8')
require('http').createServer((_, answer) => answer.end(text)).listen(process.env.PORT, process.env.HOSTNAME)
END_OF_JS
  echo x >"$laptop/$1/dir/x"
  printf 'ignored\nignored-file\nnode_modules\n.next\n' >"$laptop/$1/.gitignore"
  on_odd "$1" "git init -qb main"
  odd_site=$(remote app show "$1" | sed -n 's/^url *//p')
}

# on_odd APP COMMAND: in its repository on the laptop.
on_odd() { on_laptop "cd ../$1 && $2"; }

# Pushes a build that runs that line.
odd() {
  printf '%s\n' "$1" >"$laptop/odd/build.sh"
  on_odd odd "date +%N > text; git add -A && git commit -qm odd && git push laptop:odd main"
}

odd_fails() {
  if odd "$2" >"$laptop/push" 2>&1; then fail "$1: it went live"; fi
}

# after WHAT LINE: a build that does that, whether it goes live or not, and the next push.
after() {
  odd "$2" >"$laptop/odd-push" 2>&1 || true
  passes "after $1, the next push goes live" odd "test ! -p dir && cat dir/x"
  is "and answers" "$(cat "$laptop/odd/text")" timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$odd_site"
}

# npm makes a program of a file that the checkout wrote.
packages_with_programs() {
  mkdir -p "$laptop/odd/tool"
  echo '{ "name": "tool", "version": "1.0.0", "bin": { "tool": "tool.js" } }' >"$laptop/odd/tool/package.json"
  printf '#!/usr/bin/env node\nconsole.log("the tool ran")\n' >"$laptop/odd/tool/tool.js"
  chmod 644 "$laptop/odd/tool/tool.js"
  sed -i 's/"private": true,/"private": true, "dependencies": { "tool": "file:tool" },/' "$laptop/odd/package.json"
  on_odd odd "npm install --package-lock-only --ignore-scripts --no-audit --no-fund" >/dev/null 2>&1
  has "a local package with a program can be installed" "the tool ran" odd "node_modules/.bin/tool"
  local mode
  mode=$(on stat -L -c %a /opt/nextdeploy/apps/odd/current/app/node_modules/tool/tool.js)
  is "and is one in the release" 755 echo "$mode"
}

# Two builds beside each other: each ends all that it may.
builds_apart() {
  odd_app quiet
  on nextdeploy config set builds 2 >/dev/null
  echo 'touch begun; for i in 1 2 3 4 5 6; do test ! -e go || break; sleep 1; done; echo survived' >"$laptop/quiet/build.sh"
  on_odd quiet "echo quiet > text; git add -A && git commit -qm quiet"
  on_odd quiet "git push laptop:quiet main" >"$laptop/quiet-push" 2>&1 &
  local push=$!
  until_is 30 begun on sh -c 'cd /opt/nextdeploy/apps/quiet/workspace && ls begun' || fail "no build: $(cat "$laptop/quiet-push")"
  odd_fails "a build that ends all that it may" 'node -e "process.kill(-1, 9)"; sleep 1; exit 1'
  on touch /opt/nextdeploy/apps/quiet/workspace/go
  wait $push || fail "the other app's build: $(cat "$laptop/quiet-push")"
  has "a build that ends all that it may ends nothing of another app's" "survived" cat "$laptop/quiet-push"
  on nextdeploy config unset builds >/dev/null
  on nextdeploy app remove quiet >/dev/null
}

# What a running app left in its release and its persistent paths.
left_by_apps() {
  local app=/opt/nextdeploy/apps/odd user release
  user=$(on cat $app/uid)
  on nextdeploy config set keep 1 --app odd >/dev/null
  odd "true" >/dev/null 2>&1 || fail "a plain push"
  release=$(on readlink -f $app/current)
  # As Next.js has it, where the app may write: .next/cache.
  on sh -c "install -d -o nextdeploy -g nextdeploy $release/app/.next &&
    install -d -o nextdeploy -g nextdeploy-app -m 2770 $release/app/.next/cache &&
    install -d -o $user -m 700 $release/app/.next/cache/a $release/app/.next/cache/a/b &&
    install -o $user -m 600 /dev/null $release/app/.next/cache/a/b/c && chmod 0 $release/app/.next/cache/a/b
    mkdir -p $app/shared/uploads && chown $user:nextdeploy-app $app/shared/uploads &&
    install -d -o $user -m 700 $app/shared/uploads/a && install -o $user -m 600 /dev/null $app/shared/uploads/a/b"
  odd "true" >/dev/null 2>&1 || fail "a push after what an app left"
  # A release goes once nothing runs it: not while its instance drains.
  until_is 60 1 on sh -c "systemctl list-units --plain --no-legend 'nextdeploy@odd:*' | wc -l" || fail "the old one drains still"
  odd "true" >"$laptop/push" 2>&1 || fail "the next one: $(cat "$laptop/push")"
  # Whole, or what was set aside of it; the next of the same second is "…-2".
  passes "what an app closed in its release goes with the release" until_is 60 "" \
    on sh -c "ls -A $app/releases | grep -E '^$(basename "$release")(\.|\$)' || true"
}

# Before there was a user for each app's builds, the workspace was nextdeploy's, and what builds made another user's.
earlier_version() {
  local app=/opt/nextdeploy/apps/odd
  on sh -c "chown -R nextdeploy $app/workspace $app/cache && chmod 2775 $app/workspace &&
    install -d -o 4343 -m 700 $app/workspace/ignored $app/workspace/ignored/x"
  has "a workspace of an earlier version's gives way" "it is set aside at $app/workspace.leftover-1" odd "test ! -e ignored"
  is "to one that is the builds' own" "$(builder odd)" on stat -c %u $app/workspace
  on rm -rf $app/workspace.leftover-1
}

# What nobody but root can remove, as it is with a disk that is damaged.
immutable() {
  local app=/opt/nextdeploy/apps/odd workspace
  workspace=${XDG_CACHE_HOME:-$HOME/.cache}/nextdeploy/servers/$server/root$app/workspace
  mkdir -p "$workspace/node_modules/stuck"
  chattr +i "$workspace/node_modules/stuck" || fail "this machine's file system knows no immutable files"
  has "what cannot be removed is set aside and told" "it is set aside at $app/workspace.leftover-1" remote rebuild --clean --app odd
  has "the doctor finds it" "$app/workspace.leftover-1 could not be removed, and was set aside" on nextdeploy doctor odd
  passes "and the next push goes live" odd "test ! -e node_modules/stuck"
  chattr -i "${workspace%/workspace}/workspace.leftover-1/node_modules/stuck"
  on rm -rf $app/workspace.leftover-1
}
