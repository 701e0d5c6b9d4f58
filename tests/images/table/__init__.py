"""The table of files: each right one with its expected pixels, each wrong one with its expected sentence."""

from tests.images.table import dicom_broken, dicom_stages, dicom_syntaxes, newer_rasters, rasters, tiffs, unread

CASES = [
    *dicom_syntaxes.cases(),
    *dicom_stages.cases(),
    *dicom_broken.cases(),
    *rasters.cases(),
    *tiffs.cases(),
    *newer_rasters.cases(),
    *unread.cases(),
]
