"""The viewer's modules: what node finds when it runs them on what Python computes, and how they reach the browser."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from camdash.app.viewer import HERE, HTML, JAVASCRIPT
from camdash.app.viewer.modes import Mode
from camdash.app.viewer.modules import joined
from camdash.rendering.looks import LOOKS
from camdash.rendering.scale import Look
from tests.support.viewer_types import DECLARATIONS, declarations
from tests.viewer.vectors import written

TESTS = sorted(Path(__file__).parent.glob("*.test.js"))
NODE = shutil.which("node") or ""
MODULES = sorted((HERE / "js").rglob("*.js"))


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("viewer") / "vectors.json"
    file.write_text(written(), encoding="utf-8")
    return file


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name)
def test_the_modules_do_what_python_does(file: Path, vectors: Path) -> None:
    if not NODE:
        (pytest.fail if os.environ.get("CAMDASH_REQUIRE_NODE") else pytest.skip)("node is not installed (20 or later)")
    ran = subprocess.run(
        [NODE, "--test", str(file)],
        env={**os.environ, "VECTORS": str(vectors)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# pass 0" not in ran.stdout


def test_the_types_in_javascript_are_those_of_the_header() -> None:
    assert DECLARATIONS.read_text(encoding="utf-8") == declarations(), "run python -m tests.support.viewer_types"


@pytest.mark.parametrize("look", [look for look in LOOKS if look.id not in tuple(Mode)], ids=lambda look: look.id)
def test_no_script_knows_a_look_by_name(look: Look) -> None:
    scripts = HTML + "".join(path.read_text(encoding="utf-8") for path in MODULES)
    texts = set(re.findall(r"""(?<=["'`>{])[^"'`<>{}\n]+(?=["'`<}])""", scripts))
    assert {"average", "Top class", "evidence"} < texts
    assert texts.isdisjoint({look.id, look.label, look.spoken, look.about, look.reading, look.change, look.caption})


def test_what_the_browser_gets_has_each_module_once_after_those_that_it_imports() -> None:
    assert re.findall(r"^(?:import|export) .*", JAVASCRIPT, re.MULTILINE) == [
        "export default function mountViewer(component) {"
    ]
    declared = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", JAVASCRIPT, re.MULTILINE)
    assert len(declared) == len(set(declared)) > 150
    assert declared.index("element") < declared.index("Stage") < declared.index("Viewer")
    assert "@param" not in JAVASCRIPT


def test_modules_that_import_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text('import { two } from "./two.js";\nexport const one = 1;\n')
    (tmp_path / "two.js").write_text('import { one } from "./one.js";\nexport const two = 2;\n')
    with pytest.raises(ValueError, match=r"one\.js imports itself by way of two"):
        joined(tmp_path / "one.js")


def test_a_name_keeps_its_meaning_when_import_lines_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.js").write_text(
        "// One.\n\n/** One. */\nexport const one =\n  /** @type {number} */ (1); // stays\n/** Two. */\n"
    )
    (tmp_path / "two.js").write_text('import {\n  one,\n} from "./deep/one.js";\nexport const two = `\n${one} + 1`;\n')
    (tmp_path / "all.js").write_text(
        'import { one } from "./deep/one.js";\nimport { two } from "./two.js";\nexport default () => [one, two];\n'
    )
    assert joined(tmp_path / "all.js").split("\n") == [
        *("", "const one =", "  /** @type {number} */ (1); // stays", ""),
        *("const two = `", "${one} + 1`;", ""),
        *("export default () => [one, two];", ""),
    ]
