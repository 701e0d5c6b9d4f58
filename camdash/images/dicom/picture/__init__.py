"""A DICOM file's pixel data as stored values."""
