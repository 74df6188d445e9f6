"""Plays all transcripts: on both databases, and with every message delivered twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.db.engine import Database
from tests.support.player import Player
from tests.support.world import World


class Middling(random.Random):
    """A lot that always falls in the middle: a transcript cannot say "perhaps"."""

    def random(self) -> float:
        return 0.5


@pytest.fixture(autouse=True)
def middling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.booking.waiting.passing._lot", Middling())


@pytest.mark.parametrize("delivery", ["once", "twice"])
async def test_transcript(database: Database, transcript: Path, delivery: str, update: bool) -> None:
    twice = delivery == "twice"
    await Player(World(database), transcript, twice=twice, update=update and not twice).play()
