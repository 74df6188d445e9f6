"""/desk/directory/: what patients read of departments, clinics and doctors: written, previewed, published by date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.access.rights import Member
from bot.context import Context
from bot.documents import Problem
from bot.errors import Conflict
from bot.web import forms, uploads
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import back, in_tx, is_part, reading, render
from bot.web.pictures import Wanted
from flows.directory import store as directories
from flows.directory.editions import store as editions
from flows.directory.editions.missing import PIECES, missing
from flows.directory.editions.rules import KINDS, Body, of_form, read
from flows.directory.editions.writing import Subject, Writing
from flows.directory.rules import Catalogue

HOME, EXPORT = "/desk/directory/", "directory.export"
PICTURE = Wanted(side=1000)
LIST = Listing(
    "directory",
    (Column("name"), Column("kind"), Column("code", hidden=True), Column("place"), Column("intro", sortable=False),
     Column("missing"), Column("state"), Column("since", "moment"), Column("order", "number", hidden=True)),
    filters=("q", "kind", "state", "missing"), sort="order",
)
STATES = ("own", "shown", "later", "draft")
routes = web.RouteTableDef()


@routes.get(HOME)
@needs("directory.view")
async def listed(request: web.Request) -> web.StreamResponse:
    asked, me, which = LIST.asked(request), request[STAFF], export.asked(request, EXPORT)
    async with reading(request) as context:
        writing, catalogue = Writing(context), await directories.read(context.tx)
        states, subjects = await writing.states(), await writing.subjects(me.range("directory.view"))
        rows = [
            _row(each, states.get((each.kind, each.code), {}), catalogue) | {"order": n}
            for n, each in enumerate(subjects, 1)
        ]
        opened = next((each for each in subjects if _key(each) == asked.open), None)
        beside = await _about(context, request, opened) if opened else None
    counts = Counter([row["kind"] for row in rows])
    counts.update(state for row in rows for state in row["states"])
    counts.update(f"no_{piece}" for row in rows for piece in row["missing"])
    rows = [row for row in rows if _fits(row, asked.filters)]
    if which:
        chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
        return await export.send(request, LIST, asked, [_said(row, context.wording.words) for row in chosen])
    return render(request, "directory/desk/list.html.j2", list=LIST.shown(asked, rows), beside=beside, kinds=KINDS,
                  states=STATES, pieces=PIECES, counts=counts)


@routes.get(HOME + "subject/{kind:[a-z]+}-{code}")
@needs("directory.view")
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        subject = await _subject(request, context, "directory.view")
        return await _page(context, request, subject)


@routes.post(HOME + "subject/{kind:[a-z]+}-{code}")
@needs("directory.edit")
@in_tx
async def save(request: web.Request, context: Context) -> web.StreamResponse:
    """The words of the draft."""
    subject, sent = await _subject(request, context, "directory.edit"), await forms.values(request)
    checked = of_form(subject.kind, sent)
    if checked.problems:
        problem = next(iter(checked.problems.values()))
        return await _page(context, request, subject, problem=problem, body=checked.body, status=422)
    try:
        await Writing(context).save(subject, checked.body, _revision(sent))
    except Conflict:
        problem = Problem("edition_changed")
        return await _page(context, request, subject, problem=problem, body=checked.body, status=409)
    return _back(request, subject)


@routes.post(HOME + "subject/{kind:[a-z]+}-{code}/picture")
@needs("directory.edit")
@uploads.takes("picture", PICTURE)
@in_tx
async def put_picture(request: web.Request, context: Context) -> web.StreamResponse:
    """The picture of the draft, judged by its content and drawn anew; without a file the draft loses its own."""
    subject, sent = await _subject(request, context, "directory.edit"), await forms.values(request)
    kept = uploads.kept(request, "picture")
    if isinstance(kept, Problem) or (kept is None and "remove" not in sent):
        return await _page(context, request, subject, problem=kept or Problem("picture_none"), status=422)
    try:
        await Writing(context).put_picture(subject, kept or "", _revision(sent))
    except Conflict:
        return await _page(context, request, subject, problem=Problem("edition_changed"), status=409)
    return _back(request, subject)


@routes.get(HOME + "pictures/{name}")
@needs("directory.view")
async def picture(request: web.Request) -> web.StreamResponse:
    """Pictures of drafts, too."""
    return await uploads.give(request, request.match_info["name"])


@routes.post(HOME + "subject/{kind:[a-z]+}-{code}/publish")
@needs("directory.publish")
@in_tx
async def publish(request: web.Request, context: Context) -> web.StreamResponse:
    """Now, or from a moment on the hospital's clock."""
    subject, sent = await _subject(request, context, "directory.publish"), await forms.values(request)
    at = _moment(context, sent.get("at", ""))
    if at is None:
        return await _page(context, request, subject, problem=Problem("no_such_day"), status=422)
    try:
        await Writing(context).publish(subject, _revision(sent), at)
    except Conflict:
        return await _page(context, request, subject, problem=Problem("edition_changed"), status=409)
    return _back(request, subject)


@routes.post(HOME + "subject/{kind:[a-z]+}-{code}/withdraw/{edition}")
@needs("directory.publish")
@in_tx
async def withdraw(request: web.Request, context: Context) -> web.StreamResponse:
    subject = await _subject(request, context, "directory.publish")
    await Writing(context).withdraw(subject, request.match_info["edition"])
    return _back(request, subject)


async def drafts(context: Context, member: Member) -> int:
    """Drafts within reach that wait to be published."""
    writing = Writing(context)
    written = {key for key, state in (await writing.states()).items() if state["draft"]}
    if not written or not member.may("directory.view"):
        return 0
    return len([each for each in await writing.subjects(member.range("directory.publish"))
                if (each.kind, each.code) in written])


def _row(subject: Subject, state: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """``states``: all that holds; ``state`` and ``since`` what counts most for who writes."""
    kind, code = subject.kind, subject.code
    entry = getattr(catalogue, kind).get(code, subject.own)
    found = [name for name in ("draft", "later", "shown") if state.get(name)] or ["own"]
    place = "、".join(dict.fromkeys(catalogue.department_name(each) for each, _ in subject.places))
    return {
        "key": _key(subject), "id": _key(subject), "name": _named(subject, catalogue), "kind": kind,
        "code": code, "place": "" if kind == "department" else place, "intro": entry.intro,
        "missing": missing(kind, entry, catalogue.written.get((kind, code))), "state": found[0], "states": found,
        "since": state.get(found[0]),
    }


def _said(row: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the file, with words in the place of slugs."""
    pieces = [words["directory_pieces"][each] for each in row["missing"]]
    return {**row, "kind": words["directory_kinds"][row["kind"]], "state": words["directory_states"][row["state"]],
            "missing": pieces}


def _named(subject: Subject, catalogue: Catalogue) -> str:
    """With the site where two have one of the same name."""
    site = {"department": catalogue.department_name, "clinic": catalogue.clinic_name}.get(subject.kind)
    return (site(subject.code) if site else "") or subject.name


def _fits(row: dict[str, Any], filters: Any) -> bool:
    if filters["kind"] and row["kind"] != filters["kind"]:
        return False
    if filters["state"] and filters["state"] not in row["states"]:
        return False
    if filters["missing"] and filters["missing"] not in row["missing"]:
        return False
    return filters["q"].casefold() in f"{row['name']} {row['code']} {row['place']}".casefold()


async def _subject(request: web.Request, context: Context, right: str) -> Subject:
    """The one in the address, where it lies within reach."""
    kind, code = request.match_info["kind"], request.match_info["code"]
    return await Writing(context).subject(kind, code, request[STAFF].range(right))


async def _about(context: Context, request: web.Request, subject: Subject) -> dict[str, Any]:
    """What the page about a subject shows."""
    writing, me = Writing(context), request[STAFF]
    rows = await writing.editions(subject)
    draft = next((row for row in rows if row.state == editions.DRAFT), None)
    begun = [row for row in rows if row.state == editions.PUBLISHED and row.shown_from <= context.now]
    shown = max(begun, key=lambda row: (row.shown_from, row.id), default=None)
    source = draft or shown
    return {
        "subject": subject, "name": _named(subject, await directories.read(context.tx, editions=False)),
        "key": _key(subject), "own": subject.own, "draft": draft, "shown": shown,
        "body": read(source.body) if source else Body(), "picture": (source.picture or "") if source else "",
        "revision": draft.revision if draft else 0, "rows": [row for row in rows if row is not draft],
        "now": context.now,
        "editable": me.may("directory.edit") and _reaches(me.range("directory.edit"), subject),
        "publishable": me.may("directory.publish") and _reaches(me.range("directory.publish"), subject),
    }


def _reaches(reach: Any, subject: Subject) -> bool:
    return reach.everything or any(reach.covers(department=each, clinic=clinic) for each, clinic in subject.places)


async def _page(
    context: Context, request: web.Request, subject: Subject, *, problem: Problem | None = None,
    body: Body | None = None, status: int = 200,
) -> web.Response:
    about = await _about(context, request, subject)
    if body is not None:
        about["body"] = body
    template = "directory/desk/beside.html.j2" if is_part(request) else "directory/desk/page.html.j2"
    return render(request, template, beside=about, problem=problem, status=status)


def _back(request: web.Request, subject: Subject) -> web.StreamResponse:
    return back(request, HOME, open=_key(subject))


def _key(subject: Subject) -> str:
    return f"{subject.kind}-{subject.code}"


def _revision(sent: Any) -> int:
    number = forms.whole(sent.get("revision", ""))
    return -1 if number is None else number


def _moment(context: Context, text: str) -> datetime | None:
    """The hospital's wall clock as the browser sends it; now where nothing was chosen."""
    if not text.strip():
        return context.now
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if local.tzinfo else context.clock.moment(local.date(), local.time())
