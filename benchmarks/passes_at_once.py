"""Is it better to run passes one at a time with all cores, or as many at a time as there are cores, each with one?

    python -m benchmarks.passes_at_once [--passes 16] [--rounds 5]

The checkpoint that ships, in rounds that take turns. Prints the seconds for all passes and those for one, and the
ratios.
"""

import argparse
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import torch

from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.loading import load
from camdash.networks.preprocessing import network_input
from tests.conftest import radiograph, speckle


def seconds(
    network: SplitNetwork, inputs: torch.Tensor, passes: int, workers: int, threads: int
) -> tuple[float, float]:
    """Return the seconds for all passes, and the median for one, each pass in one of `workers` threads."""

    def one(_: int) -> float:
        begin = time.perf_counter()
        network.activations(inputs)
        return time.perf_counter() - begin

    with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(threads,)) as pool:
        list(pool.map(one, range(workers)))  # warm-up
        begin = time.perf_counter()
        each = list(pool.map(one, range(passes)))
        return time.perf_counter() - begin, statistics.median(each)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    loaded = load(describe(find(None, checkpoint_folders())), "cpu")
    inputs = network_input(radiograph(speckle(1024, 1024)), loaded.checkpoint.card.preprocessing, 1)
    rounds = [
        (
            seconds(loaded.network, inputs, options.passes, 1, cores),
            seconds(loaded.network, inputs, options.passes, cores, 1),
        )
        for _ in range(options.rounds)
    ]
    for place, words in enumerate((f"one at a time with {cores} threads", f"{cores} at a time with one thread each")):
        all_of, one_of = (statistics.median(each[place][k] for each in rounds) for k in (0, 1))
        print(f"{words:36} {options.passes} passes {all_of:.2f} s, one {one_of:.3f} s")
    for k, words in enumerate(("all", "one")):
        ratios = sorted(side[k] / single[k] for single, side in rounds)
        print(f"side by side / one at a time, {words}: median {statistics.median(ratios):.2f}, from {ratios[0]:.2f}")


if __name__ == "__main__":
    main()
