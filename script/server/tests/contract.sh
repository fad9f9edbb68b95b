# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# What every service manager promises, of systemd's: ServiceManagerContract*.swift of Tests/AdaptersTests/Contract, run on
# the server.
# Finds a server that is set up.
check manager_contract needs install_package

manager_contract() {
  local rule=/etc/polkit-1/rules.d/10-contract.rules wanted
  swift build --build-tests >/dev/null
  copy_tests
  # The tests kill what they started, which nextdeploy itself may not.
  on tee "$rule" >/dev/null <<'END'
polkit.addRule(function (action, subject) {
  if (subject.user === "nextdeploy" && action.id === "org.freedesktop.systemd1.manage-units" &&
      action.lookup("verb") === "kill" && /^nextdeploy@t[0-9]+-/.test(action.lookup("unit"))) {
    return polkit.Result.YES;
  }
  return polkit.Result.NOT_HANDLED;
});
END
  wanted=$(cat Tests/AdaptersTests/Contract/ServiceManagerContract*.swift | grep -c '^  @Test(')
  has "systemd's manager keeps the promises of every manager ($wanted tests)" \
    "Test run with $wanted tests in 1 suite passed" contract_tests
  is "and leaves nothing" "" on sh -c "ls /opt/nextdeploy/apps /opt/nextdeploy/instances | grep '^t[0-9]' || true"
  on rm "$rule"
}

# The tests' program, and those of its libraries that the server has not, each in its own place.
copy_tests() {
  local missing
  missing=$(mktemp)
  # shellcheck disable=SC2016 # the server's shell is to see $file
  ldd .build/debug/nextdeployPackageTests.xctest | awk '$3 ~ /^\// { print $3 }' |
    on sh -c 'while read -r file; do [ -e "$file" ] || echo "$file"; done' >"$missing"
  tar -chP -T "$missing" | on tar -xP --no-same-owner
  rm "$missing"
  tar -C .build/debug -c nextdeployPackageTests.xctest | on tar -x --no-same-owner -C /usr/local/bin
}

contract_tests() {
  timeout 400 script/server/vps run "$server" runuser -u nextdeploy -- env NEXTDEPLOY_TEST_MANAGER=systemd \
    nextdeployPackageTests.xctest --testing-library swift-testing --filter ServiceManagerContract 2>&1 |
    grep -E '✘|↳|Test run with|error:'
}
