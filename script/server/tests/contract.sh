# shellcheck shell=bash disable=SC2154 # script/test-vps, which reads this, sets "server" and "package"
# What every backend promises, of systemd's: the suites of Tests/AdaptersTests/Contract, run on the server.
# Finds a server that is set up.
check backend_contract needs install_package

backend_contract() {
  local rule=/etc/polkit-1/rules.d/10-contract.rules suites tests
  # script/test has built them, and runs them: until they end, swift would wait.
  [[ -n ${NEXTDEPLOY_TESTS_BUILT:-} ]] || swift build --build-tests >/dev/null
  copy_tests
  # The tests kill what they started and stop Caddy, which nextdeploy itself may not.
  on tee "$rule" >/dev/null <<'END'
polkit.addRule(function (action, subject) {
  if (subject.user !== "nextdeploy" || action.id !== "org.freedesktop.systemd1.manage-units") {
    return polkit.Result.NOT_HANDLED;
  }
  var unit = action.lookup("unit"), verb = action.lookup("verb");
  if (verb === "kill" && /^nextdeploy@t[0-9]+-/.test(unit) ||
      (verb === "start" || verb === "stop") && unit === "caddy.service") {
    return polkit.Result.YES;
  }
  return polkit.Result.NOT_HANDLED;
});
END
  suites=$(cat Tests/AdaptersTests/Contract/*.swift | grep -c '^@Suite(')
  tests=$(cat Tests/AdaptersTests/Contract/*.swift | grep -c '^  @Test(')
  has "systemd's backend keeps the promises of every backend ($tests tests)" \
    "Test run with $tests tests in $suites suites passed" contract_tests
  is "and leaves no app, instance, site or file" "" on sh -c \
    "cd /opt/nextdeploy; ls -A apps instances caddy caddy/live /tmp 2>/dev/null | grep -E '^[.]?t[0-9]|^nextdeploy-test-[0-9]' || true"
  # A step that failed stays loaded, as that.
  soon "nor a unit that runs" "" on systemctl list-units --plain --no-legend \
    --state=active,activating,deactivating,reloading 'nextdeploy*@t[0-9]*'
  on systemctl reset-failed 'nextdeploy*@t[0-9]*'
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
  timeout 590 script/server/vps run "$server" runuser -u nextdeploy -- env NEXTDEPLOY_TEST_MANAGER=systemd \
    nextdeployPackageTests.xctest --testing-library swift-testing --filter 'AdaptersTests[.][A-Za-z]*Contract/' 2>&1 |
    grep -E '✘|↳|Test run with|error:'
}
