"""The draw: the same for everybody, fair by weight, and any change of its record is found."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.booking.opening import rules
from flows.booking.opening.rules import Wish

CODES = st.text("ABCDEFGHJK23456789", min_size=8, max_size=8)
WISHES = st.dictionaries(CODES, st.integers(2, 7), max_size=30).map(
    lambda found: [Wish(code, weight) for code, weight in found.items()]
)


@settings(max_examples=40)
@given(WISHES, st.text("0123456789abcdef", min_size=64, max_size=64), st.randoms())
def test_everybody_stands_once_however_the_list_came(wishes: list[Wish], seed: str, lot: Any) -> None:
    order = rules.order(seed, wishes)
    assert sorted(order) == sorted(each.code for each in wishes)
    mixed = list(wishes)
    lot.shuffle(mixed)
    assert rules.order(seed, mixed) == order


def test_a_weight_is_a_likelihood() -> None:
    """Of one wish with four tickets among two with two, the first place is its in half of all draws."""
    wishes = [Wish("A", 4), Wish("B", 2), Wish("C", 2)]
    first = Counter(rules.order(f"seed{n}", wishes)[0] for n in range(2000))
    assert 900 < first["A"] < 1100 and abs(first["B"] - first["C"]) < 140


def test_weights_are_those_of_the_public_table() -> None:
    assert [rules.weight(return_visit=seen, lost_before=lost) for seen in (False, True) for lost in (0, 1, 3, 9)] == [
        2, 3, 5, 5, 4, 5, 7, 7
    ]


def record(places: int = 2) -> dict[str, Any]:
    seed = "s" * 64
    given = [("A" * 8, False, 0), ("B" * 8, True, 1), ("C" * 8, False, 3), ("D" * 8, False, 0)]
    weights = {code: rules.weight(return_visit=seen, lost_before=lost) for code, seen, lost in given}
    order = rules.order(seed, [Wish(code, weight) for code, weight in weights.items()])
    wishes = [
        {"code": code, "return_visit": seen, "lost_before": lost, "weight": weights[code],
         "place": order.index(code) + 1, "result": "won" if order.index(code) < places else "lost"}
        for code, seen, lost in given
    ]
    return rules.record({"draw": "x", "seed_hash": rules.sha256(seed)}, seed, places, wishes)


def swap(found: dict[str, Any], one: int, other: int, name: str) -> None:
    wishes = found["wishes"]
    wishes[one][name], wishes[other][name] = wishes[other][name], wishes[one][name]


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another seed": lambda found: found.update(seed="t" * 64),
    "another hash": lambda found: found.update(seed_hash="0" * 64),
    "a code of one's own": lambda found: found["wishes"][3].update(code="Z" * 8),
    "places changed": lambda found: swap(found, 0, 3, "place"),
    "results changed": lambda found: swap(found, 0, 3, "result"),
    "one more weight": lambda found: found["wishes"][2].update(weight=7),
    "one left out": lambda found: found["wishes"].pop(),
    "one twice": lambda found: found["wishes"].append(found["wishes"][0]),
    "fewer places": lambda found: found.update(places=1),
    "nonsense": lambda found: found.update(wishes=[{}]),
}


def test_a_record_as_it_should_be() -> None:
    assert rules.faults(json.loads(rules.written(record()))) == []
    assert rules.faults(record(places=4)) == []


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_found(change: str) -> None:
    found = record()
    CHANGES[change](found)
    assert rules.faults(found)


def test_the_program_in_the_document_finds_the_same(tmp_path: Path) -> None:
    """Somebody else's twenty lines, as docs/draws.md prints them."""
    document = Path("docs/draws.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", document, re.DOTALL)
    assert program is not None
    file = tmp_path / "record.json"

    def run() -> int:
        return subprocess.run([sys.executable, "-c", program[1], str(file)], capture_output=True).returncode

    file.write_text(rules.written(record()), encoding="utf-8")
    assert run() == 0
    wrong = record()
    swap(wrong, 0, 3, "place")
    file.write_text(rules.written(wrong), encoding="utf-8")
    assert run() == 1


def test_the_result_is_told_by_a_full_minute() -> None:
    assert rules.result_at(datetime(2027, 3, 1, 7, 1, 30, tzinfo=UTC)) == datetime(2027, 3, 1, 7, 2, tzinfo=UTC)
    assert rules.result_at(datetime(2027, 3, 1, 7, 2, tzinfo=UTC)) == datetime(2027, 3, 1, 7, 3, tzinfo=UTC)
