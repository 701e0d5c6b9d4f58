"""What a file that no architecture fits looks like, and what to do with it."""

import re
from collections.abc import Collection

from camdash.networks.taking.exponents import EXPONENT
from camdash.words.sentence import say

LOOKS = (
    (
        re.compile(r"(?:^|\.)_conv_stem\.weight$"),
        say(
            "It looks like an EfficientNet of the package efficientnet_pytorch, or of MONAI. Only B0 to B8 and L2 are "
            "taken: all layers under one prefix, with the head _fc, for images of two dimensions."
        ),
    ),
    (
        re.compile(r"(?:^|\.)(?:segmentation_head|seg_head|outc|final_conv)\."),
        say("It looks like a network for segmentation: it has no classes for the whole image. Save a classifier."),
    ),
    (
        re.compile(r"(?:^|\.)(?:roi_heads|rpn|rcnn|dfl|box_head|bbox_head)\."),
        say("It looks like a detector: it has no classes for the whole image. Save a classifier."),
    ),
    (
        re.compile(r"(?:_packed_params|zero_point|weight_scale|\.SCB|qweight|quant_map)(?:\.|$)"),
        say("It looks like a quantised network, which is not run. Save the network before it is quantised."),
    ),
    (
        re.compile(r"(?:^|\.)lora_|(?:^|\.)lora\."),
        say("It looks like a LoRA adapter: it holds changes to a network. Merge them into it, and save the whole."),
    ),
    (
        re.compile(r"(?:^|\.)(?:text_projection|word_embeddings|transformer\.resblocks|logit_bias)(?:\.|$)"),
        say("It looks like a network for images and text. Save its classifier of images alone."),
    ),
    (
        re.compile(r"(?:^|\.)(?:logit|output|head)_scale$"),
        say(
            "It looks as if it multiplies its logits by a number that it learned, which camdash does not do. Multiply "
            "weight and bias of its last layer by that number, and save it without the number."
        ),
    ),
    (
        re.compile(r"(?:^|\.)layer1\.\d+\.(?:se|se_module|se_layer|cbam|ca|sa|attn|attention)\."),
        say("It looks like a ResNet with attention in its blocks. torchvision has no such network."),
    ),
    (
        EXPONENT,
        say(
            "It pools by a generalised mean (GeM). camdash takes that where one exponent stands beside a network of "
            "torchvision's, in the place of its average pooling, and a linear head."
        ),
    ),
    (
        re.compile(r"(?:^|\.)conv1\.(?:3|6)\.weight$"),
        say("It looks like a ResNet whose stem has several convolutions, as timm's resnet50d. Keep timm's names."),
    ),
)
"""Names in a file, and what they say."""


def looks_like(names: Collection[str]) -> str:
    """Return what a file looks like by its names, and what to do; empty where nothing is known of it."""
    return next((said for pattern, said in LOOKS if any(pattern.search(name) for name in names)), "")
