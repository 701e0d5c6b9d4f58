"""fastai's vision learners: a body cut from torchvision's ResNet, and a head after a joined pooling."""

from dataclasses import replace

from camdash.networks.files.weights import StoredWeights, Told
from camdash.networks.hubs.translations import NUMBER, Rule, renamed, rule
from camdash.words.sentence import say

MARKS = ("0.0.weight", "0.1.running_mean", "0.4.0.conv1.weight", "1.2.running_mean", "1.8.weight")
"""Names that a learner's network has: the first layers of its body, and the first and last of its head."""

RULES: tuple[Rule, ...] = (
    rule(r"0\.0\.(\w+)", "conv1.{0}"),
    rule(r"0\.1\.(\w+)", "bn1.{0}"),
    rule(rf"0\.([4-7])\.{NUMBER}\.(.+)", "layer{0}.{1}.{2}", -3),
    rule(rf"1\.{NUMBER}\.(\w+)", "fc.{0}.{1}"),
)


def brought(stored: StoredWeights) -> StoredWeights:
    """Return the weights of a learner by torchvision's names; as they are, where they are not fastai's."""
    if not all(name in stored.tensors for name in MARKS):
        return stored
    said: str = say("names of fastai's learner brought to torchvision's")
    if _reads_joined(stored):
        said = say("names of fastai's learner brought to torchvision's; its head reads maxima, then means of the grid")
    is_colored = stored.tensors["0.0.weight"].shape[1:2] == (3,)
    told = Told(say("weights"), {"preset": "imagenet" if is_colored else "unit"}, {}, ("input_size", "fit"))
    tensors = renamed(stored.tensors, RULES)
    return replace(stored, tensors=tensors, conversions=(*stored.conversions, said), told=told)


def _reads_joined(stored: StoredWeights) -> bool:
    """Return whether the head reads two values of each channel of the grid: fastai's `concat_pool`."""
    shapes = {name: tuple(value.shape) for name, value in stored.tensors.items()}
    grid = max((shape[0] for name, shape in shapes.items() if name.startswith("0.7.") and len(shape) == 4), default=0)
    return shapes["1.2.running_mean"] == (2 * grid,)
