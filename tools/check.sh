#!/usr/bin/env bash
# Run every check of the project: style, types, direction of imports, tests. PYTHON names the interpreter whose
# environment has tests/requirements.txt (default: .venv/bin/python). `--static` leaves the tests out. The viewer's
# scripts are checked by what package.json names; npm puts it into node_modules once.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
bin=$(dirname "$python")

"$python" -m ruff check .
"$python" -m ruff format --check .
"$python" -m mypy
"$bin/lint-imports"
test node_modules/.package-lock.json -nt package-lock.json || npm ci --silent
npm run --silent types
npm run --silent lint
if [ "${1:-}" != "--static" ]; then
  "$python" -m pytest
fi
