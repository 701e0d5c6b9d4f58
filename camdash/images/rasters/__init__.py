"""Raster files: PNG, JPEG, TIFF and what else is not DICOM."""
