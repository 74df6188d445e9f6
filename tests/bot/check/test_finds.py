"""Each kind of misfit is found; a project without any gives nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.check import drawing, everything
from bot.check.project import Route
from bot.web.access import public
from bot.web.desk.guard import needs
from tests.bot.check import project as tea

FLOW = "flows/tea/flow.py"


def found(root: Path, *args: Any, **kwargs: Any) -> list[str]:
    made = tea.make(root, *args, **kwargs)
    drawing.draw(made)
    return [str(finding) for finding in everything.check(made)]


def test_a_project_in_which_everything_fits_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("what", "by", "finding"),
    [
        pytest.param('Choose("leaf"', 'Choose("brew"', "flow.py:16: tea/chat/brew: has no template", id="prompt"),
        pytest.param('Done("enjoy")', 'Done(prompt="enjoi")', "flow.py:20: tea/chat/enjoi: has no template", id="done"),
        pytest.param('self.say("hot"', 'self.say("warm"', "flow.py:19: tea/chat/warm: has no template", id="say"),
        pytest.param('Done("enjoy")', 'Go(self.start, say="hm")', "tea/chat/hm: has no template", id="go-say"),
        pytest.param('Done("enjoy")', 'Call("tea", self.start, "hm")', "tea/chat/hm: has no template", id="call-say"),
        pytest.param('Done("enjoy")', 'Done("a" if self.text else "b")', "tea/chat/b: has no template", id="either"),
        pytest.param('Done("enjoy")', 'Done(f"enjoy_{self.text}")', "tea/chat/enjoy_…: has no template", id="pattern"),
        pytest.param('Done("enjoy")', 'Ask("a", "leaf", self.start, "taste")', "has check=taste, and", id="check"),
        pytest.param("then=self.poured", "then=self.pored", "tea.start: its Choose has then=self.pored", id="then"),
        pytest.param("then=self.poured", "then=self._step('pored')", "has then=self.pored, which is no", id="named"),
        pytest.param("facts=", "expired=self.gone, facts=", "has expired=self.gone, which is no step", id="expired"),
        pytest.param("facts=", "back=self.gone, facts=", "has back=self.gone, which is no step", id="back"),
        pytest.param("facts=", "other=self._gone, facts=", "has other=self._gone, which is no step", id="other"),
        pytest.param('save="leaf"', 'save="lief"', "saves lief, which is no field of Tea.Data", id="save"),
        pytest.param('Done("enjoy")', 'Call("coffee", self.start)', "calls the flow coffee, which is", id="call"),
        pytest.param("async def start", "async def begin", "flow.py:8: tea: has no step start", id="start"),
        pytest.param('{"price": 3}', '{"prize": 3}', "needs the fact price, which is not given", id="facts"),
        pytest.param("degrees=80", "degree=80", "needs the fact degrees, which is not given", id="say-facts"),
        pytest.param("leaf: str", "leav: str", "needs the fact leaf, which is not given", id="data"),
        pytest.param('("喝茶",)', '("喝茶", "退出")', "its word 退出 means cancel everywhere", id="control-word"),
        pytest.param('("喝茶",)', '("喝茶", "喝茶！")', "its word 喝茶！ can never be heard", id="unheard"),
        pytest.param('("喝茶",)', '("喝茶", "喝茶")', "its word 喝茶 is there twice", id="twice"),
        pytest.param('name="tea"', 'name="tea", scenes=("flow",)', "its scene flow is the house's own", id="scene"),
    ],
)
def test_a_slip_in_a_flow_is_found(tmp_path: Path, what: str, by: str, finding: str) -> None:
    findings = found(tmp_path, replace=(FLOW, what, by))
    assert any(finding in line for line in findings), findings


def test_two_flows_cannot_have_one_word(tmp_path: Path) -> None:
    other = tea.FLOW.replace("class Tea", "class Green").replace('name="tea"', 'name="green"')
    findings = found(tmp_path, {"flows/tea/flow_green.py": other})
    assert any("green: its word 喝茶 is already that of Tea" in line for line in findings), findings


def test_two_flows_cannot_have_one_name(tmp_path: Path) -> None:
    other = tea.FLOW.replace("class Tea", "class Green").replace("喝茶", "绿茶")
    findings = found(tmp_path, {"flows/tea/flow_green.py": other})
    assert any("its name tea is already that of Tea" in line for line in findings), findings


@pytest.mark.parametrize("kind", ["chat", "push", "sms", "h5", "desk"])
def test_a_template_without_use_is_found(tmp_path: Path, kind: str) -> None:
    assert found(tmp_path, {f"templates/tea/{kind}/left_over.j2": ""}) == [
        f"templates/tea/{kind}/left_over.j2: tea/{kind}/left_over: is not used"
    ]


def test_a_template_that_is_only_named_in_words_is_used(tmp_path: Path) -> None:
    service = tea.SERVICE + '\nNAMES = {"x": "left_over"}\nPAGE = "tea/h5/menu.html.j2"\nLABEL = f"label_{1 + 1}"\n'
    files = ("chat/left_over.j2", "h5/menu.html.j2", "chat/label_2.j2")
    assert found(tmp_path, {"flows/tea/service.py": service, **{f"templates/tea/{file}": "" for file in files}}) == []


@pytest.mark.parametrize(
    ("missing", "finding"),
    [
        ("templates/tea/chat/spilt.j2", "flows/tea/service.py:8: tea/chat/spilt: has no template"),
        ("templates/tea/sms/ready.j2", "jobs/tea.py:3: tea/sms/ready: has no template"),
        ("templates/tea/push/drunk.j2", "flows/tea/pushes.py: tea/push/drunk: has no template"),
        ("templates/tea/chat/cheers.j2",
         "templates/tea/chat/enjoy.j2: tea/chat/cheers.j2: is referred to and not there"),
        ("flows/tea/README.md", "flows/tea/README.md: tea: is missing"),
        ("flows/tea/area.py", "flows/tea/area.py: tea: is missing"),
    ],
)
def test_what_is_missing_is_found(tmp_path: Path, missing: str, finding: str) -> None:
    assert finding in found(tmp_path, {missing: None})


@pytest.mark.parametrize(
    ("extra", "finding"),
    [
        ({"templates/tea/chat/hot.j2": "{% if %}"}, "templates/tea/chat/hot.j2: tea/chat/hot.j2: line 1"),
        ({"flows/mud/__init__.py": ""}, "flows/mud: mud: is in no list"),
        ({"templates/mud/chat/x.j2": ""}, "templates/mud: mud: is the folder of no area"),
        ({"jobs/mud.py": ""}, "jobs/mud.py: mud: are the jobs of no area"),
        ({"flows/tea/store.py": 'x = table("cup", key())'}, "cup: is a table whose name does not begin with tea_"),
        ({"flows/tea/service.py": tea.SERVICE + 'render("tea/chat/nope")'}, "py:9: tea/chat/nope: has no template"),
        ({"flows/tea/service.py": tea.SERVICE + 'w.render("tea/chat/hot", leaf=1)'}, "needs the fact degrees"),
        ({"bot/talk/understand/a.py": 'Checked(problem="odd")'}, "common/chat/problem_odd: has no template"),
        ({"docs/flows/mud.md": ""}, "docs/flows/mud.md: mud: is the drawing of no flow"),
    ],
)
def test_what_does_not_belong_is_found(tmp_path: Path, extra: dict[str, str | None], finding: str) -> None:
    made = tea.make(tmp_path, extra)
    findings = [str(each) for each in everything.check(made)]
    assert any(finding in line for line in findings), findings


def test_tests_and_templates_of_an_area_have_their_folders(tmp_path: Path) -> None:
    left_out = {name: None for name in tea.FILES if name.startswith(("templates/tea", "tests/flows/tea"))}
    findings = found(tmp_path, {**left_out, "tests/__init__.py": ""})
    assert "tests/flows/tea: tea: is missing" in findings
    assert any(line.startswith("templates/tea: tea: is missing") for line in findings)


def test_jobs_that_nobody_registered_are_found(tmp_path: Path) -> None:
    assert found(tmp_path, jobs=()) == ["jobs/tea.py: tea: is not registered in jobs/registry.py"]


def test_a_topic_without_a_handler_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, topics=()) == [
        "flows/tea/service.py:4: tea.pour: is put into the outbox, and no job carries it out"
    ]


def test_a_topic_that_is_a_constant_of_another_file_is_followed(tmp_path: Path) -> None:
    words = "from flows.tea.words import POUR as P\n\ndef go(tx):\n    tx.put(P, {})\n"
    findings = found(tmp_path, {"flows/tea/words.py": 'POUR = "tea.boil"', "flows/tea/more.py": words})
    assert findings == ["flows/tea/more.py:4: tea.boil: is put into the outbox, and no job carries it out"]


def test_a_handler_without_use_is_found(tmp_path: Path) -> None:
    findings = found(tmp_path, topics=("tea.pour", "tea.boil"))
    assert findings == ["jobs/tea.py:1: tea.boil: is carried out by a job, and nobody puts it into the outbox"]


def test_a_route_without_a_marker_is_found(tmp_path: Path) -> None:
    findings = found(tmp_path, routes=[Route("GET", "/h5/tea/menu", tea.handler(None), "tea")])
    assert any("GET /h5/tea/menu: says not who may come" in line for line in findings)


def test_a_route_under_another_areas_prefix_is_found(tmp_path: Path) -> None:
    findings = found(tmp_path, routes=[Route("GET", "/h5/tease/menu", tea.handler(), "tea")])
    assert any("GET /h5/tease/menu: stands outside of" in line for line in findings)


def test_the_houses_own_routes_stand_where_they_like(tmp_path: Path) -> None:
    assert found(tmp_path, routes=[Route("GET", "/healthz", tea.handler())]) == []


def test_a_right_that_nobody_declared_is_found(tmp_path: Path) -> None:
    findings = found(tmp_path, routes=[Route("GET", "/desk/tea", tea.handler(needs("tea.serve")), "tea")])
    assert any("needs the right tea.serve, which no area has among its permits" in line for line in findings)


def test_a_right_that_is_declared_and_used_fits(tmp_path: Path) -> None:
    routes = [Route("GET", "/desk/tea", tea.handler(needs("tea.serve")), "tea")]
    assert found(tmp_path, routes=routes, permits=("tea.serve",)) == []


def test_a_right_that_nothing_asks_for_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, permits=("tea.serve",)) == ["flows/tea/area.py: tea.serve: is a right that nothing asks for"]


def test_rights_and_pushes_begin_with_their_area(tmp_path: Path) -> None:
    findings = found(tmp_path, permits=("mud.serve",), pushes=("mud.drunk",))
    assert any("mud.serve: is a right that does not begin with tea." in line for line in findings)
    assert any("mud.drunk: is a push that does not begin with tea." in line for line in findings)


def test_a_page_of_the_desk_that_anybody_may_open_is_found(tmp_path: Path) -> None:
    findings = found(tmp_path, routes=[Route("GET", "/desk/tea", tea.handler(public), "tea")])
    assert any("is a page of the desk that asks for no right" in line for line in findings)
