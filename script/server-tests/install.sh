# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# From a bare Debian to a server that is set up.

install_package() {
  script/vps copy "$server" "$package" /root
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
