"""What was said a moment ago is said again, as long as it would be put together the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot.said import MOMENT_S, MOST
from bot.wording import OURS, Wording

SATURDAY = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture
def travel() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(SATURDAY, tick=False) as travelling:
        yield travelling


class Shelf:
    """A wording of one template, and how often that was put together."""

    def __init__(self, folder: Path, text: str, **how: Any) -> None:
        path = folder / "a" / "chat" / "one.j2"
        path.parent.mkdir(parents=True)
        path.write_text("{% import 'a/m.j2' as m %}{{ m.x() }}" + text, encoding="utf-8")
        (folder / "a" / "m.j2").write_text("{% macro x() %}{{ counted() }}{% endmacro %}", encoding="utf-8")
        (folder / "a" / "two.j2").write_text("{{ two }}", encoding="utf-8")
        shutil.copytree(OURS / "common", folder / "common")
        self.wording = Wording(folder, **how)
        self.times = 0
        self.wording.environment.globals["counted"] = self._count

    def _count(self) -> str:
        self.times += 1
        return ""

    def say(self, **facts: Any) -> str:
        return self.wording.render("a/chat/one", **facts)


def test_the_same_is_put_together_once_in_half_a_second(tmp_path: Path, travel: time_machine.Coordinates) -> None:
    shelf = Shelf(tmp_path, "{{ name }} {{ day|day }}")
    for _ in range(3):
        assert shelf.say(name="王静", day="2026-11-22", unused=[1]) == "王静 明天(11月22日 周日)"
    assert shelf.times == 1
    assert shelf.say(name="李明", day="2026-11-22") == "李明 明天(11月22日 周日)" and shelf.times == 2
    travel.shift(MOMENT_S)
    shelf.say(name="王静", day="2026-11-22")
    assert shelf.times == 3


def test_tomorrow_it_is_today(tmp_path: Path, travel: time_machine.Coordinates) -> None:
    shelf = Shelf(tmp_path, "{{ day|day }}")
    for days, said in ((0, "明天"), (1, "今天"), (0, "明天")):
        travel.move_to(SATURDAY + timedelta(days=days))
        assert shelf.say(day="2026-11-22").startswith(said)


@pytest.mark.usefixtures("travel")
def test_what_is_equal_and_said_differently_is_kept_apart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "{{ fact }}")
    assert [shelf.say(fact=fact) for fact in (1, True, 1.0)] == ["1", "True", "1.0"]


@pytest.mark.usefixtures("travel")
def test_a_fact_that_may_change_is_looked_at_each_time(tmp_path: Path) -> None:
    shelf, names = Shelf(tmp_path, "{{ names|join }}"), ["a"]
    assert shelf.say(names=names) == "a"
    names.append("b")
    assert shelf.say(names=names) == "ab" and shelf.times == 2


@pytest.mark.usefixtures("travel")
def test_what_is_there_and_what_is_not_are_told_apart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "{{ some if some is defined else 'nobody' }}")
    assert [shelf.say(), shelf.say(some=""), shelf.say()] == ["nobody", "", "nobody"]


@pytest.mark.usefixtures("travel")
def test_a_fact_in_the_place_of_what_every_template_has_counts(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "{{ hospital }}", always={"hospital": "市一院"})
    assert [shelf.say(), shelf.say(hospital="另一院"), shelf.say()] == ["市一院", "另一院", "市一院"]


@pytest.mark.usefixtures("travel")
def test_a_template_that_a_fact_names_is_not_foreseen(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "{% include 'a/' ~ part %}")
    assert [shelf.say(part="two.j2", two=two) for two in ("1", "2")] == ["1", "2"]
    assert shelf.wording.uses("a/chat/one") == {"part"}


@pytest.mark.usefixtures("travel")
def test_nothing_is_remembered_while_templates_are_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "x", debug=True)
    assert (shelf.say(), shelf.say(), shelf.times) == ("x", "x", 2)


@pytest.mark.usefixtures("travel")
def test_memory_stays_small(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "{{ n }}")
    for n in range(MOST + 5):
        assert shelf.say(n=n) == str(n)
    assert len(shelf.wording._said._texts) == MOST
