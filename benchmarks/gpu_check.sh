#!/usr/bin/env bash
# Check camdash on this machine's GPU, and measure it: tables, and gpu_check.json (or the folder in OUT).
#
#     benchmarks/gpu_check.sh
#
# Needs Python with PyTorch for CUDA and the packages of pyproject.toml; fetches nothing. The libraries beside camdash
# (torchcam, captum, grad-cam) and wheels in .whl/ are used where they are there. PYTHON names the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
out=${OUT:-.}
if compgen -G ".whl/*.whl" >/dev/null; then
  site=$(mktemp -d)
  "$python" -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade --target "$site" .whl/*.whl
  export PYTHONPATH=$site${PYTHONPATH:+:$PYTHONPATH}
fi
export PYTHONUNBUFFERED=1
set +e
"$python" -m pytest -q -o filterwarnings=default -p no:cacheprovider --tb=short -m cuda tests/cuda --junitxml "$out/cuda_tests.xml"
tests=$?
"$python" -m benchmarks.gpu_check --json "$out/gpu_check.json"
figures=$?
exit $((tests + figures))
