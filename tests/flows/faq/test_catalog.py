"""Our questions as they are written, and a hospital's own over them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from bot.db.engine import Database
from bot.wording import OURS
from flows.faq import catalog
from flows.faq.keywords import KEYWORDS
from flows.faq.rules import Question
from flows.faq.service import FaqService
from integrations.insurance.port import Insurer
from integrations.paying.port import PayChannels
from tests.flows.payment.phone import Counters
from tests.flows.payment.till import Tills
from tests.support import world as worlds
from tests.support.world import World

OWN = """
title = "怎么来"
order = 0

[[question]]
id = "parking"
title = "停车"
words = "停车 停车场"
answer = "本院没有停车场。"

[[question]]
id = "ferry"
title = "坐船来"
words = "坐船 码头"
answer = "{{ phone_desk }} & {{ nothing_of_the_kind }}"

[[question]]
id = "blood"
off = true
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "faq" / "questions"
    folder.mkdir(parents=True)
    (folder / "way.toml").write_text(OWN, encoding="utf-8")
    (folder / "broken.toml").write_text("[[question]]\nid = 'x'\n", encoding="utf-8")
    return tmp_path


def test_every_question_has_a_name_of_its_own_and_words_of_its_own() -> None:
    questions = catalog.read(OURS).questions
    assert len(questions) >= 45
    assert len({each.id for each in questions}) == len(questions)
    words = [word for each in questions for word in each.words]
    assert len(set(words)) == len(words)


def test_every_phrase_finds_its_own_question() -> None:
    index = catalog.index()
    wrong = {}
    for each in index.questions.values():
        for word in each.words:
            found = [match.question.id for match in index.ask(word)]
            if each.id not in found:
                wrong[word] = found
    assert wrong == {}


def test_every_keyword_has_a_question() -> None:
    index = catalog.index()
    for word, question in KEYWORDS.items():
        assert question in index.questions
        assert index.ask(word), word


def test_a_hospitals_own_replaces_adds_and_takes_away(own: Path) -> None:
    index = catalog.index(own)
    assert index.questions["parking"].answer == "本院没有停车场。"
    assert index.ask("码头")[0].question.id == "ferry"
    assert "blood" not in index.questions and "volunteer" in index.questions
    assert index.groups[0].title == "怎么来"


def test_a_slip_in_ours_is_a_fault() -> None:
    with pytest.raises(KeyError):
        catalog.Shelf().put("way", {"question": [{"id": "x", "title": "x"}]})


async def test_every_answer_is_short_and_whole(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    async with world.context() as context:
        service = FaqService(context)
        for question in service.index.questions.values():
            lines = (await service.answer(question)).splitlines()
            assert 1 <= len(lines) <= 5, question.id
            assert not any("{" in line or "！" in line or "你" in line for line in lines), question.id


async def test_the_insurance_is_promised_on_the_phone_where_it_can_be_asked(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    async with world.context() as context:
        service = FaqService(context)
        question = service.index.questions["insurance"]
        assert "还没有开通" in await service.answer(question)
        world.ports.put(Insurer, cast(Insurer, object()))
        answer = await service.answer(question)
    assert "手机上用医保付：点开要缴的单子" in answer and "还没有开通" not in answer


async def test_ways_to_pay_are_those_that_are_set_up(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    async with world.context("a") as context:
        service = FaqService(context)
        question = service.index.questions["pay"]
        assert "手机缴费还没有开通，请到收费窗口" in await service.answer(question)
        world.ports.put(PayChannels, cast(PayChannels, Counters(sqlite_database)))
        assert "用微信支付、支付宝、就诊卡余额付" in await service.answer(question)
        world.ports.put(PayChannels, cast(PayChannels, Tills()))
        assert "还没有开通" in await service.answer(question)


async def test_a_slip_in_a_hospitals_answer_gives_ours_or_none(sqlite_database: Database, own: Path) -> None:
    world = World(sqlite_database, settings=worlds.test_settings(templates_override=own))
    async with world.context() as context:
        service = FaqService(context)
        assert await service.answer(service.index.questions["parking"]) == "本院没有停车场。"
        assert await service.answer(service.index.questions["ferry"]) == ""
        broken = Question("parking", "way", "停车", (), "{{ nothing_of_the_kind }}")
        assert "停车场" in await service.answer(broken)


async def test_a_question_that_cannot_be_answered_is_said_so(sqlite_database: Database, own: Path) -> None:
    world = World(sqlite_database, settings=worlds.test_settings(templates_override=own))
    answer = await world.said("a", "码头")
    assert "坐船来" in answer.messages[0].text
