"""Say how much of the evidence for the predicted class lies in each quarter of the radiograph.

    python examples/where_the_evidence_lies.py FILE

The maps add up: the mean of a class's map is its evidence, and evidence + bias is its logit.
"""

import sys

import numpy as np

import camdash


def main(file: str) -> None:
    """Print the shares, and show that they add up to the logit."""
    explanation = camdash.explain(file)
    k = explanation.prediction.foremost
    map_of_class = explanation.maps.maps[k]
    rows, columns = map_of_class.shape
    upper, left = np.arange(rows) < rows / 2, np.arange(columns) < columns / 2
    print(f"{explanation.prediction.predicted_name}: evidence {explanation.maps.evidence[k]:+.2f} logits, of which")
    for name, down, across in (
        ("upper left", upper, left),
        ("upper right", upper, ~left),
        ("lower left", ~upper, left),
        ("lower right", ~upper, ~left),
    ):
        part = map_of_class[np.ix_(down, across)].sum() / map_of_class.size
        print(f"  {part:+.2f} in the {name} quarter")
    total = map_of_class.mean(dtype=np.float64) + explanation.maps.bias[k]
    print(f"evidence + bias = {total:+.4f}, and the logit is {explanation.prediction.logits[k]:+.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
