#!/usr/bin/env bash
# Of the small changes that mutmut makes to evidence and rendering, the share that a fast test notices. Takes about ten minutes, and works in a copy of the checkout.
# Needs the extra "mutation" (pip install -e ".[tests,mutation]"). Prints the survivors, and the score last.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
python=$(realpath -s "$(command -v "$python")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x -C "$work"
cd "$work"
export OMP_NUM_THREADS=1
"$python" -m mutmut run --max-children "${CHILDREN:-2}" >"$work/log" || { tail -c 3000 "$work/log"; exit 1; }
"$python" -m mutmut results
"$python" -m mutmut export-cicd-stats >/dev/null
"$python" - <<'END'
import json

found = json.load(open("mutants/mutmut-cicd-stats.json"))
noticed = found["killed"] + found["timeout"] + found["segfault"] + found["suspicious"]
print(f"{noticed} of {found['total']} changes are noticed: {100 * noticed / found['total']:.1f} %")
END
