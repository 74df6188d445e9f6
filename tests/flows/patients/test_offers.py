"""What counts as an offer to help family, and what is booking, asking or something else."""

from __future__ import annotations

import pytest

from flows.patients.flow_assist import reads
from tests.support.world import World


@pytest.mark.parametrize(
    ("text", "code"),
    [("帮忙", ""), ("帮家人", ""), ("家人帮忙。", ""), ("我来帮忙", ""), ("替家人办", ""), ("帮忙 482913", "482913"),
     ("帮忙码：482 913", "482913"), ("帮家人４８２９１３", "482913"), ("帮忙码是482913", "482913"),
     ("帮忙 482-913", "482913")],
)
async def test_offers(world: World, text: str, code: str) -> None:
    async with world.context() as context:
        assert await reads(context, text) == ("assist", code)


@pytest.mark.parametrize(
    "text",
    ["帮家人挂号", "帮忙挂个号", "能帮忙看看吗", "请家人帮忙", "帮忙 48291", "帮忙 4829133", "482913",
     "家人", "麻烦帮忙查报告"],
)
async def test_other_things(world: World, text: str) -> None:
    async with world.context() as context:
        assert await reads(context, text) is None


@pytest.mark.parametrize(
    ("text", "flow"), [("我想请家人帮忙挂号", "handover"), ("帮忙码", "assist"), ("家人", "people")]
)
def test_words_inside(world: World, text: str, flow: str) -> None:
    assert world.areas is not None and world.areas.word_in(text) == flow


def test_registering_family_for_booking_is_no_offer(world: World) -> None:
    assert world.areas is not None
    assert world.areas.word_in("帮爸爸挂号") == "booking"
