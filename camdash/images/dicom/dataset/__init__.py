"""What a DICOM file says: its elements, read and checked."""
