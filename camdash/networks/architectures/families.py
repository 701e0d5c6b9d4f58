"""The families of architectures that are recognised: how each is built and split, or why it has no exact map.

All that camdash knows of a family stands in its entry. Names are those of torchvision's builders and modules; a family
from elsewhere gives its own builder.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

from camdash.networks.architectures.matching import Shapes
from camdash.words.sentence import say


@dataclass(frozen=True)
class Family:
    """A family of architectures that is split in the same way.

    Attributes:
        builders: the names of its architectures; torchvision's builder names.
        path: the children that lead from the input to the input of global average pooling, in order.
        head: the dotted name of the linear head.
        first: the dotted name of the first convolution.
        closing_relu: whether a ReLU that is no module (a functional one) follows the path.
        auxiliary: the beginnings of the names of heads that only training uses.
        mark: the name of a weight that only this family has, where `first` is shared with others.
        no_map: for a head that is not global average pooling and one linear layer, why there is no exact map.
        branches: for blocks with parallel branches, by the name of their class, the children of one branch; all
            branches of a block are centred alike.
        builder: for networks from outside of torchvision, makes one: (architecture, num_classes=..., **options) to an
            `nn.Module` of three input channels, or of any number if its first convolution is replaced.
        fixed_side: for networks that take one input size alone, its side in pixels, by architecture, names and shapes;
            the builder gets it as `image_size`.
        transforms_input: whether the builder has the option `transform_input`, which the weights do not show.
        outlined_by_values: whether the builder computes with numbers on its way, so that `torch.device("meta")`, else
            faster, would break it.
    """

    builders: tuple[str, ...]
    path: tuple[str, ...]
    head: str
    first: str
    closing_relu: bool = False
    auxiliary: tuple[str, ...] = ()
    mark: str | None = None
    no_map: str | None = None
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    builder: Callable[..., Any] | None = None
    fixed_side: Callable[[str, Shapes], int | None] | None = None
    transforms_input: bool = False
    outlined_by_values: bool = False


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

WITHOUT_MAP = (
    Family(
        builders=tuple(f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")),
        path=(),
        head="classifier.6",
        first="features.0",
        no_map=say("VGG's head is three linear layers with ReLUs between them on a flattened grid"),
    ),
    Family(
        builders=("alexnet",),
        path=(),
        head="classifier.6",
        first="features.0",
        no_map=say("AlexNet's head is three linear layers with ReLUs between them on a flattened grid"),
    ),
    Family(
        builders=("squeezenet1_0", "squeezenet1_1"),
        path=(),
        head="classifier.1",
        first="features.0",
        no_map=say("SqueezeNet's head is a convolution and a ReLU before pooling"),
    ),
    Family(
        builders=("mobilenet_v3_small", "mobilenet_v3_large"),
        path=(),
        head="classifier.3",
        first="features.0.0",
        mark="features.1.block.0.0.weight",
        no_map=say("MobileNetV3's head is two linear layers with a hard swish between them"),
    ),
    Family(
        builders=("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"),
        path=(),
        head="classifier.2",
        first="features.0.0",
        mark="features.1.0.layer_scale",
        no_map=say("ConvNeXt's head has a layer norm between pooling and the linear layer"),
    ),
    Family(
        builders=("vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32", "vit_h_14"),
        path=(),
        head="heads.head",
        first="conv_proj",
        no_map=say("a vision transformer's head reads one class token, not a pooled grid"),
        fixed_side=_side_by_positions,
    ),
    Family(
        builders=tuple(f"swin{version}_{size}" for version in ("", "_v2") for size in "tsb"),
        path=(),
        head="head",
        first="features.0.0",
        mark="features.1.0.attn.qkv.weight",
        no_map=say("a Swin transformer's cells are tokens mixed by attention, not cells of convolutions"),
    ),
)

WITH_MAP = (
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

FAMILIES = (*WITH_MAP, *WITHOUT_MAP)
