"""`daoyi bench` in small: the figures are there and what must not happen does not. Ratios are for quiet machines."""

from __future__ import annotations

import pytest

from bot.bench import callbacks, push, race
from bot.bench.figures import percentile

pytestmark = pytest.mark.mariadb


@pytest.mark.parametrize("scene", sorted(callbacks.SCENES))
async def test_a_turn_beside_a_bare_handler(scene: str) -> None:
    found = await callbacks.run(callbacks.Plan(scene, messages=120, contacts=20, rounds=1))
    assert found["errors"] == 0
    assert found["turn"]["requests"] == 120
    assert found["bare"]["requests"] == 120 * callbacks.BARE_TIMES
    assert found["cpu_ratio"] > 1
    assert found["turn"]["cpu_ms"] > found["bare"]["cpu_ms"] > 0


async def test_a_race_sells_every_slot_once() -> None:
    found = await race.run(rivals=60, slots=7)
    assert (found["booked"], found["refused"], found["oversold"], found["unsold"]) == (7, 53, 0, 0)
    assert found["errors"] == 0
    assert found["bare"]["passed"] == 7


async def test_pushes_arrive_once() -> None:
    found = await push.run(pushes=60)
    assert (found["delivered"], found["lost"], found["twice"]) == (60, 0, 0)
    assert found["per_second_ratio"] > 0


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([1.0], 0.99) == 1.0
    assert percentile([], 0.5) == 0.0
