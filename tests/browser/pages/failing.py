"""The dashboard on a machine that starts no decoder until it is mended: its interpreter is what a variable names."""

import os
import sys

sys.executable = os.environ["INTERPRETER_OF_DECODERS"]

from streamlit_app import page  # noqa: E402 - after the interpreter is set

page()
