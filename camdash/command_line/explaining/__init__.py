"""`camdash explain`: rows, pictures, and the folder they are written to."""
