"""Scripts a maintainer runs by hand."""
