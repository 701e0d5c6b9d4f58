"""What pydicom itself makes of a DICOM file: the values after the modality step, and the grey after the VOI step."""

import io
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut


def values(data: bytes) -> NDArray[Any]:
    """Return the modality values."""
    dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    found: NDArray[Any] = apply_modality_lut(dataset.pixel_array, dataset)
    return found


def grey(data: bytes) -> NDArray[Any]:
    """Return the first VOI table or window applied, in [0, 1], turned over for MONOCHROME1."""
    dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    shown = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset)
    low, high = _ends(dataset)
    level: NDArray[Any] = (shown.astype(np.float64) - low) / (high - low)
    return 1 - level if dataset.PhotometricInterpretation == "MONOCHROME1" else level


def _ends(dataset: pydicom.Dataset) -> tuple[float, float]:
    """Return pydicom's output for black and for white: the range of the table's entries, or of the modality values."""
    if "VOILUTSequence" in dataset:
        return 0, 2 ** dataset.VOILUTSequence[0].LUTDescriptor[2] - 1
    if "ModalityLUTSequence" in dataset:
        return 0, 2 ** dataset.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    bits = dataset.BitsStored
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if dataset.PixelRepresentation else (0, 2**bits - 1)
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept
