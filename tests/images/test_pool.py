"""Decoding in other processes: the same radiographs, whatever becomes of a process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from camdash.errors import DecoderError, ImageError
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.pool import DecodingPool, shared_pool
from tests.images.decoders import slow_file, workers
from tests.images.dicom_files import dicom
from tests.images.seeds import seeds
from tests.pictures import image_bytes, speckle


@pytest.fixture(autouse=True, scope="module")
def no_other_processes() -> None:
    """End the processes of the pool that tests of other rooms share: here processes are counted."""
    shared_pool().close()
    shared_pool.cache_clear()


@pytest.fixture
def pool() -> Iterator[DecodingPool]:
    pool = DecodingPool(2)
    yield pool
    pool.close()


def same(one: Radiograph, other: Radiograph) -> bool:
    return (
        np.array_equal(one.display(), other.display())
        and np.array_equal(one.values, other.values)
        and one.values.dtype == other.values.dtype
        and (one.window, one.encoding, one.inverted, one.facts, one.notes, one.may_hold_names)
        == (other.window, other.encoding, other.inverted, other.facts, other.notes, other.may_hold_names)
        and [(preset.name, preset.window) for preset in one.presets]
        == [(preset.name, preset.window) for preset in other.presets]
        and (one.padding is None) == (other.padding is None)
    )


def test_every_format_comes_back_as_it_was(pool: DecodingPool) -> None:
    for name, data in seeds().items():
        assert same(pool.decode(data), decode(data)), name
    padded = dicom(speckle(7, 9), PixelPaddingValue=int(speckle(7, 9)[0, 0]))
    np.testing.assert_array_equal(pool.decode(padded).padding, decode(padded).padding)


def test_a_sentence_comes_back_and_the_process_is_used_again(pool: DecodingPool) -> None:
    for _ in range(3):
        with pytest.raises(ImageError, match=r"^This is not an image file\."):
            pool.decode(b"patient,age")
    assert len(workers()) == 1


def test_eight_threads_get_their_own_radiographs(pool: DecodingPool) -> None:
    films = [speckle(40 + k, 50) for k in range(24)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda film: pool.decode(image_bytes(film)), films))
    for radiograph, film in zip(found, films, strict=True):
        np.testing.assert_array_equal(radiograph.values, film)
    assert len(workers()) == 2


def test_a_file_that_takes_too_long_is_stopped(pool: DecodingPool) -> None:
    pool.decode(image_bytes(speckle(8, 8)))
    pool.seconds = 0.2
    with pytest.raises(DecoderError, match=r"^Decoding took longer than 0\.2 s and was stopped\. Export a smaller"):
        pool.decode(slow_file())
    assert workers() == []


def test_closing_ends_the_processes() -> None:
    pool = DecodingPool(2)
    pool.warm()
    assert len(workers()) == 2
    pool.close()
    assert workers() == []
    pool.warm()
    assert workers() == []


def test_a_file_that_comes_after_closing_leaves_no_process(pool: DecodingPool) -> None:
    pool.close()
    np.testing.assert_array_equal(pool.decode(image_bytes(speckle(8, 8))).values, speckle(8, 8))
    assert workers() == []


def test_closing_while_eight_threads_decode_leaves_no_process_and_loses_no_place(pool: DecodingPool) -> None:
    films = [speckle(40 + k, 50) for k in range(24)]
    with ThreadPoolExecutor(8) as threads:
        coming = [threads.submit(pool.decode, image_bytes(film)) for film in films]
        coming[3].result()
        pool.close()
        for found, film in zip(coming, films, strict=True):
            np.testing.assert_array_equal(found.result().values, film)
    assert workers() == []


def test_a_worker_knows_neither_the_network_nor_the_page(pool: DecodingPool) -> None:
    pool.decode(image_bytes(speckle(8, 8)))
    loaded = Path(f"/proc/{workers()[0]}/maps").read_text()
    assert "numpy" in loaded
    assert "torch" not in loaded


def test_a_worker_inherits_no_socket(pool: DecodingPool) -> None:
    pool.decode(image_bytes(speckle(8, 8)))
    opened = [str(link.readlink()) for link in Path(f"/proc/{workers()[0]}/fd").iterdir()]
    assert not [target for target in opened if target.startswith("socket")]
