"""Names of files that a terminal, a page or a UTF-8 file cannot show."""

import os

from tests.networks.hostile.case import Case
from tests.networks.zoo import saved

CASES = (
    Case(os.fsdecode(b"name-caf\xe9.pth"), saved, None),
    Case("name-\x1b[31mred\n\t.pth", saved, None),
    Case("name-\u202egnp.pth", saved, None),
    Case("name-\u2028.PTH", saved, None),
    Case("name-" + "n" * 200 + ".pth", saved, None),
    Case("name-`code` [x](mailto:a@example.invalid) <b> $x^2$ :smile:.pth", saved, None),
    Case(os.fsdecode(b"name-\xff\xfe.pth"), lambda path: path.write_bytes(b"junk"), "is not a checkpoint"),
    Case("=name-2+3.pth", saved, None),
    Case("._name.pth", lambda path: path.write_bytes(b"\0\5\x16\7"), "is not a checkpoint"),
)
