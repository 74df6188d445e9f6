"""What a macro of a plain template says is escaped by the page that says it, and left alone in a message."""

from __future__ import annotations

from pathlib import Path

from bot.wording import Wording
from tests.bot.test_wording import made

PAGE = (
    '{% import "say.j2" as say %}{% import "pieces.html.j2" as piece %}'
    "{{ say.who(name) }} {{ piece.line(name) }} {{ [say.who(name), 'b']|join(' · ') }} "
    "{% call piece.around() %}<u>{{ say.who(name) }}</u>{% endcall %}"
)


def test_a_name_with_markup_stays_text_whatever_macro_says_it(tmp_path: Path) -> None:
    folder = made(tmp_path, say="{% macro who(name) %}{{ name }}医生{% endmacro %}")
    (folder / "pieces.html.j2").write_text(
        '{% import "say.j2" as say %}{% macro line(name) %}<b>{{ say.who(name) }}</b>{% endmacro %}'
        "{% macro around() %}<i>{{ caller() }}</i>{% endmacro %}", encoding="utf-8",
    )
    (folder / "page.html.j2").write_text(PAGE, encoding="utf-8")
    made(folder, chat='{% import "say.j2" as say %}{{ say.who(name) }}')
    wording = Wording(folder)
    safe = "&lt;王&gt;医生"
    assert wording.render("page.html.j2", name="<王>") == f"{safe} <b>{safe}</b> {safe} · b <i><u>{safe}</u></i>"
    assert wording.render("chat", name="<王>") == "<王>医生"
