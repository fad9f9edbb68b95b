# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server", "laptop" and "package"
# Pushes while the disk is full: an app whose directory is a small file system of its own.
# Finds a laptop whose last commit is the second; the app is its own.
check full_disk needs second_push

full_disk() {
  local app=/opt/nextdeploy/apps/full site live
  remote app create full >/dev/null
  on sh -c "mkdir /var/tmp/full && mount -t tmpfs -o size=90m tmpfs /var/tmp/full &&
    cp -a $app/. /var/tmp/full && mount --bind /var/tmp/full $app"
  passes "an app on a small disk" push laptop full
  site=$(remote app show full | sed -n 's/^url *//p')
  live=$(git -C "$laptop/app" rev-parse HEAD)
  commit "echo version 3 > version.txt" third

  fill 0
  fails_for_space "nothing is free" "warning: only 0 KB are free below"
  # Enough for some of what git and a deploy write, but not for all.
  for left in 16 48 100; do
    fill $left
    fails_for_space "$left KB are free" "KB are free below"
  done
  fill 60000
  commit "touch filling" filling
  fails_for_space "a build fills it" "it was ended, for only"
  shown "a build that fills the disk is ended"
  has "and told what it takes" "'nextdeploy rebuild COMMIT --clean --app full' begins without it" cat "$laptop/push"
  on_laptop "git reset -q --hard HEAD~1"
  fails_for_space "its leftovers fill it" "looking for space on the disk"
  passes "which it still has" on test -s $app/workspace/big.txt
  passes "a clean rebuild begins without them" remote rebuild --clean --app full
  refused "and they are gone" on test -e $app/workspace/big.txt
  on rm $app/filler
  passes "once there is space, the same push is live" push laptop full
  is "with what was pushed" "version 3" timeout 20 script/server/vps net "$server" curl -sS "$site"
  on sh -c "systemctl stop 'nextdeploy@full:*'; umount -l $app /var/tmp/full; nextdeploy app remove full" >/dev/null
}

# Leaves that many kilobytes.
fill() {
  on sh -c "rm -f $app/filler; dd if=/dev/zero of=$app/filler bs=4k status=none; truncate -s -$1K $app/filler" 2>/dev/null
}

# Uses what its caller knows: the push fails, and leaves everything as it was.
fails_for_space() {
  local status=0
  push laptop full >"$laptop/push" 2>&1 || status=$?

  is "$1: the push exits 1" 1 echo $status
  has "$1: it says so" "$2" cat "$laptop/push"
  is "$1: the old release answers" "version 2" timeout 20 script/server/vps net "$server" curl -sS --max-time 10 "$site"
  is "$1: the branch is where it was" "$live	refs/heads/main" on_laptop "git ls-remote laptop:full refs/heads/main"
  is "$1: no release is begun" 1 on sh -c "ls -A $app/releases | wc -l"
}
