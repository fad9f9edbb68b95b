# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# The laptop: git and ssh, through the server's own sshd.
# Commands find the app shop at its second release, with the first kept; refusals find the app other beside it.
check keys needs install_package
check commands_over_ssh needs second_push
check refusals needs second_push

keys() {
  make_laptop
  on install -d -m 700 -o 4242 /home/anna
  on sh -c 'umask 077 && cat >/home/anna/laptop.pub && chown 4242 /home/anna/laptop.pub' <"$laptop/laptop.pub"
  passes "root adds a key from a file in a user's own home" on nextdeploy key add laptop /home/anna/laptop.pub
  has "the user nextdeploy is told that it may not read it" "Permission denied" \
    on runuser -u nextdeploy -- nextdeploy key add other /home/anna/laptop.pub
  has "a line that is cut is refused" "cut or damaged" on sh -c "echo ssh-ed25519 AAAAC3NzaC1 | nextdeploy key add x -"
}

commands_over_ssh() {
  has "an app made over ssh is told with the address to push to" "git remote add production nextdeploy@192.0.2.1:blog" \
    remote app create blog
  local hook=/opt/nextdeploy/apps/blog/repo.git/hooks/pre-receive
  printf '#!/bin/sh\ntouch /var/tmp/hook\n' | on sh -c "cat >$hook && chmod 755 $hook"
  passes "and pushed to" push laptop blog
  refused "no hook of a repository's own has run" on ls /var/tmp/hook
  is "git's hook is root's" "root root 755" on stat -c '%U %G %a' /usr/lib/nextdeploy/hooks/post-receive
  passes "and removed on the server" on nextdeploy app remove blog
  is "leaves no instance" "" on sh -c "ls /opt/nextdeploy/instances | grep '^blog:' || true"
  is "nor anything on the disk" "" on sh -c "find /opt/nextdeploy -name '*blog*'"
  has "status over ssh" "running" remote status shop
  has "logs over ssh" "version 2" remote logs shop
  passes "settings over ssh" remote config set shop keep 4
  has "which are there" '"keep" : "4"' remote config show --app shop --json
  has "a rollback over ssh" "live: http://192.0.2.1:8080" remote rollback shop
  is "puts the first release live" "version 1" get /
  has "a rebuild of a commit over ssh" "live: http://192.0.2.1:8080" \
    remote rebuild shop "$(git -C "$laptop/app" rev-parse HEAD)"
  is "puts that live" "version 2" get /
  passes "a fetch over ssh" on_laptop "git fetch -q laptop:shop 'refs/nextdeploy/*:refs/nextdeploy/*'"
  is "tells what is live" "$(git -C "$laptop/app" rev-parse HEAD)" git -C "$laptop/app" rev-parse refs/nextdeploy/live
}

# What no key can do, and what one cannot that is bound to an app.
refusals() {
  local command before
  before=$(on sh -c 'ls /opt/nextdeploy/apps')
  passes "a key is bound to an app" on nextdeploy key add ci --app other - <"$laptop/ci.pub"
  for command in "push ci shop" "on_laptop 'git fetch ci:shop'" "over_ssh ci -- status shop" \
    "over_ssh ci -- rollback --app shop" "over_ssh ci -- logs --app shop" "over_ssh ci -- config set --app shop keep 1"; do
    has "a key of another app is refused: $command" "the key ci is only for other" eval "$command"
  done
  refused "it can make no app by a push" push ci new
  refused "nor by a command" over_ssh ci -- app create new
  passes "its own app is there for it" on_laptop "git ls-remote ci:other"
  is "no app was made" "$before" on sh -c 'ls /opt/nextdeploy/apps'

  has "no key has a shell" "There is no shell" remote
  has "nor a terminal" "PTY allocation request failed" over_ssh laptop -tt -o LogLevel=INFO -- status shop
  has "nor a connection through the server (-L, -D)" "prohibited" over_ssh laptop -o LogLevel=INFO -W 127.0.0.1:8080 --
  has "nor one back (-R)" "remote port forwarding failed" \
    over_ssh laptop -o ExitOnForwardFailure=yes -o LogLevel=INFO -R 4567:127.0.0.1:22 -- status shop
  is "nor its agent there (-A), nor anything else: sshd grants it a command" command granted
  refused "nor sftp" timeout 20 script/server/vps net "$server" sftp -b /dev/null -F "$laptop/ssh_config" laptop
  refused "nor scp" timeout 20 script/server/vps net "$server" scp -q -F "$laptop/ssh_config" "$laptop/ci.pub" laptop:/tmp/canary
  refused "nor the older scp" \
    timeout 20 script/server/vps net "$server" scp -O -q -F "$laptop/ssh_config" "$laptop/ci.pub" laptop:/tmp/canary
  for command in "status shop; touch /tmp/canary" "status \$(touch /tmp/canary)" "git-upload-pack 'shop'|touch /tmp/canary" \
    "status shop
touch /tmp/canary" "git-upload-pack '../other'" "git-receive-pack '/etc/passwd'" "status --root=/" "sh -c id" "key list"; do
    has "a hostile line is refused: ${command//$'\n'/\\n}" "nextdeploy: " remote "$command"
  done
  refused "and nothing of it ran" on ls /tmp/canary
}

# What sshd says that it grants a key.
granted() { over_ssh laptop -v -A -- status shop 2>&1 | sed -n 's/.*key options: *//p' | tr -d '\r' | sort -u; }
