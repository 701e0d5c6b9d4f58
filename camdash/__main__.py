"""Run the command line: `python -m camdash`."""

import sys

from camdash.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
