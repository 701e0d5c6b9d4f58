"""DICOM files to radiographs: single projection images, by the standard's own order of steps (PS3.4, N.2).

file bytes -> reading (pydicom, and it alone) -> Header and stored values -> stages -> Radiograph
"""
