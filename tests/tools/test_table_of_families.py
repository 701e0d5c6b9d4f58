"""The table of families says of each network what its own head says."""

import re

import torch
from torch import nn

from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.heads.taking_apart import take_apart
from camdash.networks.placement import Grid
from tools.table_of_families import coverage, gap_of, table_of


def test_a_line_has_level_residual_and_grid_of_a_network() -> None:
    head, rule, squeezenet, mobilenet = table_of(["squeezenet1_1", "mobilenet_v3_small"])
    assert head.count("|") == rule.count("|") == squeezenet.count("|")
    assert squeezenet.startswith("| squeezenet1_1 | A | ")
    assert squeezenet.endswith(" | 0 | 16 i + 15 |")
    assert squeezenet.split(" | ")[3] == "-", "nothing is missed at level A"
    name, level, residual, gap, unplaced, grid = mobilenet.strip("| ").split(" | ")
    assert (name, level, unplaced, grid) == ("mobilenet_v3_small", "B", "0", "32 i + 0")
    assert float(residual) < 1e-4
    assert abs(float(gap)) < 2


def test_the_gap_is_in_parts_of_what_the_map_says() -> None:
    """The cells are (1, 2) and (3, 0): of the largest (3, 2), weighed 1 and -1, the second gives 3 and the first -2.

    Without the second cell the largest is (1, 2): the logit loses 2, which is a third less than the map says.
    """
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, -1.0]]))
    divided = SplitNetwork(nn.Identity(), take_apart([nn.AdaptiveMaxPool2d(1), layer]), Grid(1, 0), 2)
    cells = torch.tensor([[[[1.0, 3.0]], [[2.0, 0.0]]]])
    assert gap_of(divided, cells, divided.head.maps(cells), divided.head.logits(cells)) == "-0.33"


def test_nearly_all_of_torchvisions_classifiers_have_a_map() -> None:
    said = re.fullmatch(
        r"(\d+) of (\d+) \(.+%\) of torchvision's classifiers have a map\. Without one: maxvit_t\.", coverage()
    )
    assert said is not None
    assert int(said[1]) >= 0.95 * int(said[2])
