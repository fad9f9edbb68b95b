"""Has shellcheck look at every `run:` text of the workflows in a directory: check-scripts.py DIRECTORY"""

import os
import subprocess
import sys
import yaml

directory = sys.argv[1]
texts = set()
for name in os.listdir(directory):
    with open(f"{directory}/{name}") as file:
        jobs = yaml.safe_load(file)["jobs"]
    texts |= {step["run"] for job in jobs.values() for step in job["steps"] if "run" in step}
# What is read at run time is not there to be looked at.
words = ["shellcheck", "--shell=bash", "--exclude=SC1090,SC1091", "-"]
failed = [text for text in sorted(texts) if subprocess.run(words, input=f"set -eo pipefail\n{text}", text=True).returncode]
print(*failed, sep="\n---\n")
sys.exit(1 if failed or not texts else 0)
