"""Many overlays and maps in one ZIP file, made in memory, no larger than a bound."""

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from camdash.errors import ImageError
from camdash.evidence.analysis import Analysis
from camdash.images.radiograph import Radiograph
from camdash.rendering.files.export import Drawing, file_name, maps_npz, npz_name, overlay_png, stem_of
from camdash.rendering.panels import place_of

LARGEST = 256 * 2**20
"""Bytes of an archive: it is held in memory, since nothing that was uploaded may reach the disk."""

LEFT_OUT = "left_out.txt"


@dataclass(frozen=True, eq=False)
class Packed:
    """A radiograph to pack.

    Attributes:
        name: its file's name.
        sha256: its content's digest.
        radiograph: gives the decoded radiograph as the file has it; called once; it may raise an ImageError.
        analysis: its analysis.
        inverted: whether the network was given it with black and white exchanged.
    """

    name: str
    sha256: str
    radiograph: Callable[[], Radiograph]
    analysis: Analysis
    inverted: bool = False


def archive(packed: Iterable[Packed], table: bytes, largest: int = LARGEST) -> bytes:
    """Return a ZIP file: `worklist.csv`, and for each radiograph the overlay of its predicted class and its raw maps.

    Overlays are drawn in the default look at the radiograph's own size. Every file's name carries a digest of image,
    checkpoint and drawing. Anything that does not fit is listed in `left_out.txt`.

    Args:
        packed: the radiographs; one is in memory at a time.
        table: the worklist as CSV.
        largest: bytes of the archive.
    """
    content = io.BytesIO()
    left_out: list[str] = []
    full = False
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as whole:  # PNG and npz are compressed already
        whole.writestr("worklist.csv", table)
        for one in packed:
            files = {} if full else _files(one)
            full = full or content.tell() + sum(len(data) for data in files.values()) > largest
            if full or not files:
                left_out.append(one.name)
                continue
            for name in files.keys() - set(whole.namelist()):  # the same radiograph may be there twice
                whole.writestr(name, files[name])
        if left_out:
            whole.writestr(LEFT_OUT, "\n".join(left_out) + "\n")
    return content.getvalue()


def _files(one: Packed) -> dict[str, bytes]:
    """Return the files of one radiograph by their names; none where it cannot be decoded any more."""
    try:
        radiograph = one.radiograph().inverse() if one.inverted else one.radiograph()
    except ImageError:
        return {}
    stem = stem_of(one.name) + "-inverted" * one.inverted
    analysis, drawing = one.analysis, Drawing()
    map_id = f"class-{place_of(analysis, analysis.prediction.foremost)}"
    return {
        file_name(stem, one.sha256, analysis, drawing, map_id): overlay_png(radiograph, analysis, drawing, map_id),
        npz_name(stem, one.sha256, analysis): maps_npz(analysis, one.sha256, inverted=one.inverted),
    }
