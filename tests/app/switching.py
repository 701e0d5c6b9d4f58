"""Switch between three checkpoints on the page, in a process of its own, and print what it held after each switch.

    python -m tests.app.switching FOLDER SWITCHES

FOLDER is the only folder of checkpoints. Each switch comes with a new image, so that the chosen network must run.
Prints a JSON list of resident bytes. In the suite's own process other tests' memory comes and goes; here there is
nothing else.
"""

import json
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

from camdash.networks.catalog import checkpoints as catalog
from tests.conftest import image_bytes, speckle
from tests.support.memory import resident_at_best

PAGE = Path(__file__).parents[2] / "streamlit_app.py"


def main() -> None:
    catalog.SHIPPED = Path(sys.argv[1])
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    sizes = [resident_after(page, number) for number in range(1, int(sys.argv[2]) + 1)]
    sys.stdout.write(json.dumps(sizes) + "\n")


def resident_after(page: AppTest, number: int) -> int:
    """Switch with a new image; return the bytes in memory after it."""
    film = (f"film{number}.png", image_bytes(speckle(40 + number, 30)), "image/png")
    page.file_uploader(key="uploads").set_value([film])
    switch(page, number)
    return resident_at_best()


def switch(page: AppTest, number: int) -> None:
    """Choose the next checkpoint of the dropdown, in turn."""
    options = page.selectbox(key="checkpoint").options
    page.selectbox(key="checkpoint").select(options[number % len(options)]).run()
    assert not page.exception


if __name__ == "__main__":
    main()
