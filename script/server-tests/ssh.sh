# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# The laptop: git and ssh, through the server's own sshd.
over_ssh() {
  local laptop status=0
  laptop=$(mktemp -d)
  ssh-keygen -q -t ed25519 -N '' -f "$laptop/key"
  passes "a key is added" on nextdeploy key add laptop - <"$laptop/key.pub"
  cp -r Tests/Fixtures/vps-app "$laptop/app"
  export GIT_SSH_COMMAND="ssh -F /dev/null -i $laptop/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
  git -C "$laptop/app" init -qb main
  git -C "$laptop/app" add -A
  git -C "$laptop/app" -c user.name=Dev -c user.email=dev@example.com commit -qm first
  has "a push over ssh to a new name makes the app, and is live" "live: http" \
    timeout 60 script/vps net "$server" git -C "$laptop/app" push nextdeploy@192.0.2.1:fresh main
  has "its instance runs" "running" \
    timeout 20 script/vps net "$server" sh -c "$GIT_SSH_COMMAND nextdeploy@192.0.2.1 status fresh"
  touch "$laptop/app/fail"
  git -C "$laptop/app" add -A
  git -C "$laptop/app" -c user.name=Dev -c user.email=dev@example.com commit -qm failing
  timeout 60 script/vps net "$server" git -C "$laptop/app" push -q nextdeploy@192.0.2.1:fresh main 2>/dev/null || status=$?
  is "a push over ssh whose deploy fails exits 1" 1 echo "$status"
  rm -rf "$laptop"
}
