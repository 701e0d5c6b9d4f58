"""Any file's content to a radiograph: recognised by its first bytes, refused with a sentence."""

from camdash.errors import ImageError
from camdash.images.archive import is_archive
from camdash.images.dicom.decoding import decode_dicom
from camdash.images.dicom.recognition import is_dicom
from camdash.images.limits import check_size
from camdash.images.radiograph import Radiograph
from camdash.images.rasters.reading import decode_raster
from camdash.images.silence import silence
from camdash.words.sentence import say


def decode(data: bytes) -> Radiograph:
    """Decode a file's content to a radiograph, in this process: DICOM, or one of the raster formats.

    One file at a time: libraries are kept silent meanwhile (`silence`). Strangers' files belong in
    `pool.DecodingPool`, which survives a decoder that crashes.

    Raises:
        ImageError: the content is no image that can be read; the sentence says why.
    """
    check_size(len(data))
    if is_archive(data):
        raise ImageError(say("This is a ZIP file. Unpack it first."))
    try:
        with silence():
            return decode_dicom(data) if is_dicom(data) else decode_raster(data)
    except MemoryError as error:
        raise ImageError(say("The image takes more memory than a radiograph may. Export it smaller.")) from error
