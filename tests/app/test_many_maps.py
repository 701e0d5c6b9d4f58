"""Of very many classes the browser gets the maps that it shows, and what is said of all."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from camdash.app.viewer.from_analysis import picture_of, source_of
from camdash.app.viewer.from_comparison import sources_of
from camdash.app.viewer.payload import FIRST, NOT_SENT, Source, ViewerData, pack, unsent
from camdash.app.viewer.windowing import Windowing
from camdash.evidence.analysis import Analysis, PlacedMaps
from camdash.evidence.comparison import compare
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.prediction import predict
from camdash.networks.cards.card import Card, Checkpoint, Fit, Preprocessing
from camdash.networks.placement import Grid, Placement
from tests.conftest import radiograph

LARGEST = 3_000_000
"""Bytes of what the browser is given of a thousand classes."""

FILM = radiograph(np.add.outer(np.arange(1024), np.arange(1024)) % 200)


def many(classes: int, side: int, seed: int = 1) -> Analysis:
    """Return an analysis of random maps of `side` x `side` cells."""
    random = np.random.default_rng(seed)
    maps = random.normal(0, 3, (classes, side, side)).astype(np.float32)
    evidence = EvidenceMaps(maps, random.normal(0, 1, classes).astype(np.float32))
    card = Card("resnet18", tuple(f"Part {k}" for k in range(classes)), Preprocessing((224, 224), Fit.STRETCH))
    cells = Grid(224 / side, (224 / side - 1) / 2)
    placement = Placement(FILM.shape, (224, 224), (224 / 1024, 224 / 1024), (0, 0), cells)
    checkpoint = Checkpoint(f"of-{seed}", Path("many"), f"{seed:064}", card)
    return Analysis(predict(card, evidence.logits), checkpoint, PlacedMaps(evidence, placement), level="A")


def given(*sources: Source, asked: tuple[str, ...] = ()) -> ViewerData:
    picture = picture_of("film.png", FILM, lossless=False)
    return ViewerData(picture, Windowing("0123", FILM), sources, asked=frozenset(asked))


def sent(data: ViewerData) -> tuple[dict[str, Any], bytes]:
    blob = pack(data)
    length = int.from_bytes(blob[:4], "little")
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]


@pytest.mark.parametrize("side", [7, 32])
def test_a_thousand_classes_take_less_than_three_megabytes(side: int) -> None:
    assert len(pack(given(source_of(many(1000, side))))) < LARGEST


def test_two_checkpoints_of_a_thousand_classes_on_grids_of_their_own_do_too() -> None:
    both = compare(many(1000, 32), many(1000, 16, seed=2))
    assert both.resampled
    assert len(pack(given(*sources_of(both)))) < LARGEST


def test_of_very_many_classes_the_first_and_those_asked_for_are_sent_and_the_others_named() -> None:
    found = many(1000, 7)
    ranking = found.prediction.ranking
    asked = f"class-{ranking[700]}"
    data = given(source_of(found), asked=(asked,))
    header, body = sent(data)
    maps = {one["id"]: one for one in header["sources"][0]["maps"]}
    there = {f"class-{k}" for k in ranking[:FIRST]} | {asked}
    assert {one["slot"] for one in maps.values() if one["start"] != NOT_SENT} == there | {"average"}
    assert unsent(data) == {f"class-{k}" for k in range(1000)} - there
    own = maps[asked]
    values = np.frombuffer(body, "<f4", 49, own["start"]).reshape(7, 7)
    np.testing.assert_array_equal(values, found.maps.maps[ranking[700]])
    assert own["evidence"] + own["bias"] == pytest.approx(own["logit"])
    other = maps[f"class-{ranking[500]}"]
    assert other["scales"] == {"evidence": {}}
    assert (other["name"], other["isClass"]) == (f"Part {ranking[500]}", True)
    assert other["probability"] == pytest.approx(found.prediction.probability(ranking[500]))
    assert other["logit"] == pytest.approx(found.prediction.logits[ranking[500]])


def test_what_is_not_sent_has_its_part_in_the_scale_and_in_the_peak() -> None:
    found = many(1000, 7)
    least = found.prediction.ranking[-1]
    strongest = found.maps.maps.copy()
    strongest[least] -= 100
    maps = EvidenceMaps(strongest, found.maps.bias)
    found = Analysis(
        predict(found.checkpoint.card, maps.logits), found.checkpoint, PlacedMaps(maps, found.placement), level="A"
    )
    data = given(source_of(found))
    assert f"class-{least}" in unsent(data)
    source = sent(data)[0]["sources"][0]
    own = next(one for one in source["maps"] if one["start"] != NOT_SENT)
    limit = float(np.abs(strongest).max())
    assert own["scales"]["evidence"]["evidence"]["low"] == pytest.approx(-limit)
    assert source["peaks"]["evidence"] == pytest.approx(limit)
    peak = float(np.abs(next(one for one in data.sources[0].maps if one.id == own["id"]).values).max())
    assert own["scales"]["evidence"]["own"]["factor"] == pytest.approx(limit / peak)


def test_of_some_dozens_all_are_sent() -> None:
    assert unsent(given(source_of(many(40, 16)))) == frozenset()


def test_answers_and_what_both_know_come_first_also_of_two_checkpoints() -> None:
    first, second = many(1000, 7), many(1000, 7, seed=2)
    left_out = unsent(given(*sources_of(compare(first, second))))
    answers = {f"class-{one.prediction.foremost}" for one in (first, second)}
    assert not answers & left_out
    both = [max(pair) for pair in zip(*(one.prediction.probabilities.tolist() for one in (first, second)), strict=True)]  # type: ignore[union-attr]
    likeliest = sorted(range(1000), key=lambda k: (f"class-{k}" not in answers, -both[k]))[:FIRST]
    assert {f"class-{k}" for k in range(1000)} - left_out == {f"class-{k}" for k in likeliest}
