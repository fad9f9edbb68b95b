# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# What `nextdeploy doctor` finds on a server, each damage a real one, mended by the very command that it names.
# Finds the app shop at its second release, and nothing wrong.
check doctor needs second_push

doctor() {
  passes "the doctor finds nothing wrong on a server that works" on nextdeploy doctor
  is "and leaves nothing of root's there" "" on find /opt/nextdeploy -user root
  passes "neither does the user nextdeploy" on runuser -u nextdeploy -- nextdeploy doctor
  has "another user is told what is not for them to see" "skipped  apps: /opt/nextdeploy/apps is not open to this user" \
    passing runuser -u nobody -- nextdeploy doctor

  on systemctl stop caddy
  finds "a Caddy that does not run" "caddy: Caddy does not run"
  on sed -i '/^import .opt.nextdeploy/d' /etc/caddy/Caddyfile
  finds "a Caddyfile without the import" "does not import the apps' sites"
  taken_port

  on sh -c 'echo "PrivateTmp=no" >> /usr/lib/systemd/system/nextdeploy@.service'
  finds "an altered unit" "units: /usr/lib/systemd/system/nextdeploy@.service is not the one"
  on sh -c 'echo "[Service]" > /etc/systemd/system/nextdeploy-build@.service; systemctl daemon-reload'
  finds "a unit that stands in front of nextdeploy's" "/etc/systemd/system/nextdeploy-build@.service stands in the place"
  on systemctl disable --quiet nextdeploy-boot.service
  finds "apps that would not come back after a reboot" "nextdeploy-boot.service is not enabled"
  on gpasswd --delete nextdeploy systemd-journal >/dev/null
  finds "a group that nextdeploy is not in" "setup did not add the user nextdeploy to the group systemd-journal"
  altered_rule
  admins_own_settings

  on chown root: /opt/nextdeploy/apps/shop/releases
  finds "a directory of root's" "files: /opt/nextdeploy/apps/shop/releases belongs to root"
  on touch /opt/nextdeploy/apps/shop/repo.git/objects/roots
  finds "what root left in a repository" "repo.git/objects/roots belongs to root: pushes may fail"
  on rm /opt/nextdeploy/apps/shop/repo.git/objects/roots
  on chmod 644 /opt/nextdeploy/apps/shop/env
  finds "an environment that others can read" "apps/shop/env has the mode 0644: others can read it"
  on chmod 777 /opt/nextdeploy/.ssh
  finds "keys that sshd would not take" ".ssh has the mode 0777"
  on systemctl stop "nextdeploy@shop:$(port).service"
  finds "an app that does not run" "apps: shop does not run"
  on rm /opt/nextdeploy/apps/shop/uid
  finds "a lost number of an app's user" "apps/shop/uid is missing"
  on sh -c 'cd /opt/nextdeploy/.ssh && cp -p authorized_keys before && : > authorized_keys'
  has "keys that sshd does not know any more are told" "keys that nextdeploy knows cannot log in" \
    on sh -c 'nextdeploy doctor shop || true'
  on sh -c 'cd /opt/nextdeploy/.ssh && mv before authorized_keys'
  interrupted_deploy
  domain_of_elsewhere
  on sh -c 'printf "#!/bin/sh\necho v18.19.0\n" > /usr/local/sbin/node; chmod 755 /usr/local/sbin/node'
  has "a Node that gets no fixes any more is told" "Node 18 ended on 2025-04-30" passing nextdeploy doctor
  on rm /usr/local/sbin/node
  passes "all of it is mended" on nextdeploy doctor
  is "and the app is there" "version 2" get /
}

# On the server; what it printed counts only if it ended well.
passing() {
  local output
  output=$(on "$@") || return
  printf '%s\n' "$output"
}

# finds WHAT TEXT: the doctor calls it a problem and names a command; that command mends it.
finds() {
  local output command
  output=$(on nextdeploy doctor shop) && fail "the doctor did not find $1: $output"
  [[ $output == *"problem  "*"$2"* ]] || fail "the doctor did not tell of $1 ($2): $output"
  command=$(grep -F -A 1 -- "$2" <<<"$output" | sed -n 's/^ *fix: //p')
  [ -n "$command" ] || fail "the doctor names nothing that mends $1: $output"
  output=$(on sh -c "$command" 2>&1) || fail "'$command' does not mend $1: $output"
  until_is 10 "" told "$2" || fail "'$command' did not mend $1: $(told "$2")"
  shown "the doctor finds $1, and '$command' mends it"
}

told() { on nextdeploy doctor shop | grep -F -- "$1"; }

taken_port() {
  on systemctl stop caddy
  on systemd-run --quiet --unit=squatter /usr/local/bin/node -e 'require("http").createServer().listen(80)'
  until_is 10 1 on sh -c 'ss -Hltn "sport = :80" | wc -l' || fail "nothing listens on port 80"
  refused "who has port 80 is not for nextdeploy to see" \
    grep -q squatter <(on runuser -u nextdeploy -- nextdeploy doctor)
  finds "a port that another program has" "port 80 is taken by node"
  finds "that Caddy does not run for it" "caddy: Caddy does not run"
}

altered_rule() {
  local rule=/usr/share/polkit-1/rules.d/50-nextdeploy.rules
  on sed -i 's/Result.YES/Result.NO/' "$rule"
  until_is 10 1 on sh -c "nextdeploy doctor shop | grep -c 'polkit does not let the user nextdeploy'" ||
    fail "the doctor did not notice that polkit refuses: $(on nextdeploy doctor shop)"
  shown "the doctor finds that polkit refuses"
  finds "an altered polkit rule" "$rule is not the one"
  until_is 10 "" told polkit-1 || fail "polkit still refuses"
}

# What `systemctl edit` makes is the admin's right.
admins_own_settings() {
  local directory=/etc/systemd/system/nextdeploy@.service.d
  on sh -c "mkdir -p $directory && printf '[Service]\nNice=1\n' > $directory/override.conf && systemctl daemon-reload"
  has "an admin's own settings are only mentioned" "settings of your own are in $directory/override.conf" \
    passing nextdeploy doctor shop
  on sh -c "rm -r $directory && systemctl daemon-reload"
}

# A deploy whose builder is killed while it builds.
interrupted_deploy() {
  commit "echo '{ \"build\": \"sleep 60\" }' > nextdeploy.json" hanging
  push >/dev/null 2>&1 &
  local pusher=$!
  until_is 30 activating on systemctl is-active nextdeploy-build@shop.service || fail "the build did not begin"
  passes "a deploy that runs is none that was interrupted" on nextdeploy doctor shop
  kill_push shop
  wait $pusher || true
  finds "a deploy that was interrupted" "was interrupted at 'build'"
  on systemctl stop nextdeploy-build@shop.service
  on_laptop "git reset -q --hard HEAD~1"
}

domain_of_elsewhere() {
  on cp /etc/hosts /etc/hosts.before
  on nextdeploy config set domains shop.example.com --app shop >/dev/null
  has "a domain that leads nowhere is a problem" "problem  domains: shop.example.com leads nowhere" \
    on nextdeploy doctor shop
  on sh -c 'echo 203.0.113.9 shop.example.com >> /etc/hosts'
  has "one that leads elsewhere is a warning, for it may be a CDN's" \
    "warning  domains: shop.example.com leads to 203.0.113.9" passing nextdeploy doctor shop
  on sh -c '(cat /etc/hosts.before; echo 192.0.2.1 shop.example.com) > /etc/hosts'
  has "one that leads here is right" "shop.example.com leads here (192.0.2.1)" passing nextdeploy doctor shop
  on cp /etc/hosts.before /etc/hosts
  on nextdeploy config unset domains --app shop >/dev/null
}
