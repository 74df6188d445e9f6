"""The picture of a flow shows each step, what it asks and what leads where; `check` tells when it is old."""

from __future__ import annotations

from pathlib import Path

from bot.check import drawing
from tests.bot.check import project as tea

MORE = '''
    async def poured(self):
        if self.text == "again":
            return await self.refill()
        if self.text == "later":
            return Go(self.start, say="hot")
        return Await("leaf", event="paid", key=1, then=self.thanked, minutes=5, expired=self.start)

    async def thanked(self):
        return Done("enjoy")

    async def refill(self):
        return Call("tea", then=self.thanked)
'''


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_steps_answers_time_and_ends_are_drawn(tmp_path: Path) -> None:
    flow = tea.FLOW[: tea.FLOW.index("    async def poured")] + MORE
    made = tea.make(tmp_path, {"flows/tea/flow.py": flow})
    page = drawing.page(made, made.areas[0], made.areas[0].flows[0])
    assert "Begun by: 喝茶." in page
    assert lines(page)[lines(page).index("flowchart TD") + 1 : -1] == [
        'start["start<br/>? leaf"]',
        'poured["poured<br/>? leaf"]',
        "thanked(thanked)",
        "refill(refill)",
        "start --> poured",
        'poured -->|"hot"| start',
        "poured --> thanked",
        'poured -.->|"time is over"| start',
        "poured --> refill",
        'refill -->|"after tea"| thanked',
        'thanked --> end1(["enjoy"])',
    ]


def test_an_old_or_missing_drawing_is_found_and_drawn_anew(tmp_path: Path) -> None:
    made = tea.make(tmp_path)
    assert [str(each) for each in drawing.check(made)] == [
        "docs/flows/tea.md: tea: has no drawing; run: daoyi check --draw"
    ]
    (path,) = drawing.draw(made)
    assert list(drawing.check(made)) == []
    assert drawing.draw(made) == []
    path.write_text(path.read_text().replace("poured", "spilt"))
    assert [each.problem for each in drawing.check(made)] == ["its drawing is old; run: daoyi check --draw"]
    gone = path.with_name("gone.md")
    gone.touch()
    assert set(drawing.draw(made)) == {path, gone}
    assert not gone.exists()
