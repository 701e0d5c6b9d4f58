import logging

import pytest
import torch
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.engines.batches import in_parts_that_fit


class Device:
    """A device whose memory holds so many inputs at once; it doubles them, and adds each one up."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: list[int] = []

    def run(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        self.sizes.append(len(inputs))
        if len(inputs) > self.room:
            raise torch.OutOfMemoryError("out of memory")
        return 2 * inputs, inputs.sum(1)


@pytest.mark.parametrize(
    ("room", "sizes"), [(8, [7]), (4, [7, 4, 3]), (3, [7, 4, 2, 2, 2, 1]), (1, [7, 4, 2, 1, 1, 1, 1, 1, 1, 1])]
)
def test_a_batch_is_halved_until_its_parts_fit_and_put_together_in_order(room: int, sizes: list[int]) -> None:
    device, inputs = Device(room), torch.arange(14.0).reshape(7, 2)
    torch.testing.assert_close(in_parts_that_fit(device.run, inputs), (2 * inputs, inputs.sum(1)))
    assert device.sizes == sizes


def test_halving_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        in_parts_that_fit(Device(2).run, torch.zeros(8, 1))
    assert caplog.messages == ["no memory for a batch of 8: halved 2 times, to 2 at a time"]


def test_a_single_input_without_memory_is_refused_with_a_sentence() -> None:
    with pytest.raises(CheckpointError, match="no memory for this radiograph"):
        in_parts_that_fit(Device(0).run, torch.zeros(3, 1))


def test_any_other_failure_is_passed_on() -> None:
    def run(inputs: Tensor) -> tuple[Tensor, ...]:
        raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        in_parts_that_fit(run, torch.zeros(3, 1))
