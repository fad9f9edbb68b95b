"""Runs a workflow's jobs one after the other as GitHub's runner does: every `run:` text as it stands.

    run-workflow.py WORKFLOW ORIGIN COMMIT REF DIRECTORY

ORIGIN is the repository at "GitHub". Secrets are in the variable SECRETS, as a JSON object. In the place of
actions/checkout there is a checkout with what that action fetches; other actions are named and not run.
What steps write goes to standard output; masked is only what a step had masked with ::add-mask::. Ends with 1 where a job
failed.
"""

import json
import os
import re
import subprocess
import sys
import threading
import yaml

workflow_file, origin, commit, ref, directory = sys.argv[1:]
secrets = json.loads(os.environ.pop("SECRETS", "{}"))
with open(workflow_file) as file:
    workflow = yaml.safe_load(file)
workspace, temporary = f"{directory}/workspace", f"{directory}/_temp of a job"
outputs = {}
masks = []


def value(name):
    """What an expression such as `github.sha` stands for."""
    parts = name.split(".")
    if parts[0] == "secrets":
        return secrets.get(parts[1], "")
    if parts[0] == "steps":
        return outputs.get(parts[1], {}).get(parts[3], "")
    return {"github.sha": commit, "github.ref": ref}[name]


def fill(text):
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: value(match[1]), str(text))


def holds(condition, failed):
    if condition is None:
        return not failed
    if condition == "always()":
        return True
    name, text = re.fullmatch(r"([\w.]+) == '([^']*)'", condition).groups()
    return not failed and value(name) == text


def git(*words):
    subprocess.run(["git", *words], cwd=workspace, check=True, stdout=sys.stdout, stderr=subprocess.STDOUT)


def check_out(settings):
    """As actions/checkout does in the directory of a runner that keeps it."""
    assert settings["persist-credentials"] is False
    if not os.path.exists(workspace):
        os.makedirs(workspace)
        git("init", "--quiet", "--initial-branch", "main")
        git("config", "remote.origin.url", origin)
    branch = ref.removeprefix("refs/heads/")
    if settings.get("fetch-depth") == 0:
        whole = ["--unshallow"] if os.path.exists(f"{workspace}/.git/shallow") else []
        git("fetch", "--quiet", "--prune", *whole, "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        # Without an id of its own, the run's commit is made what the remote's branch is said to be at.
        if "ref" not in settings:
            git("fetch", "--quiet", "origin", f"+{commit}:refs/remotes/origin/{branch}")
    else:
        git("fetch", "--quiet", "--depth", "1", "origin", f"+{commit}:refs/remotes/origin/{branch}")
    git("checkout", "--quiet", "--force", "--detach", fill(settings.get("ref", commit)))
    git("clean", "--quiet", "-ffdx")


def show(line):
    """A line of a step's, as the log has it."""
    line = line.rstrip("\n")
    if line.lstrip().startswith("::add-mask::"):
        text = line.lstrip().removeprefix("::add-mask::")
        masks.append(text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"))
        return
    for mask in sorted(masks, key=len, reverse=True):
        line = line.replace(mask, "***")
    print(line, flush=True)


def run(step, job):
    assert "${{" not in step["run"], "an expression in a shell's text"
    os.makedirs(temporary, exist_ok=True)
    script, output = f"{temporary}/step.sh", f"{directory}/output"
    with open(script, "w") as file:
        file.write(step["run"])
    open(output, "w").close()
    environment = {name: os.environ[name] for name in os.environ if not name.startswith(("GIT_", "NEXTDEPLOY_"))}
    environment |= {
        "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SHA": commit, "GITHUB_REF": ref, "GITHUB_OUTPUT": output,
        "GITHUB_WORKSPACE": workspace, "RUNNER_TEMP": temporary, "GIT_CONFIG_GLOBAL": "/dev/null",
        "HOME": f"{directory}/home",
    }
    for place in (workflow, job, step):
        environment |= {name: fill(text) for name, text in place.get("env", {}).items()}
    shell = step.get("shell") or workflow.get("defaults", {}).get("run", {}).get("shell")
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else ["bash", "-e"]
    place = os.path.join(workspace, step.get("working-directory", "."))
    ended = subprocess.Popen(
        [*words, script], cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace")
    for line in ended.stdout:
        show(line)
    ended.wait()
    if "id" in step:
        with open(output) as file:
            outputs[step["id"]] = dict(line.rstrip("\n").split("=", 1) for line in file)
    os.remove(script)
    return ended.returncode == 0


def watch(ended):
    """Looks for secrets in the command lines of all processes."""
    seen = set()
    while not ended.wait(0.005):
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{process}/cmdline") as file:
                    line = file.read()
            except (OSError, UnicodeDecodeError):
                continue
            if line not in seen and any(secret in line for secret in [*secrets.values(), *masks] if secret):
                seen.add(line)
                print("A SECRET IS IN THE COMMAND LINE", line.replace("\0", " "), flush=True)


def main():
    ended = threading.Event()
    watcher = threading.Thread(target=watch, args=[ended])
    watcher.start()
    results = {}
    try:
        for name, job in workflow["jobs"].items():
            needs = [job["needs"]] if "needs" in job else []
            failed = any(results[need] != "success" for need in needs)
            if not holds(job.get("if"), failed):
                results[name] = "skipped"
                continue
            for step in job["steps"]:
                if not holds(step.get("if"), failed):
                    continue
                print(f"## {name}: {step['name']}", flush=True)
                if step.get("uses", "").startswith("actions/checkout@"):
                    check_out(step["with"])
                elif "uses" in step:
                    print(f"(uses {step['uses']})", flush=True)
                elif not run(step, job):
                    print("## failed", flush=True)
                    failed = True
            results[name] = "failure" if failed else "success"
            if "environment" in job:
                print(f"## environment: {fill(job['environment']['url'])}", flush=True)
    finally:
        ended.set()
        watcher.join()
    print("## results:", ", ".join(f"{name} {result}" for name, result in results.items()))
    sys.exit(1 if "failure" in results.values() else 0)


main()
