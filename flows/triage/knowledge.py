"""Reads the table of complaints from its file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from flows.triage.rules import Table, Weights

FILE = Path(__file__).parent / "data" / "complaints.toml"
_GRADES = {"names": 4.0, "usual": 2.0, "also": 1.0, "asks": 3.0}


@cache
def table() -> Table:
    """The table, read once for the process."""
    return compiled(tomllib.loads(FILE.read_text(encoding="utf-8")))


def compiled(written: dict[str, Any]) -> Table:
    """The table of a file's content: `silent`, and a list of words by grade for each subject.

    Raises KeyError for a grade that is none.
    """
    signs: dict[str, Weights] = {word: {} for word in written["silent"].split()}
    asks: set[str] = set()
    for subject, grades in written.items():
        if subject == "silent":
            continue
        for grade, words in grades.items():
            weight = _GRADES[grade]
            for word in words.split():
                heard = signs.setdefault(word, {})
                heard[subject] = max(heard.get(subject, 0.0), weight)
                # Who names a department asks for it and complains of nothing.
                if grade == "asks" or word.endswith("科"):
                    asks.add(word)
    return Table.of(signs, asks)
