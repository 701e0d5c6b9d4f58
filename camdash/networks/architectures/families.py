"""The families of architectures that are recognised: how each is built and split, or why it has no exact map.

All that camdash knows of a family stands in its entry. Names are those of torchvision's builders and modules; a family
from elsewhere gives its own builder.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

from camdash.networks.architectures.matching import Shapes


@dataclass(frozen=True)
class Family:
    """A family of architectures that is split in the same way.

    Attributes:
        builders: the names of its architectures; torchvision's builder names.
        path: the children that lead from the input to the last grid of activations, in order.
        head: the dotted name of the last layer with weights; without `ending`, a linear layer after global average
            pooling.
        first: the dotted name of the first convolution.
        closing_relu: whether a ReLU that is no module (a functional one) follows the path.
        channels_last: whether the path ends in (n, rows, columns, channels).
        class_token: whether the head reads a vision transformer's class token: a norm and a linear layer, its `ending`.
        auxiliary: the beginnings of the names of heads that only training uses.
        mark: the name of a weight that only this family has, where `first` is shared with others.
        ending: where more layers than these follow the grid, all of them, in order; see `take_apart`.
        no_map: for a head that cannot be taken apart, why there is no exact map.
        branches: for blocks with parallel branches, by the name of their class, the children of one branch; all
            branches of a block are centred alike.
        builder: for networks from outside of torchvision, makes one: (architecture, num_classes=..., **options) to an
            `nn.Module` of three input channels, or of any number if its first convolution is replaced.
        fixed_side: for networks that take one input size alone, its side in pixels, by architecture, names and shapes;
            the builder gets it as `image_size`.
        transforms_input: whether the builder has the option `transform_input`, which the weights do not show.
        outlined_by_values: whether the builder computes with numbers on its way, so that `torch.device("meta")`, else
            faster, would break it.
        general: whether it is divided as all of timm's networks are (`of_timm/dividing.py`): `path`, `ending` and
            `branches` are empty then, and the builder gets the input channels as `in_chans`.
        sized_by_card: whether the builder gets the input size that the card says, as `image_size`, where the weights do
            not tell it.
        usual_side: the input's side that is assumed where nothing tells it, in pixels; None for that of all networks.
    """

    builders: tuple[str, ...]
    path: tuple[str, ...]
    head: str
    first: str
    closing_relu: bool = False
    channels_last: bool = False
    class_token: bool = False
    auxiliary: tuple[str, ...] = ()
    mark: str | None = None
    ending: tuple[str, ...] = ()
    no_map: str | None = None
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    builder: Callable[..., Any] | None = None
    fixed_side: Callable[[str, Shapes], int | None] | None = None
    transforms_input: bool = False
    outlined_by_values: bool = False
    general: bool = False
    sized_by_card: bool = False
    usual_side: int | None = None

    @property
    def head_root(self) -> str:
        """The name of the network's child that holds the head."""
        return self.head.partition(".")[0]

    @property
    def is_linear(self) -> bool:
        """Whether the head is global average pooling and one linear layer."""
        return not self.ending and self.no_map is None and not self.general

    @property
    def takes_replaced_head(self) -> bool:
        """Whether a sequence of layers may stand in the place of the head's linear layer."""
        return self.is_linear or self.general

    @property
    def replaced_root(self) -> str:
        """The name under which the layers stand that took the place of the head's linear layer."""
        return self.head if self.general else self.head_root


def _side_by_positions(architecture: str, shapes: Shapes) -> int | None:
    """Return the side that a vision transformer takes.

    Its position embedding has one entry for each square of `patch` pixels, and one for the class token.
    """
    position = shapes.get("encoder.pos_embedding", ())
    if len(position) != 3:
        return None
    return isqrt(max(position[1] - 1, 1)) * int(architecture.rpartition("_")[2])


RESNET = Family(
    builders=(
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "resnext50_32x4d",
        "resnext101_32x8d",
        "resnext101_64x4d",
        "wide_resnet50_2",
        "wide_resnet101_2",
    ),
    path=("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"),
    head="fc",
    first="conv1",
    branches={"BasicBlock": ("conv1", "conv2"), "Bottleneck": ("conv1", "conv2", "conv3")},
)
REGNET = Family(
    builders=tuple(
        f"regnet_{kind}_{size}"
        for kind, sizes in (
            ("x", ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")),
            ("y", ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf", "128gf")),
        )
        for size in sizes
    ),
    path=("stem", "trunk_output"),
    head="fc",
    first="stem.0",
    branches={"ResBottleneckBlock": ("f",)},
    outlined_by_values=True,
)
DENSENET = Family(
    builders=("densenet121", "densenet161", "densenet169", "densenet201"),
    path=("features",),
    head="classifier",
    first="features.conv0",
    closing_relu=True,
)
EFFICIENTNET = Family(
    builders=(*(f"efficientnet_b{size}" for size in range(8)), *(f"efficientnet_v2_{size}" for size in "sml")),
    path=("features",),
    head="classifier.1",
    first="features.0.0",
    mark="features.1.0.block.0.0.weight",
)
MOBILENET_V2 = Family(
    builders=("mobilenet_v2",),
    path=("features",),
    head="classifier.1",
    first="features.0.0",
    mark="features.1.conv.0.0.weight",
)
MNASNET = Family(
    builders=("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
    path=("layers",),
    head="classifier.1",
    first="layers.0",
)
SHUFFLENET_V2 = Family(
    builders=("shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0"),
    path=("conv1", "maxpool", "stage2", "stage3", "stage4", "conv5"),
    head="fc",
    first="conv1.0",
    branches={"InvertedResidual": ("branch2",)},
)
GOOGLENET = Family(
    builders=("googlenet",),
    path=(
        *("conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3"),
        *("inception4a", "inception4b", "inception4c", "inception4d", "inception4e", "maxpool4"),
        *("inception5a", "inception5b"),
    ),
    head="fc",
    first="conv1.conv",
    auxiliary=("aux1.", "aux2."),
    branches={"Inception": ("branch1",)},
    transforms_input=True,
)
INCEPTION_V3 = Family(
    builders=("inception_v3",),
    path=(
        *("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2"),
        *("Mixed_5b", "Mixed_5c", "Mixed_5d", "Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"),
        *("Mixed_7a", "Mixed_7b", "Mixed_7c"),
    ),
    head="fc",
    first="Conv2d_1a_3x3.conv",
    auxiliary=("AuxLogits.",),
    branches={  # its branches that pool do so by functions, which are no modules; these do not
        "InceptionA": ("branch1x1",),
        "InceptionB": ("branch3x3",),
        "InceptionC": ("branch1x1",),
        "InceptionD": ("branch3x3_1", "branch3x3_2"),
        "InceptionE": ("branch1x1",),
    },
    transforms_input=True,
)

VGG = Family(
    builders=tuple(f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")),
    path=("features",),
    ending=("avgpool", "classifier"),
    head="classifier.6",
    first="features.0",
)
ALEXNET = Family(
    builders=("alexnet",),
    path=("features",),
    ending=("avgpool", "classifier"),
    head="classifier.6",
    first="features.0",
)
SQUEEZENET = Family(
    builders=("squeezenet1_0", "squeezenet1_1"),
    path=("features",),
    ending=("classifier",),
    head="classifier.1",
    first="features.0",
    branches={"Fire": ("squeeze", "expand1x1")},
)
MOBILENET_V3 = Family(
    builders=("mobilenet_v3_small", "mobilenet_v3_large"),
    path=("features",),
    ending=("avgpool", "classifier"),
    head="classifier.3",
    first="features.0.0",
    mark="features.1.block.0.0.weight",
)
CONVNEXT = Family(
    builders=("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"),
    path=("features",),
    ending=("avgpool", "classifier"),
    head="classifier.2",
    first="features.0.0",
    mark="features.1.0.layer_scale",
)
SWIN = Family(
    builders=tuple(f"swin{version}_{size}" for version in ("", "_v2") for size in "tsb"),
    path=("features",),
    ending=("norm", "avgpool", "head"),
    head="head",
    first="features.0.0",
    mark="features.1.0.attn.qkv.weight",
    channels_last=True,
)

VIT = Family(
    builders=("vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32", "vit_h_14"),
    path=("conv_proj", "encoder"),
    ending=("encoder.ln", "heads.head"),
    head="heads.head",
    first="conv_proj",
    class_token=True,
    fixed_side=_side_by_positions,
)

LINEAR = (
    RESNET,
    REGNET,
    DENSENET,
    EFFICIENTNET,
    MOBILENET_V2,
    MNASNET,
    SHUFFLENET_V2,
    GOOGLENET,
    INCEPTION_V3,
)
"""Those that end in global average pooling and one linear layer."""

LAYERED = (VGG, ALEXNET, SQUEEZENET, MOBILENET_V3, CONVNEXT, SWIN, VIT)
"""Those whose heads have more layers."""

FAMILIES = (*LINEAR, *LAYERED)
