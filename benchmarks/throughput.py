"""Measure how much of the network's own speed is left when hundreds of files are explained.

    python -m benchmarks.throughput FOLDER [CHECKPOINT]

Takes the JPEGs of a folder in turn, and prints one table: the rate of the bare network at each batch size (noise in,
activations out); its rate at the best of them beside that of the whole job (files in, predictions and maps out), in
pairs one after the other and in turns which of them is first, with the median of the ratios and their range; and how
the memory grows from the 50th to the 500th file. The ratio belongs to one run; rates of a busy machine say little.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import torch

from camdash.images.sandbox.pool import shared_pool
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load, preferred_device
from camdash.running.pipeline import Item, Pace, explain_many, runner

BATCHES = {"cpu": (1, 2, 4, 8), "cuda": (1, 8, 32, 64)}
ROUNDS, PAIRS, FILES = 3, 5, 40
"""Rounds over all batch sizes; pairs of bare network and whole job; files in each of them: 200 in all."""

EARLY, LATE = 50, 500
"""Files after which the memory is read."""


def main() -> None:
    folder = Path(sys.argv[1])
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    files = files[:: max(len(files) // (PAIRS * FILES), 1)]
    checkpoint = describe(find(sys.argv[2] if len(sys.argv) > 2 else None, checkpoint_folders()))
    device = preferred_device()
    os.environ["CAMDASH_ENGINE"] = "onnx" if device.type == "cpu" else "torch"  # as after the first radiograph
    loaded = load(checkpoint, device)
    print(f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    print(f"{checkpoint.name} on {loaded.engine.name}, {len(files)} JPEGs, pace {Pace.on(str(device))}")
    shared_pool().warm()
    best = _best_batch(loaded, BATCHES[device.type])
    _compare(loaded, best, cycle(files))
    _memory(loaded, cycle(files))


def _best_batch(loaded: LoadedCheckpoint, batches: Sequence[int]) -> int:
    """Return the batch size at which the bare network is fastest; every size in every round."""
    count = 2 * max(batches)
    rates: dict[int, list[float]] = {batch: [] for batch in batches}
    for _ in range(ROUNDS):
        for batch in batches:
            rates[batch].append(count / _seconds(partial(_bare, loaded, batch, count)))
    for batch, found in rates.items():
        print(f"bare network, batch {batch:3}: {statistics.median(found):7.2f} a second")
    return max(batches, key=lambda batch: statistics.median(rates[batch]))


def _compare(loaded: LoadedCheckpoint, best: int, files: Iterator[Path]) -> None:
    ratios = []
    for turn in range(PAIRS):
        jobs = {
            "bare": partial(_bare, loaded, best, FILES),
            "whole": partial(_whole, loaded, list(islice(files, FILES))),
        }
        order = sorted(jobs, reverse=bool(turn % 2))
        seconds = {name: _seconds(jobs[name]) for name in order}
        ratios.append(seconds["bare"] / seconds["whole"])
        print(f"pair {turn + 1}: bare {FILES / seconds['bare']:7.2f}, whole {FILES / seconds['whole']:7.2f} a second")
    print(
        f"whole job / bare network at batch {best}: median {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f})"
    )


def _memory(loaded: LoadedCheckpoint, files: Iterator[Path]) -> None:
    sizes = {}
    with closing(_explained(loaded, islice(files, LATE))) as found:
        for count, _ in enumerate(found, 1):
            if count in (EARLY, LATE):
                sizes[count] = _resident()
    growth = sizes[LATE] - sizes[EARLY]
    print(f"resident memory: {sizes[EARLY]:.0f} MB after {EARLY} files, {growth:+.0f} MB at {LATE}")


def _bare(loaded: LoadedCheckpoint, batch: int, count: int) -> None:
    rows, columns = loaded.checkpoint.card.preprocessing.input_size
    inputs = torch.rand(batch, loaded.network.channels, rows, columns)
    for _ in range(count // batch):
        loaded.maps_and_pooled(inputs)  # on the CPU again, so that nothing is left to wait for


def _whole(loaded: LoadedCheckpoint, files: Sequence[Path]) -> None:
    with closing(_explained(loaded, iter(files))) as found:
        for _ in found:
            pass


def _explained(loaded: LoadedCheckpoint, files: Iterator[Path]) -> Generator[object]:
    items = (Item(str(file), file.read_bytes) for file in files)
    return explain_many(items, runner(loaded), Pace.on(str(preferred_device())), shared_pool().decode)


def _seconds(job: Callable[[], None]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def _resident() -> float:
    """Return this process's resident memory in MB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
