"""The table of files: each right one with its expected pixels, each wrong one with its expected sentence."""

from tests.images.table import (
    dicom_bits,
    dicom_broken,
    dicom_color_streams,
    dicom_hints,
    dicom_stages,
    dicom_syntaxes,
    dicom_tables,
    newer_rasters,
    rasters,
    tiffs,
    unread,
)

CASES = [
    *dicom_syntaxes.cases(),
    *dicom_stages.cases(),
    *dicom_bits.cases(),
    *dicom_color_streams.cases(),
    *dicom_tables.cases(),
    *dicom_hints.cases(),
    *dicom_broken.cases(),
    *rasters.cases(),
    *tiffs.cases(),
    *newer_rasters.cases(),
    *unread.cases(),
]
