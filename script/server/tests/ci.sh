# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# GitHub: the workflow that the server prints, its steps run from outside with what is in it and the secret alone.
# Finds a laptop; the app is its own.
check deploys_by_ci needs keys

deploys_by_ci() {
  local ci commit secrets file=.github/workflows/nextdeploy.yml
  ci=$(mktemp -d)
  ssh-keygen -q -t ed25519 -N '' -f "$ci/key"
  passes "an app is pushed once by hand" push laptop fresh
  passes "a key of CI's is added, for one app" on nextdeploy key add github-ci - --app fresh <"$ci/key.pub"
  cp -r Tests/Fixtures/vps-app "$ci/app"
  mkdir -p "$ci/app/.github/workflows"
  timeout 20 script/server/vps net "$server" ssh -F /dev/null -i "$ci/key" -o IdentitiesOnly=yes \
    -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="$ci/known_hosts" -o LogLevel=ERROR \
    nextdeploy@192.0.2.1 generate-ci >"$ci/app/$file" 2>"$ci/steps"
  has "the server prints a workflow with its own host key" \
    "192.0.2.1 $(on cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub)" cat "$ci/app/$file"
  has "and says what comes next" "gh secret set SSH_PRIVATE_KEY" cat "$ci/steps"
  git -C "$ci/app" init -qb main
  git -C "$ci/app" add -A
  git -C "$ci/app" -c user.name=Dev -c user.email=dev@example.com commit -qm 'by CI'
  git clone -q --bare "$ci/app" "$ci/github.git"
  commit=$(git -C "$ci/app" rev-parse HEAD)
  secrets=$(python3 -c 'import json, sys; print(json.dumps({"SSH_PRIVATE_KEY": sys.stdin.read()}))' <"$ci/key")
  has "its steps put another history than the server's live" "deploy success" \
    env SECRETS="$secrets" timeout 120 script/server/vps net "$server" /usr/bin/python3 Tests/Fixtures/ci/run-workflow.py \
    "$ci/app/$file" "$ci/github.git" "$commit" refs/heads/main "$ci/runner"
  has "which its status says" "by CI" on nextdeploy status fresh
  on nextdeploy app remove fresh >/dev/null
  on nextdeploy key remove github-ci >/dev/null
  rm -rf "$ci"
}
