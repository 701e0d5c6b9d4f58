"""Make the index of timm's builders anew: `python -m tools.index_timm`.

Each builder of the installed timm is built on the meta device, which has names and shapes and no numbers. Those whose
first convolution or last layer cannot be told are left out, and named with the reason.
"""

import argparse
from collections.abc import Iterator

import timm
import torch

from camdash.networks.architectures.of_timm.index import FILE, Entry, Shapes, positions_of, signature, written
from camdash.networks.preparation import prepare


def shapes_of(name: str, **options: int) -> Shapes:
    """Return the names and shapes of a builder's weights."""
    with torch.device("meta"):
        network = timm.create_model(name, pretrained=False, **options)
    return {own: tuple(value.shape) for own, value in network.state_dict().items()}


def entry_of(name: str) -> Entry:
    """Return the entry of a builder; raise a ValueError that says why it has none."""
    said = timm.get_pretrained_cfg(name)
    first, heads = _texts(said.first_conv if said else None), _texts(said.classifier if said else None)
    shapes = shapes_of(name, num_classes=2)  # some are made without classes by default
    if not first or len(shapes.get(f"{first[0]}.weight", ())) != 4:
        raise ValueError(f"first convolution {first or 'unknown'}")
    if not heads or not all(any(own.startswith(f"{head}.") for own in shapes) for head in heads):
        raise ValueError(f"last layer {heads or 'unknown'}")
    heads = _with_twins(heads, shapes)
    return Entry(signature(shapes, first[0], heads), first[0], heads, positions_of(shapes), name)


def entries(names: list[str]) -> Iterator[Entry]:
    """Yield the entries of builders; print which have none, and why."""
    for name in names:
        try:
            yield entry_of(name)
        except (ValueError, RuntimeError, NotImplementedError, AssertionError, TypeError) as error:
            print(f"{name} is left out: {type(error).__name__}: {str(error)[:200]}")


def _with_twins(heads: tuple[str, ...], shapes: Shapes) -> tuple[str, ...]:
    """Return the last layers with those that read the token of a teacher, which timm does not always name."""
    twins = (head.replace("head", "head_dist", 1) for head in heads)
    found = [twin for twin in twins if any(own.startswith(f"{twin}.") for own in shapes)]
    return tuple(dict.fromkeys((*heads, *found)))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(one) for one in value) if isinstance(value, tuple | list) else ()


def main() -> None:
    """Write the index."""
    argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0]).parse_args()
    prepare()
    found = list(entries(timm.list_models()))
    head = f"# timm {timm.__version__}: digest, first convolution, last layers, positions, builder\n"
    FILE.write_text(head + written(found), encoding="utf-8")
    print(f"{len(found)} builders, {FILE.stat().st_size} bytes, in {FILE}")


if __name__ == "__main__":
    main()
