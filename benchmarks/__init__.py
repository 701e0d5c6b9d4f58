"""How fast, how fair and how frugal the dashboard is; each is run by hand."""
