"""Measure camdash and other libraries on a GPU, in one run.

    python -m benchmarks.gpu_check [--json FILE] [--quick]

Device times are taken with CUDA events after a warm-up, in turns within each repeat; a ratio is the median of the
ratios of the repeats. TF32 is off unless a row says otherwise. Trials are what camdash does not do: half precision,
TF32, a CUDA graph. The deviation of their maps is in parts of the largest logit. `--quick` tries the script itself, on
any device.
"""

import argparse
import copy
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.contenders import CONTENDERS, checkpoint, task
from camdash.evidence.analysis import failure_in
from camdash.images.sandbox.pool import DecodingPool
from camdash.networks.architectures.split import SplitNetwork, class_activation_maps
from camdash.networks.catalog.checkpoints import SHIPPED, describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from camdash.running.pipeline import Item, Pace, explain_many, runner

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
PACKAGES = ("torch", "torchvision", "torchcam", "captum", "grad-cam", "numpy", "opencv-python-headless", "pillow")
ALONE = ("torchcam GradCAM, graph kept", "captum LayerGradCam x 5", "grad-cam GradCAM x 5", "the user's own script")
"""Contenders that are timed a few times only: they are far behind."""

Run = Callable[[], Any]


def main() -> int:
    """Run all parts; return 1 if one failed, or if there is no GPU."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, default=Path("gpu_check.json"))
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    sides, batches = ((64,), (1, 2)) if given.quick else ((512, 1024), (1, 8, 32))
    report: dict[str, Any] = {"machine": _machine()}
    print(json.dumps(report["machine"]))
    parts: dict[str, Callable[[], Any]] = {
        "peak": partial(_peak, 256 if given.quick else 8192),
        "first picture": _first_picture,
        "passes": lambda: [_passes(side, count) for side in sides for count in batches],
        "peers": lambda: [_peers(side, count) for side in sides for count in batches[:2]],
        "end to end": partial(_end_to_end, 8 if given.quick else 768),
    }
    for name, part in parts.items():
        begun = time.perf_counter()
        try:
            report[name] = part()
        except Exception as error:  # noqa: BLE001 - the other figures are still wanted
            report[name] = f"failed: {type(error).__name__}: {error}"
            print(name, report[name])
        print(f"({name}: {time.perf_counter() - begun:.0f} s)", flush=True)
        given.json.write_text(json.dumps(report, indent=1) + "\n")
    failed = any(isinstance(found, str) for found in report.values())
    return int(failed or (DEVICE.type != "cuda" and not given.quick))


def _machine() -> dict[str, Any]:
    return {
        "device": torch.cuda.get_device_name() if DEVICE.type == "cuda" else "CPU",
        "cuda": torch.version.cuda,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "left out"


def _synchronize() -> None:
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def _milliseconds(run: Run) -> float:
    """Return the time of one run, on the device where there is one."""
    if DEVICE.type != "cuda":
        begun = time.perf_counter()
        run()
        return 1000 * (time.perf_counter() - begun)
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    run()
    end.record()
    torch.cuda.synchronize()
    return float(begin.elapsed_time(end))


def _wall(run: Run) -> float:
    _synchronize()
    begun = time.perf_counter()
    run()
    _synchronize()
    return 1000 * (time.perf_counter() - begun)


def _in_turns(
    runs: dict[str, Run], repeats: int, clock: Callable[[Run], float] = _milliseconds
) -> dict[str, list[float]]:
    """Return the times of each, one of each in each repeat, in an order that rotates."""
    for run in runs.values():
        for _ in range(3):
            run()
    times: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for repeat in range(repeats):
        for place in range(len(names)):
            name = names[(repeat + place) % len(names)]
            times[name].append(clock(runs[name]))
    return times


def _peak(side: int) -> dict[str, float]:
    """Return the rate of a large matrix product in each precision, in TFLOP/s."""
    rates = {}
    for name, kind, tf32 in (
        ("float32", torch.float32, False),
        ("TF32", torch.float32, True),
        ("float16", torch.float16, False),
    ):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        one, other = (torch.randn(side, side, device=DEVICE, dtype=kind) for _ in range(2))
        times = _in_turns({name: partial(torch.matmul, one, other)}, 7)[name]
        rates[name] = round(2 * side**3 / statistics.median(times) / 1e9, 1)
    torch.backends.cuda.matmul.allow_tf32 = False
    print("matrix product, TFLOP/s:", rates)
    return rates


def _operations(network: nn.Module, inputs: Tensor) -> float:
    """Return the floating point operations of a pass: two for each product of convolutions and linear layers."""
    found = []

    def count(module: nn.Module, _: Any, output: Tensor) -> None:
        weight = module.weight
        found.append(2 * output.numel() * weight[0].numel())

    hooks = [one.register_forward_hook(count) for one in network.modules() if isinstance(one, nn.Conv2d | nn.Linear)]
    with torch.inference_mode():
        network(inputs[:1])
    for hook in hooks:
        hook.remove()
    return float(sum(found)) * len(inputs)


def _maps(divided: SplitNetwork, inputs: Tensor) -> Tensor:
    with torch.inference_mode():
        return class_activation_maps(divided.features(inputs), divided.weight)


def _with_tf32(run: Run) -> Run:
    def wrapped() -> Any:
        torch.backends.cudnn.allow_tf32 = True
        try:
            return run()
        finally:
            torch.backends.cudnn.allow_tf32 = False

    return wrapped


def _as_graph(run: Run) -> Run:
    """Return a replay of a run, recorded once as a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = run()

    def replay() -> Any:
        graph.replay()
        return result

    return replay


def _passes(side: int, count: int) -> dict[str, Any]:
    """Time one pass on the device, from an input that is there to five maps that are there."""
    given = task(side, count, DEVICE)
    loaded = checkpoint(given)
    divided: SplitNetwork = loaded.engine.network  # type: ignore[attr-defined]
    inputs, last = given.inputs, given.inputs.to(memory_format=torch.channels_last)
    turned, half, brain = (copy.deepcopy(divided.features).to(memory_format=torch.channels_last) for _ in range(3))
    half.half()
    brain.bfloat16()
    halves, brains = last.half(), last.bfloat16()

    def low(features: nn.Module, lower: Tensor) -> Tensor:
        with torch.inference_mode():
            return class_activation_maps(features(lower), divided.weight)

    def plain() -> Tensor:
        with torch.inference_mode():
            return given.network(given.inputs)

    runs: dict[str, Run] = {
        "plain eager pass": plain,
        "camdash, float32": partial(_maps, divided, inputs),
        "trial: float32, channels last": partial(low, turned, last),
        "trial: TF32, channels last": _with_tf32(partial(low, turned, last)),
        "trial: float16": partial(low, half, halves),
        "trial: bfloat16": partial(low, brain, brains),
    }
    if DEVICE.type == "cuda":
        runs["trial: float32, CUDA graph"] = _as_graph(runs["camdash, float32"])
        runs["trial: float16, CUDA graph"] = _as_graph(runs["trial: float16"])
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        runs["camdash, float32"]()
        memory = (torch.cuda.max_memory_allocated() - before) / 2**20
    else:
        memory = 0.0
    reference = runs["camdash, float32"]().float().clone()
    with torch.inference_mode():
        largest = float(given.network(given.inputs).abs().max())
    deviations = {
        name: float((run().float() - reference).abs().max()) / largest
        for name, run in runs.items()
        if "plain" not in name
    }
    times = _in_turns(runs, 20)
    operations = _operations(given.network, given.inputs)
    rows = {
        name: {
            "ms": round(statistics.median(taken), 3),
            "ratio": round(statistics.median(a / b for a, b in zip(taken, times["plain eager pass"], strict=True)), 3),
            "TFLOP/s": round(operations / statistics.median(taken) / 1e9, 1),
            "deviation": deviations.get(name),
        }
        for name, taken in times.items()
    }
    print(f"\n{side} x {side}, batch {count}; one pass of camdash takes {memory:.0f} MB of the device\n")
    print("| one pass on the device | ms | ratio | TFLOP/s | deviation |\n| --- | ---: | ---: | ---: | ---: |")
    for name, row in rows.items():
        deviation = "" if row["deviation"] is None else f"{row['deviation']:.0e}"
        print(f"| {name} | {row['ms']:.2f} | {row['ratio']:.2f} | {row['TFLOP/s']:.1f} | {deviation} |")
    return {"side": side, "batch": count, "memory_mb": round(memory), "rows": rows}


def _peers(side: int, count: int) -> dict[str, Any]:
    """Time each contender from a picture to five maps, as a person waits for it."""
    given = task(side, count, DEVICE)
    torch.backends.cudnn.allow_tf32 = False
    runs: dict[str, Run] = {}
    for one in CONTENDERS:
        try:
            runs[one.name] = one.prepare(given)
        except ImportError as error:
            print(f"{one.name} is left out: {error}")
    fast = _in_turns({name: run for name, run in runs.items() if name not in ALONE}, 15, _wall)
    slow = _in_turns({name: run for name, run in runs.items() if name in ALONE}, 4, _wall)
    rows = {name: round(statistics.median(taken), 2) for name, taken in {**fast, **slow}.items()}
    print(f"\n{side} x {side}, batch {count}\n\n| from a picture to five maps | ms |\n| --- | ---: |")
    for name, taken in rows.items():
        print(f"| {name} | {taken:.2f} |")
    return {"side": side, "batch": count, "ms": rows}


FIRST = """
import time
begun = time.perf_counter()
from pathlib import Path
import camdash.evidence.analysis as analysis
from camdash.images.rasters.reading import decode_raster
from camdash.networks.catalog.checkpoints import SHIPPED, describe, entry_of
from camdash.networks.loading import load, preferred_device
imported = time.perf_counter()
loaded = load(describe(entry_of(SHIPPED / "body-parts.safetensors")), preferred_device())
ready = time.perf_counter()
film = decode_raster(Path("camdash/app/samples/hand.png").read_bytes())
analysis.analyse(film, loaded)
first = time.perf_counter()
analysis.analyse(film, loaded)
again = time.perf_counter()
print(imported - begun, ready - imported, first - ready, again - first)
"""


def _first_picture() -> dict[str, float]:
    """Return the seconds of a new process: imports, loading and checking, the first analysis, and the second."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    names = ("imports", "loading", "first analysis", "second analysis")
    found = {name: round(float(text), 3) for name, text in zip(names, done.stdout.split(), strict=True)}
    print("a new process, seconds:", found)
    return found


def _drawn(folder: Path, count: int) -> list[Path]:
    """Write JPEGs of 1024 x 1024: the samples that ship, a little moved."""
    samples = [
        cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in sorted(Path("camdash/app/samples").glob("*.png"))
    ]
    made = []
    for number in range(count):
        picture = np.roll(samples[number % len(samples)], 3 * number, axis=1)
        made.append(folder / f"{number:04}.jpg")
        cv2.imwrite(str(made[-1]), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return made


def _end_to_end(count: int) -> list[dict[str, Any]]:
    """Return the rates from JPEG files to predictions and maps, with more and more processes that decode."""
    loaded = load(describe(entry_of(SHIPPED / "body-parts.safetensors")), DEVICE)
    cores = len(os.sched_getaffinity(0))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = _drawn(Path(folder), min(count, 96))
        for processes in sorted({2, cores // 2 or 1, cores}):
            pool = DecodingPool(processes)
            pool.warm()
            try:
                many = list(islice(cycle(files), count))
                _all(loaded, pool, many[: 4 * processes], processes)
                decoded = _rate(partial(_decoded, pool, many, processes), count)
                explained = _rate(partial(_all, loaded, pool, many, processes), count)
            finally:
                pool.close()
            rows.append({"processes": processes, "decode": decoded, "whole": explained})
            print(
                f"{processes} processes decode: {decoded:.0f} JPEGs a second decoded alone, {explained:.0f} explained "
                f"({explained / decoded:.2f})"
            )
    bare = _bare(loaded)
    print("the bare network with its copies, images a second by batch:", bare)
    return [*rows, {"bare": bare}]


def _rate(job: Run, count: int) -> float:
    return round(1000 * count / _wall(job), 1)


def _decoded(pool: DecodingPool, files: Sequence[Path], threads: int) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as executor:
        for _ in executor.map(lambda file: pool.decode(file.read_bytes()), files):
            pass


def _all(loaded: LoadedCheckpoint, pool: DecodingPool, files: Sequence[Path], threads: int) -> None:
    items: Iterator[Item] = (Item(str(file), file.read_bytes) for file in files)
    pace = Pace(Pace.on(str(DEVICE)).batch, threads)
    with closing(explain_many(items, runner(loaded), pace, pool.decode)) as found:
        for one in found:
            if failed := failure_in(one.result):
                raise RuntimeError(failed.sentence)


def _bare(loaded: LoadedCheckpoint) -> dict[int, float]:
    rows, columns = loaded.checkpoint.card.preprocessing.input_size
    rates = {}
    for batch in (1, 8, 32):
        inputs = torch.rand(batch, loaded.network.channels, rows, columns)
        loaded.maps_and_pooled(inputs)
        rates[batch] = _rate(lambda inputs=inputs: [loaded.maps_and_pooled(inputs) for _ in range(8)], 8 * batch)
    return rates


if __name__ == "__main__":
    sys.exit(main())
