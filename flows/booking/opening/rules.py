"""The draw: its weights, its order, its public record, and how that is checked. Pure, and all of it public.

From the seed and the list of wishes everybody finds the same order:

- ``list`` is the SHA-256, in hex, of the lines ``code weight`` of all wishes, sorted, each ended by a line feed;
- a wish of weight w has w tickets; ticket n (1 to w) is the SHA-256, in hex, of ``seed:list:code:n``;
- a wish stands where its smallest ticket stands among the smallest tickets of all wishes, the smallest first.

So a wish of weight 4 is twice as likely as one of weight 2 to be the next, as with 4 and 2 balls in an urn. The seed's
own SHA-256 is published before anybody can wish, so that the seed cannot be chosen afterwards; the list goes into every
ticket, so that no code can be made to win without knowing all others.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

BASE, RETURN_VISIT, LOST_BEFORE, LOST_MOST = 2, 2, 1, 3
WEIGHTS = {"base": BASE, "return_visit": RETURN_VISIT, "lost_before": LOST_BEFORE, "lost_most": LOST_MOST}
"""The public table: everybody has the base, a return visit adds, each draw for this doctor that was lost since the last
one that was won adds, up to so many."""
RETURN_WITHIN = timedelta(days=180)
LOST_WITHIN = timedelta(days=90)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Wish:
    """As it stands on the public list; its owner alone knows whose it is."""

    code: str
    weight: int


def weight(*, return_visit: bool, lost_before: int) -> int:
    return BASE + RETURN_VISIT * return_visit + LOST_BEFORE * min(lost_before, LOST_MOST)


def new_code() -> str:
    """Eight characters that are told apart when read aloud: 40 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def new_seed() -> str:
    return secrets.token_hex(32)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest(wishes: Iterable[Wish]) -> str:
    return sha256("".join(sorted(f"{each.code} {each.weight}\n" for each in wishes)))


def order(seed: str, wishes: Sequence[Wish]) -> list[str]:
    """The codes in the order that is drawn."""
    listed = digest(wishes)

    def first(wish: Wish) -> str:
        return min(sha256(f"{seed}:{listed}:{wish.code}:{n}") for n in range(1, wish.weight + 1))

    return [each.code for each in sorted(wishes, key=first)]


def result_at(closes: datetime) -> datetime:
    """The full minute by which everybody is told."""
    return datetime.fromtimestamp(math.ceil((closes.timestamp() + 10) / 60) * 60, closes.tzinfo)


# --- the public record -----------------------------------------------------------------------------------------------


def record(about: Mapping[str, Any], seed: str, places: int, wishes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is published after a draw. `wishes` have code, return_visit, lost_before, weight, place, result."""
    return {
        "version": 1,
        **about,
        "weights": WEIGHTS,
        "seed": seed,
        "places": places,
        "list": digest([Wish(each["code"], each["weight"]) for each in wishes]),
        "wishes": sorted((dict(each) for each in wishes), key=lambda each: each["place"]),
    }


def faults(found: Mapping[str, Any]) -> list[str]:
    """What is wrong with a record; nothing where anybody would have drawn the same."""
    try:
        wishes = [Wish(str(each["code"]), int(each["weight"])) for each in found["wishes"]]
        return _faults(found, wishes)
    except (KeyError, TypeError, ValueError) as error:
        return [f"not a record of a draw: {type(error).__name__} {error}"]


def _faults(found: Mapping[str, Any], wishes: Sequence[Wish]) -> list[str]:
    wrong = []
    if sha256(found["seed"]) != found["seed_hash"]:
        wrong.append("the seed is not the one whose hash was published before")
    codes = [each.code for each in wishes]
    if len(set(codes)) != len(codes):
        wrong.append("a code stands twice")
    if digest(wishes) != found["list"]:
        wrong.append("the list is not the one that was drawn from")
    for each in found["wishes"]:
        due = weight(return_visit=bool(each["return_visit"]), lost_before=int(each["lost_before"]))
        if due != each["weight"]:
            wrong.append(f"{each['code']} has weight {each['weight']}, by the table {due}")
    by_place = [each["code"] for each in sorted(found["wishes"], key=lambda each: each["place"])]
    if order(found["seed"], wishes) != by_place:
        wrong.append("the order is not the one that the seed gives")
    results = [each["result"] for each in sorted(found["wishes"], key=lambda each: each["place"])]
    counted = [result for result in results if result in ("won", "lost")]
    if counted != sorted(counted, reverse=True):
        wrong.append("somebody won behind somebody who lost")
    if "lost" in counted and counted.count("won") != found["places"]:
        wrong.append(f"{counted.count('won')} won, with {found['places']} places")
    return wrong


def written(found: Mapping[str, Any]) -> str:
    """The record as a file."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
