"""Gradient-based maps of one radiograph, such as Grad-CAM's. They do not add up to the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from camdash.errors import CheckpointError, is_out_of_memory
from camdash.evidence.prediction import Prediction, predict
from camdash.images.radiograph import Radiograph
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import Checkpoint
from camdash.networks.gradients import slope_pass, stage_of
from camdash.networks.placement import Placement
from camdash.networks.preprocessing import network_input, place
from camdash.shapes import Maps
from camdash.words.sentence import say


@dataclass(frozen=True, eq=False)
class SlopeMaps:
    """The maps of all classes at a stage of the network.

    Attributes:
        maps: of each method, by its `id`; not negative.
        prediction: of the same pass.
        placement: where the radiograph lies in the network's input, and the stage's grid.
        checkpoint: whose network it was.
        stage: the stage, as `networks.gradients` names it.
    """

    maps: Mapping[str, Maps]
    prediction: Prediction
    placement: Placement
    checkpoint: Checkpoint
    stage: str


def slope_maps(radiograph: Radiograph, checkpoint: Checkpoint, network: SplitNetwork, stage: str) -> SlopeMaps:
    """Run the network once, and back from each class's logit to the stage.

    Raises:
        ImageError: the radiograph cannot be brought to the network's input.
        CheckpointError: the logits are not finite, or the device has too little memory.
        UsageError: the network has no such stage.
    """
    card, how = checkpoint.card, checkpoint.card.preprocessing
    found = stage_of(network, family_of(card.architecture), stage)
    inputs = network_input(radiograph, how, network.channels)
    try:
        passed = slope_pass(network, inputs, found)
    except (MemoryError, RuntimeError) as error:  # PyTorch raises the second where the processor's memory ends
        if not is_out_of_memory(error):
            raise
        raise CheckpointError(
            say("There is too little memory for maps at {stage}. Choose a later layer.", stage=stage)
        ) from error
    prediction = predict(card, passed.logits[0].numpy().astype(np.float64))
    maps = {method: own[0].numpy() for method, own in passed.maps.items()}
    return SlopeMaps(maps, prediction, place(radiograph.shape, how, found.grid), checkpoint, stage)
