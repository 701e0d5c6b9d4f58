"""Compare camdash with its peers: time as ratios measured in one run, equality of the maps, and memory.

    python -m benchmarks.peers [--sides 512 1024] [--batches 1 8] [--repeats 9] [--threads 2] [--json FILE]

The contenders take turns within each repeat, in an order that rotates, and a ratio is the median of the ratios of
the repeats, so that other work on the machine weighs on all alike. Memory is the peak of the first analysis less what
the process held once the network was ready, before any analysis; each contender is measured in a process of its own.
camdash runs on ONNX Runtime on the CPU, as it does after the first radiograph; memory is given on PyTorch too.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.contenders import CAMDASH, CONTENDERS, TORCHCAM, Task, task

PACKAGES = ("torch", "torchvision", "onnxruntime", "torchcam", "captum", "grad-cam", "numpy", "opencv-python-headless")
TOLERANCE = 1e-4
ON_TORCH = " (PyTorch)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, default=Path("peers.json"))
    parser.add_argument("--memory", help="(for the run itself) the contender whose memory this process measures")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if given.memory:
        print(_peak(given.memory, given.sides[0], device))
        return
    os.environ["CAMDASH_ENGINE"] = "onnx" if device.type == "cpu" else "torch"
    result: dict[str, Any] = {"machine": _machine(given.threads, device), "times": [], "memory": []}
    print(json.dumps(result["machine"]), flush=True)
    for side in given.sides:
        for count in given.batches:
            result["times"] += _timed(task(side, count, device), given.repeats)
    for side in given.sides:
        result["memory"] += [_measured(name, side, given.threads) for name in _in_memory(device)]
    result["machine"]["load after"] = os.getloadavg()
    given.json.write_text(json.dumps(result, indent=1) + "\n")


def _machine(threads: int, device: torch.device) -> dict[str, Any]:
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(": ")[2] for line in text.splitlines() if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "load before": os.getloadavg(),
    }


def _timed(given: Task, repeats: int) -> list[dict[str, Any]]:
    count, _, side, _ = given.inputs.shape
    runs = [(one, one.prepare(given)) for one in CONTENDERS]
    results = {one.name: run() for one, run in runs}  # this warms up, too
    seconds: dict[str, list[float]] = {one.name: [] for one in CONTENDERS}
    for repeat in range(repeats):
        for place in range(len(runs)):
            one, run = runs[(repeat + place) % len(runs)]
            seconds[one.name].append(_seconds(run, given.device))
    rows = [_row(name, taken, seconds[TORCHCAM]) for name, taken in seconds.items()]
    for row, one in zip(rows, CONTENDERS, strict=True):
        row |= {"side": side, "batch": count, "deviation": None}
        if one.difference is not None:
            row["deviation"] = _deviation(one.difference(results[CAMDASH], results[one.name]), given)
    _print(f"{side} x {side}, {'one image' if count == 1 else f'a batch of {count}'}, {repeats} repeats", rows)
    return rows


def _seconds(run: Any, device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _row(name: str, taken: list[float], reference: list[float]) -> dict[str, Any]:
    ratios = np.array(taken) / np.array(reference)
    return {
        "name": name,
        "milliseconds": [round(1000 * float(np.quantile(taken, share)), 1) for share in (0.5, 0.25, 0.75)],
        "ratio": [round(float(np.quantile(ratios, share)), 3) for share in (0.5, 0.25, 0.75)],
        "fastest ratio": round(min(taken) / min(reference), 3),
    }


def _deviation(difference: np.ndarray, given: Task) -> float:
    """Return the largest difference, in parts of the largest logit.

    Raises:
        ValueError: it is more than `TOLERANCE`.
    """
    with torch.inference_mode():
        largest = float(given.network(given.inputs).abs().max())
    deviation = float(np.abs(difference).max()) / largest
    if not deviation <= TOLERANCE:
        raise ValueError(f"maps differ by {deviation:.2g} of the largest logit")
    return deviation


def _print(title: str, rows: list[dict[str, Any]]) -> None:
    print(f"\n{title}\n\n| | median (quartiles), ms | ratio to torchcam CAM (quartiles) | fastest | difference |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row in rows:
        taken, ratio = row["milliseconds"], row["ratio"]
        difference = "" if row["deviation"] is None else f"{row['deviation']:.0e}"
        print(
            f"| {row['name']} | {taken[0]:.0f} ({taken[1]:.0f} to {taken[2]:.0f}) | {ratio[0]:.2f} "
            f"({ratio[1]:.2f} to {ratio[2]:.2f}) | {row['fastest ratio']:.2f} | {difference} |",
            flush=True,
        )


def _in_memory(device: torch.device) -> list[str]:
    names = [one.name for one in CONTENDERS]
    return [*names, CAMDASH + ON_TORCH] if device.type == "cpu" else names


def _measured(name: str, side: int, threads: int) -> dict[str, Any]:
    """Measure the memory of a contender in a process of its own."""
    own = name.removesuffix(ON_TORCH)
    arguments = ["--memory", own, "--sides", str(side), "--threads", str(threads)]
    environment = os.environ | ({"CAMDASH_ENGINE": "torch"} if name != own else {})
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers", *arguments], env=environment, check=True, capture_output=True
    )
    megabytes = float(run.stdout)
    print(f"{side} x {side}, one image, peak extra memory: {name}: {megabytes:.0f} MB", flush=True)
    return {"name": name, "side": side, "megabytes": round(megabytes, 1)}


def _peak(name: str, side: int, device: torch.device) -> float:
    """Return the peak of the first run less what is held before it, in megabytes."""
    run = next(one for one in CONTENDERS if one.name == name).prepare(task(side, 1, device))
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        held = torch.cuda.memory_allocated()
        run()
        return (torch.cuda.max_memory_allocated() - held) / 1e6
    held = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back: proc(5)
    run()
    return (_status("VmHWM") - held) / 1e3


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(field)).split()[1]) * 1.024


if __name__ == "__main__":
    main()
