"""The table of families says of each network what its own head says."""

from tools.table_of_families import table_of


def test_a_line_has_level_residual_and_grid_of_a_network() -> None:
    head, rule, squeezenet, mobilenet = table_of(["squeezenet1_1", "mobilenet_v3_small"])
    assert head.count("|") == rule.count("|") == squeezenet.count("|")
    assert squeezenet.startswith("| squeezenet1_1 | A | ")
    assert squeezenet.endswith(" | 0 | 16 i + 15 |")
    name, level, residual, unplaced, grid = mobilenet.strip("| ").split(" | ")
    assert (name, level, unplaced, grid) == ("mobilenet_v3_small", "B", "0", "32 i + 0")
    assert float(residual) < 1e-4
