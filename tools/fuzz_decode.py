"""Break image files at random and see that each gives a picture or a sentence.

    python -m tools.fuzz_decode --minutes 30 --findings /tmp/findings [more files to break ...]

Files of every format that is read are changed by Hypothesis: bytes replaced, taken out, put in, repeated, the end cut
off, numbers made extreme. Each goes to `camdash.images.decoding.decode` in a process of its own round after round, so
that a crash or a file that takes too long is noticed. What is neither a picture nor a sentence lies in the folder.
"""

import argparse
import collections
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import hypothesis
from hypothesis import strategies as st

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.images.seeds import seeds

EXAMPLES = 1000
"""Inputs of one round, in one process."""

LONGEST = 20
"""Seconds for one input."""

OUTCOMES = {"p": "pictures", "s": "sentences", "e": "other errors", "c": "crashes", "t": "too slow"}
EXTREMES = [b"\x00", b"\xff", b"\x7f", b"\x80", b"\x00\x00", b"\xff\xff", b"\x00\x01", b"\xff\xff\xff\xff", bytes(4)]


def edits() -> st.SearchStrategy[list[tuple[str, float, bytes, int]]]:
    """Return lists of changes: what is done, where (as a part of the file), with which bytes, how often."""
    what = st.sampled_from(["replace", "insert", "remove", "repeat", "cut"])
    content = st.sampled_from(EXTREMES) | st.binary(min_size=1, max_size=8)
    where = st.floats(0, 1) | st.floats(0, 0.1)  # headers stand in front
    return st.lists(st.tuples(what, where, content, st.integers(1, 64)), min_size=1, max_size=6)


def changed(data: bytes, changes: list[tuple[str, float, bytes, int]]) -> bytes:
    """Return a file with changes made to it, one after the other."""
    for what, where, content, count in changes:
        place = int(where * len(data))
        before, after = data[:place], data[place:]
        data = {
            "replace": before + content + after[len(content) :],
            "insert": before + content + after,
            "remove": before + after[count:],
            "repeat": before + after[:count] + after,
            "cut": before if count > 60 else data,
        }[what]
    return data


def one_round(number: int, findings: Path, files: dict[str, bytes]) -> None:
    """Decode as many changed files as a round has, and write down each outcome as one letter."""
    tally = os.open(findings / "tally", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    @hypothesis.seed(number)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.sampled_from(sorted(files)), edits())
    def tried(name: str, changes: list[tuple[str, float, bytes, int]]) -> None:
        data = changed(files[name], changes)
        (findings / "current").write_bytes(data)
        signal.alarm(LONGEST)
        os.write(tally, outcome(data).encode())
        signal.alarm(0)

    tried()


def outcome(data: bytes) -> str:
    """Decode one file and draw it; what raises anything but ImageError ends the round."""
    try:
        decode(data).display()
    except ImageError:
        return "s"
    return "p"


def keep(done: subprocess.CompletedProcess[bytes], number: int, findings: Path) -> None:
    """Keep the file over which a round ended, and what Python said of it."""
    slow = done.returncode == -signal.SIGALRM
    letter, name = ("t", "slow") if slow else ("c", "crash") if done.returncode < 0 else ("e", "error")
    (findings / "current").rename(findings / f"{name}-{number}.bin")
    (findings / f"{name}-{number}.txt").write_bytes(done.stderr[-20_000:])
    with (findings / "tally").open("a") as tally:
        tally.write(letter)


def main() -> None:
    """Run rounds in processes until the time is over, and print what came of them."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="*", type=Path, help="files to break, beside those that are built")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument(
        "--findings", type=Path, required=True, help="a folder for what is neither picture nor sentence"
    )
    parser.add_argument("--round", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.findings.mkdir(parents=True, exist_ok=True)
    files = seeds() | {str(path): path.read_bytes() for path in arguments.files}
    if arguments.round is not None:
        one_round(arguments.round, arguments.findings, files)
        return
    end, number = time.monotonic() + 60 * arguments.minutes, 0
    while time.monotonic() < end:
        command = [sys.executable, "-m", "tools.fuzz_decode", "--findings", str(arguments.findings)]
        done = subprocess.run(
            [*command, "--round", str(number), *map(str, arguments.files)], capture_output=True, check=False
        )
        if done.returncode:
            keep(done, number, arguments.findings)
        number += 1
        counts = collections.Counter((arguments.findings / "tally").read_text())
        print(
            f"{number} rounds, {sum(counts.values())} inputs:",
            {OUTCOMES[key]: n for key, n in counts.items()},
            flush=True,
        )


if __name__ == "__main__":
    main()
