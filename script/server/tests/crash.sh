# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# A builder that is killed while its app is being built.
# Finds a server that is set up; the app is its own, pushed on the server.
check killed_builder needs install_package

killed_builder() {
  local branch
  on install -d -o nextdeploy -g nextdeploy /var/tmp/dev /var/tmp/dev/app /var/tmp/dev/wreck
  tar -C Tests/Fixtures/vps-app -c . | on tar -x --no-same-owner -C /var/tmp/dev/wreck
  on chown -R nextdeploy: /var/tmp/dev/wreck
  on nextdeploy app create wreck >/dev/null
  wreck "git init -qb main && git config user.name Dev && git config user.email dev@example.com &&
    git remote add production /opt/nextdeploy/apps/wreck/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack' && git add -A && git commit -qm first"
  wreck "git push -q production main" >/dev/null 2>&1
  branch=$(wreck_branch)
  wreck "echo version 2 > version.txt && git commit -qam second"

  kill_builder receive-pack
  is "a build goes on when its builder is killed" activating on systemctl is-active nextdeploy-build@wreck.service
  has "the next command tells of it" "undoing deploy" on nextdeploy status --app wreck
  is "it has ended the build" "" wreck_builds
  is "and put the branch back" "$branch" wreck_branch
  on nextdeploy env unset HANG --app wreck >/dev/null
  has "the same push can be made again" "live: http" wreck "git push production main"

  branch=$(wreck_branch)
  wreck "echo version 3 > version.txt && git commit -qam third"
  kill_builder
  is "a push whose hook was killed ends the build itself" "" wreck_builds
  is "and puts the branch back" "$branch" wreck_branch
  kill_builder receive-pack
  local user
  user=$(builder wreck)
  passes "an app whose builder was killed is removed" on nextdeploy app remove wreck
  is "with the build that went on" "" on sh -c "pgrep -u $user || true"
}

# A push whose build does not end, and whose builder does; what took the push in ends first where it is named.
kill_builder() {
  local process
  on sh -c 'echo HANG=1 > /opt/nextdeploy/apps/wreck/env'
  wreck "git push production main" >/dev/null 2>&1 &
  # It has written all that it writes: one that still does ends, for nobody reads.
  until_is 30 "$(wreck "cat version.txt")" on cat /opt/nextdeploy/apps/wreck/workspace/built.txt ||
    fail "the build did not begin"
  for process in "$@" "hook post-receive"; do
    on kill -KILL "$(on pgrep -u nextdeploy -f "^[^ ]*nextdeploy $process")"
  done
  if wait $!; then fail "a push whose builder was killed succeeded"; fi
}

wreck() { as "cd /var/tmp/dev/wreck && $1"; }
wreck_branch() { on runuser -u nextdeploy -- git -C /opt/nextdeploy/apps/wreck/repo.git rev-parse main; }
wreck_builds() { on sh -c "pgrep -u $(builder wreck) || true"; }
