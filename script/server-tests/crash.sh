# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# A builder that is killed while its app is being built.

killed_builder() {
  local builder branch unit=nextdeploy-build@wreck.service
  on nextdeploy app create wreck >/dev/null
  on install -d -o nextdeploy -g nextdeploy /var/tmp/dev/app /var/tmp/dev/wreck
  tar -C Tests/Fixtures/vps-app -c . | timeout 20 script/vps run "$server" tar -x --no-same-owner -C /var/tmp/dev/wreck
  on chown -R nextdeploy: /var/tmp/dev/wreck
  as "cd ../wreck && git init -qb main && git remote add production /opt/nextdeploy/apps/wreck/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack' && git add -A && git commit -qm first &&
    git push -q production main 2>&1" >/dev/null
  branch=$(wreck_branch)
  on sh -c 'echo HANG=1 > /opt/nextdeploy/apps/wreck/env'
  as "cd ../wreck && echo version 2 > version.txt && git commit -qam second"

  wreck_push >/dev/null 2>&1 &
  until_is 30 activating on systemctl is-active "$unit" || fail "the build did not begin"
  builder=$(on pgrep -u nextdeploy -f '^[^ ]*nextdeploy hook post-receive')
  on kill -KILL "$builder"
  if wait $!; then fail "a push whose builder was killed succeeded"; fi
  is "a build goes on when its builder is killed" activating on systemctl is-active "$unit"
  has "the next command tells of it" "undoing deploy" on nextdeploy status --app wreck
  is "it has ended the build" "" on sh -c "pgrep -u nextdeploy-build || true"
  is "and put the branch back" "$branch" wreck_branch
  on sh -c ': > /opt/nextdeploy/apps/wreck/env'
  has "the same push can be made again" "live: http" wreck_push
  on nextdeploy app remove wreck >/dev/null
}

wreck_push() { as "cd ../wreck && git push production main"; }
wreck_branch() { on runuser -u nextdeploy -- git -C /opt/nextdeploy/apps/wreck/repo.git rev-parse main; }
