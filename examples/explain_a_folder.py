"""Explain every radiograph of a folder, print what was predicted, and save the overlays and maps.

python examples/explain_a_folder.py FOLDER OUTPUT
"""

import sys
from pathlib import Path

import camdash


def main(folder: str, output: str) -> None:
    """Explain all, with one checkpoint that is loaded once."""
    checkpoint = camdash.load_checkpoint()
    for file in sorted(Path(folder).glob("*.png")):
        explanation = camdash.explain(file, checkpoint)
        prediction = explanation.prediction
        print(f"{file.name}: {prediction.predicted_name}, {prediction.probabilities.max():.1%}")
        explanation.save(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
