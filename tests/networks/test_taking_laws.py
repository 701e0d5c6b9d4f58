"""Laws of what is taken: the same tensors under any prefix in any nesting, and no weight that is not there."""

from functools import reduce

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.architectures.recognition import nearest
from camdash.networks.files.weights import StoredWeights
from camdash.networks.taking.take import taken
from tests.networks.zoo import TINY, state, stored_of

WORDS = st.from_regex(r"[a-z]{1,6}_?[a-z0-9]{0,4}", fullmatch=True)
PREFIXES = st.lists(WORDS, max_size=4).map(lambda words: "".join(f"{word}." for word in words))
EXTRAS = {
    "op_threshs": torch.ones(3),
    "class_weights": torch.ones(3),
    "criterion.weight": torch.ones(3),
    "bce.pos_weight": torch.ones(3),
    "train_acc.tp": torch.zeros(3),
    "auroc.confmat": torch.zeros(3, 3),
    "num_updates": torch.tensor(3),
    "n_averaged": torch.tensor(3),
    "total_ops": torch.zeros(1),
}
FULL = state()
NEEDED = sorted(name for name in FULL if not name.endswith("num_batches_tracked") and name != "fc.bias")


def nested(content: object, keys: list[str]) -> object:
    return reduce(lambda inside, key: {key: inside, "epoch": 3}, keys, content)


def is_known(stored: StoredWeights) -> bool:
    found = nearest(stored.shapes)
    return found is not None and found[1].perfect


@given(PREFIXES, st.lists(WORDS, max_size=3), st.sets(st.sampled_from(sorted(EXTRAS))))
def test_the_same_tensors_come_back(prefix: str, keys: list[str], extras: set[str]) -> None:
    content: dict[str, Tensor] = {prefix + name: value for name, value in FULL.items()}
    content |= {name: EXTRAS[name] for name in extras}
    found = taken(stored_of(nested(content, keys)), None)
    assert found.tensors.keys() == FULL.keys()
    assert all(found.tensors[name] is value for name, value in FULL.items())
    assert set(found.ignored) == extras


@given(PREFIXES, st.sets(st.sampled_from(["ema.", "teacher.net.", "other."])), st.sets(st.sampled_from(sorted(EXTRAS))))
def test_no_tensor_of_a_file_is_lost_without_a_word(prefix: str, copies: set[str], extras: set[str]) -> None:
    content: dict[str, Tensor] = {prefix + name: value for name, value in FULL.items()}
    content |= {copy + name: value for copy in copies for name, value in state().items()}
    content |= {name: EXTRAS[name] for name in extras}
    try:
        found = taken(stored_of(content), None)
    except CheckpointError as error:
        assert "several networks" in str(error)  # noqa: PT017 (either outcome is right)
    else:
        assert len(found.tensors) + len(found.ignored) == len(content)


@given(PREFIXES, st.sampled_from(NEEDED))
def test_a_missing_weight_is_never_made_up(prefix: str, missing: str) -> None:
    content = {prefix + name: value for name, value in FULL.items() if name != missing}
    try:
        assert not is_known(taken(stored_of(content), None))
    except CheckpointError as error:
        assert TINY in str(error) or "head" in str(error)  # noqa: PT017 (either outcome is right)


@given(PREFIXES, st.sampled_from(NEEDED), st.sampled_from(["weight", "gate.weight", "p", "running_mean"]))
def test_a_weight_more_is_never_left_out(prefix: str, beside: str, last: str) -> None:
    more = f"{beside.rpartition('.')[0].rpartition('.')[0]}.extra.{last}".removeprefix(".")
    content = {prefix + name: value for name, value in FULL.items()}
    content[prefix + more] = torch.ones(1)
    assert not is_known(taken(stored_of(content), None))
