r"""Give a checkpoint a check for images unlike those it was trained on.

    python -m tools.add_familiarity CHECKPOINT --training FOLDER [--validation FOLDER]
    python -m tools.add_familiarity CHECKPOINT --labels FOLDER [--split FILE]

CHECKPOINT is any file that camdash takes and has maps of; it is not changed: the check is written beside it, as
`NAME.familiarity`. FOLDER holds the images the checkpoint was trained on, in any layout below it. Up to 1,000 of them,
drawn by the seed, are kept as unit vectors of pooled activations; the threshold keeps 95 % of the validation images (of
a fifth of the folder that is left out, where none are given).

With `--labels`, FOLDER holds a `labels.csv` as the training tool takes it, and the split says which groups are training
and which are validation; the same number of images of each class is kept, as far as there are.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import torch

from camdash.images.decoding import decode
from camdash.images.files import files_of
from camdash.networks.cards.familiarity import FamiliarityCheck, write_beside
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load, preferred_device
from tools.training.familiar import check_of, pooled_activations
from tools.training.labels import read_labels, read_split

log = logging.getLogger("familiarity")
SPLIT = Path(__file__).parent / "training" / "split.csv"
Labelled = tuple[Path, str]


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    checkpoint = describe(entry_of(options.checkpoint))
    training, validation = _images(options)
    check = familiarity_of(load(checkpoint, preferred_device()), training, validation, options.seed)
    written = write_beside(checkpoint.path, checkpoint.sha256, check)
    log.info("wrote %s: %d vectors, threshold %.4f", written, len(check.vectors), check.threshold)


def familiarity_of(
    loaded: LoadedCheckpoint, training: Sequence[Labelled], validation: Sequence[Labelled], seed: int
) -> FamiliarityCheck:
    """Return the check that training images (paths and labels) and validation images make."""
    known = pooled_activations((decode(path.read_bytes()) for path, _ in training), loaded)
    held_out = pooled_activations((decode(path.read_bytes()) for path, _ in validation), loaded)
    return check_of(known, [label for _, label in training], held_out, seed)


def _images(options: argparse.Namespace) -> tuple[list[Labelled], list[Labelled]]:
    if options.labels is not None:
        split = read_split(options.split)
        images = [
            (split.get(image.group), options.labels / image.file, image.label) for image in read_labels(options.labels)
        ]
        train, validation = (
            [(path, label) for part, path, label in images if part == wanted] for wanted in ("train", "validation")
        )
        return train, validation
    training = [(path, "") for path in files_of(options.training)[0]]
    if options.validation is not None:
        return training, [(path, "") for path in files_of(options.validation)[0]]
    order = torch.randperm(len(training), generator=torch.Generator().manual_seed(options.seed)).tolist()
    count = max(len(order) // 5, 1)
    return [training[place] for place in sorted(order[count:])], [training[place] for place in sorted(order[:count])]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--training", type=Path, help="folder of training images")
    source.add_argument("--labels", type=Path, help="folder with labels.csv")
    parser.add_argument("--validation", type=Path, help="folder of images that were not trained on")
    parser.add_argument("--split", type=Path, default=SPLIT)
    parser.add_argument("--seed", type=int, default=20261123)
    return parser.parse_args()


if __name__ == "__main__":
    main()
