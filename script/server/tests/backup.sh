# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# A backup of the whole server, and an app that is brought back from it. Finds a laptop; the app is its own, and goes.
check backing_up needs keys

backing_up() {
  local place=$laptop/kept commits
  mkdir -p "$place"
  echo '{ "name": "kept", "scripts": { "start": "node server.js" } }' >"$place/package.json"
  echo '{ "persist": ["data"] }' >"$place/nextdeploy.json"
  cat >"$place/server.js" <<'END'
const fs = require('fs')
if (!fs.existsSync('data/own')) fs.writeFileSync('data/own', 'kept ', { mode: 0o600 })
if (!fs.existsSync('data/closed')) fs.mkdirSync('data/closed', { mode: 0 })
require('http').createServer((_, answer) => {
  fs.appendFileSync('data/visits', '.')
  answer.end(fs.readFileSync('data/own', 'utf8') + process.env.WORD)
}).listen(process.env.PORT, process.env.HOSTNAME)
END
  remote app create kept >/dev/null
  on sh -c 'echo WORD=a-word-of-the-backup | nextdeploy env import kept - >/dev/null'
  tar cz -C "$place" . >"$laptop/kept.tar.gz"
  timeout 60 script/server/vps net "$server" ssh -F "$laptop/ssh_config" laptop ship kept <"$laptop/kept.tar.gz" >/dev/null
  is "an app keeps a file that is closed to all others" "kept a-word-of-the-backup" get_kept
  commits=$(on runuser -u nextdeploy -- git --git-dir /opt/nextdeploy/apps/kept/repo.git show-ref)

  on sh -c 'umask 077 && openssl rand -hex 32 >/root/passphrase'
  refused "nobody gets a backup over ssh" remote export --all --unencrypted
  passes "root writes one" on sh -c 'nextdeploy export --all --passphrase-file /root/passphrase >/root/backup'
  refused "in which no secret can be read" on grep -q a-word-of-the-backup /root/backup
  refused "an import beside apps that are there changes nothing" \
    on sh -c 'nextdeploy import --passphrase-file /root/passphrase </root/backup'
  on nextdeploy app remove kept >/dev/null
  has "an app that is gone goes live again" "Imported 1 app, 1 live" \
    on sh -c 'nextdeploy import --app kept --passphrase-file /root/passphrase </root/backup'
  is "with its file and its variables" "kept a-word-of-the-backup" get_kept
  is "what it kept is its own" "$(on cat /opt/nextdeploy/apps/kept/uid)" on stat -c %u /opt/nextdeploy/apps/kept/shared/data/own
  is "and so is what it had closed" "$(on cat /opt/nextdeploy/apps/kept/uid)" on stat -c %u /opt/nextdeploy/apps/kept/shared/data/closed
  is "the rest is nextdeploy's" "nextdeploy nextdeploy" \
    on sh -c 'stat -c %U /opt/nextdeploy/apps/kept/env /opt/nextdeploy/apps/kept/shared | xargs'
  is "and its commits are there" "$commits" on runuser -u nextdeploy -- git --git-dir /opt/nextdeploy/apps/kept/repo.git show-ref
  passes "which takes the next release" \
    timeout 60 script/server/vps net "$server" ssh -F "$laptop/ssh_config" laptop ship kept <"$laptop/kept.tar.gz"
  on sh -c 'rm /root/backup /root/passphrase && nextdeploy app remove kept' >/dev/null
}

get_kept() {
  timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$(remote app show kept | sed -n 's/^url *//p')"
}
