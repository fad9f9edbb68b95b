# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# From a bare Debian to a server that is set up.
# Finds a bare Debian first, and a server that is set up where nextdeploy has to do without its systemd.
check install_package
check without_systemd needs install_package

install_package() {
  script/server/vps copy "$server" "$package" /root
  passes "the package installs with apt, and sets the server up" \
    on sh -c "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /root/${package##*/}"
  is "setup changes nothing the second time" "The server is set up; nothing had to be changed." on nextdeploy setup
  on sed -i 's/^import .opt.nextdeploy.*//' /etc/caddy/Caddyfile
  has "setup --dry-run says what it would do" "would have Caddy read the apps' sites" on nextdeploy setup --dry-run
  refused "and does not do it" on grep -q '^import /opt/nextdeploy' /etc/caddy/Caddyfile
  passes "setup does it" on nextdeploy setup
  passes "the admin's own lines are kept" on grep -q 'root \* /usr/share/caddy' /etc/caddy/Caddyfile
  refused "Caddy's administration is not on the network" on curl -s --max-time 3 http://127.0.0.1:2019/config/
}

# Where systemd does not run, as in a container, nextdeploy runs the apps and Caddy itself. So it does for a root of
# one's own, which the units do not know.
without_systemd() {
  on install -d -o nobody /var/tmp/own /var/tmp/own/app
  tar -C Tests/Fixtures/vps-app -c . | timeout 20 script/server/vps run "$server" tar -x --no-same-owner -C /var/tmp/own/app
  on chown -R nobody: /var/tmp/own
  as_nobody "git init -qb main && git config user.name Dev && git config user.email dev@example.com && git add -A &&
    git commit -qm first && nextdeploy config set http.port 9080 && nextdeploy config set ports 4001-4099 &&
    nextdeploy app create own && git remote add production /var/tmp/own/root/apps/own/repo.git &&
    git config remote.production.receivepack 'nextdeploy receive-pack'" >/dev/null
  has "the package runs an app without systemd too" "live: http://localhost:9080" as_nobody "git push production main"
  is "which answers" "version 1" timeout 20 script/server/vps net "$server" curl -sS --max-time 10 http://127.0.0.1:9080/
  passes "and ends with its removal" as_nobody "nextdeploy app remove own"
  is "with all that kept it running" "" on pgrep -af nextdeploy-supervisor
}

as_nobody() {
  on runuser -u nobody -- env HOME=/var/tmp/own NEXTDEPLOY_ROOT=/var/tmp/own/root sh -c "cd /var/tmp/own/app && $1"
}
