"""`daoyi bench` in small: the figures are there and what must not happen does not. Ratios are for quiet machines."""

from __future__ import annotations

import os

import pytest

from bot.bench import callbacks, grow, opening, payments, push, race
from bot.bench.figures import percentile

pytestmark = pytest.mark.mariadb


@pytest.mark.parametrize("scene", sorted(callbacks.SCENES))
async def test_a_turn_beside_a_bare_handler(scene: str) -> None:
    cores = os.sched_getaffinity(0)
    found = await callbacks.run(callbacks.Plan(scene, messages=120, contacts=20, rounds=1))
    assert os.sched_getaffinity(0) == cores, "whoever comes after a measurement has all cores again"
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


async def test_an_opening_sells_every_slot_once_and_answers_everybody_truly() -> None:
    found = await opening.run(contacts=60, slots=7, within=1)
    assert (found["booked"], found["oversold"], found["unsold"]) == (7, 0, 0)
    assert (found["lost"], found["untrue"], found["errors"]) == (0, 0, 0)
    assert found["accepted"] + found["refused"] + found["answered_later"] == 60
    assert found["offered_list"] == found["refused"] > 0
    again = found["at_once"]
    assert again["letters"] == found["refused"]
    assert again["accepted"] + again["refused"] + again["answered_later"] == again["letters"]
    assert found["sustained_per_s"] > 0 and found["bare_per_s"] > 0 and found["cpu_ms"] > found["bare_cpu_ms"] > 0


async def test_pushes_arrive_once() -> None:
    found = await push.run(pushes=60)
    assert (found["delivered"], found["lost"], found["twice"]) == (60, 0, 0)
    assert found["per_second_ratio"] > 0


async def test_notices_are_paid_and_a_day_is_held_together() -> None:
    found = await payments.run(notices=40, orders=300)
    assert (found["notices"], found["lost"], found["errors"]) == (50, 0, 0)
    assert found["notices_per_turn"] > 0 and found["cpu_ms"] > 0
    day = found["reconciling"]
    assert (day["orders"], day["planted"], day["found"], day["wrong"]) == (300, 10, 10, 0)
    assert day["peak_mb"] > 0


async def test_a_hospital_grows_old_and_reads_look_at_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grow, "SHARE", 10)
    monkeypatch.setattr(grow, "WARM_UP", 0)
    found = await grow.run(12_000, 1200, rounds=2, days=1, coming=20)
    assert found["appointments"]["young"] == 1200 and found["appointments"]["old"] >= 12_000
    assert found["rows"]["patients_person"] == 1200 and found["rows"]["booking_slot"] > 10_000
    assert all(read["rows"] for read in found["old"].values())
    assert max(found["rows_ratios"].values()) < 1.5, found["rows_ratios"]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([1.0], 0.99) == 1.0
    assert percentile([], 0.5) == 0.0
