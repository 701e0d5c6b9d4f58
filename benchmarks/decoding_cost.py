"""What it costs to decode a file in another process instead of this one, for films of 1024 x 1024.

    python -m benchmarks.decoding_cost

Medians of 30 of each, taken in turns in one run, so that whatever else the machine does hits both alike.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from camdash.images.decoding import decode
from camdash.images.sandbox.pool import DecodingPool
from tests.images.dicom_files import dicom
from tests.pictures import image_bytes, opencv_bytes

REPEATS = 30


def film() -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    """Return something smooth with noise, as films are."""
    rows, columns = np.mgrid[:1024, :1024]
    noise = np.random.default_rng(0).normal(0, 20, rows.shape)
    return (2000 + 1500 * np.sin(rows / 170) * np.cos(columns / 130) + noise).clip(0, 4095).astype(np.uint16)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    deep = film()
    grey = (deep >> 4).astype(np.uint8)
    files = {
        "PNG, 8 bits": image_bytes(grey),
        "JPEG": image_bytes(grey, "JPEG"),
        "PNG, 16 bits": opencv_bytes(deep, ".png"),
        "DICOM, 16 bits": dicom(deep, BitsStored=12, HighBit=11),
    }
    pool = DecodingPool()
    pool.decode(files["JPEG"])
    for name, data in files.items():
        here, there = [], []
        for _ in range(REPEATS):
            here.append(milliseconds(lambda data=data: decode(data)))
            there.append(milliseconds(lambda data=data: pool.decode(data)))
        own, other = statistics.median(here), statistics.median(there)
        print(f"{name:16} here {own:6.1f} ms, in the pool {other:6.1f} ms: {other - own:+5.1f} ms")
    pool.close()


if __name__ == "__main__":
    main()
