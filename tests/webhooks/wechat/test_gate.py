"""The gate of an account in a rush: what hundreds are told is put together once, and sealed for each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bot.said import MOMENT_S
from bot.talk.messages import Message
from tests.webhooks.wechat.caller import Caller, account, fixture
from webhooks.wechat import gate
from webhooks.wechat.gate import Gate, Letter

SAID = (Message("号源已约满", ((1, "候补"),)),)


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What was put together."""
    seen: list[object] = []
    compose = gate.compose

    def counted(messages, **how):
        seen.append(messages)
        return compose(messages, **how)

    monkeypatch.setattr(gate, "compose", counted)
    yield seen


def opened(at: Gate) -> Letter:
    query, body = Caller().sealed(fixture("text__plain"))
    return at.open(query, body, time.time())


def test_the_same_words_are_put_together_once_and_sealed_for_each(composed: list[object]) -> None:
    at, now = Gate("main", account()), time.time()
    letter = opened(at)
    bodies = [at.answer(letter, SAID, now)[0] for _ in range(3)]
    assert len(composed) == 1 and len(set(bodies)) == 3
    assert len({Caller().read(body)["Content"] for body in bodies}) == 1


def test_other_words_and_long_ones_are_put_together_anew(
    composed: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    at, now = Gate("main", account()), time.time()
    letter = opened(at)
    long = (Message("号" * 1500),)
    assert at.answer(letter, SAID, now)[0] != at.answer(letter, (Message("好"),), now)[0]
    assert [len(at.answer(letter, long, now)[1]) for _ in range(2)] == [2, 2] and len(composed) == 4
    monkeypatch.setattr("bot.said.time.time", lambda: now + 10 * MOMENT_S)
    at.answer(letter, SAID, now)
    assert len(composed) == 5
