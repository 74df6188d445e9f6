"""/desk/staff/: the list of staff, one member, and the departments they work in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.access import passwords
from bot.access.office import Office, Profile
from bot.access.people import store as people
from bot.access.refusals import BadLogin, DoctorTaken, LastAdministrator, LoginTaken
from bot.access.rights import Places, Range
from bot.access.roles import store as role_store
from bot.access.visits import store as visits
from bot.context import Context
from bot.db.transaction import Transaction
from bot.documents import Problem
from bot.errors import Conflict, NotAllowed
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import BOOK, STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import back, context_of, in_tx, is_part, reading, render
from bot.web.keys import DATABASE, SETTINGS, WORDING
from flows.staff import rules
from flows.staff.finding import fits, place_called
from flows.staff.service import Colleague, StaffService, department_of

routes = web.RouteTableDef()
LIST = Listing(
    "staff",
    (Column("login"), Column("name"), Column("number"), Column("roles"), Column("places"), Column("factor"),
     Column("signed_in", "moment"), Column("state"), Column("created", "moment", hidden=True)),
    filters=("q", "state", "role", "place"), sort="login",
)
DEPARTMENTS = Listing(
    "departments",
    (Column("name"), Column("code"), Column("site"), Column("doctors", "number"),
     Column("staff", "number", total=True)),
    filters=("q",), key="code",
)
SHORTEST = 1


@routes.get("/desk/staff/")
@needs("staff.view")
async def listed(request: web.Request) -> web.StreamResponse:
    me, asked = request[STAFF], LIST.asked(request)
    async with reading(request) as context:
        service = StaffService(context)
        everybody = await service.colleagues(me.range("staff.view"))
        roles = await role_store.all_roles(context.tx)
        opened = next((each for each in everybody if each.row.public_id == asked.open), None)
        beside = await _about(context, request, opened) if opened else None
    rows = [each.values for each in everybody if fits(each, asked.filters)]
    if which := export.asked(request, "staff.export"):
        wanted = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
        return await export.send(request, LIST, asked, [_said(request, row) for row in wanted])
    shown = LIST.shown(asked, rows)
    return render(request, "staff/desk/list.html.j2", list=shown, roles=roles, beside=beside,
                  place=place_called(everybody, asked.filters["place"]),
                  may_hire=me.range("staff.edit").everything and me.may("staff.edit"))


@routes.get("/desk/staff/person/{id}")
@needs("staff.view")
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        found = await StaffService(context).colleague(request.match_info["id"], request[STAFF].range("staff.view"))
        return await _person(context, request, found)


@routes.post("/desk/staff/person/{id}")
@needs("staff.edit")
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    me, sent = request[STAFF], await forms.values(request)
    reach = me.range("staff.edit")
    found = await StaffService(context).colleague(request.match_info["id"], reach)
    chosen = await forms.lists(request)
    places = found.places
    if "places" in sent:
        known = found.catalogue
        marks = [each.partition(":") for each in chosen.get("place", [])]
        places = Places(
            frozenset(code for kind, _, code in marks if kind == "department" and code in known.department),
            frozenset(code for kind, _, code in marks if kind == "clinic" and code in known.clinic),
        )
    if not rules.may_place(reach, found.places, places, department_of(found.catalogue)):
        raise NotAllowed("staff.edit")
    held = [role.public_id for role in found.roles]
    roles = chosen.get("role", []) if me.may("staff.grant") and "roles" in sent else held
    name = sent.get("name", found.row.name).strip()
    if not SHORTEST <= len(name) <= 60:
        return await _person(context, request, found, Problem("name_needed"), status=422)
    doctor = _doctor(sent.get("doctor"), found, reach)
    if doctor is None:
        return await _person(context, request, found, Problem("no_such_doctor"), status=422)
    # Who cannot sign in any more could not undo it either.
    active = "active" in sent or found.row.id == me.id
    profile = Profile(name, sent.get("number", "").strip()[:40], active, places, roles, doctor)
    version = forms.whole(sent.get("version", ""))
    try:
        office = Office(context.tx, request.app[BOOK], context.actor, me)
        await office.change(found.row.public_id, -1 if version is None else version, profile)
    except LastAdministrator:
        return await _person(context, request, found, Problem("last_administrator"), status=422)
    except DoctorTaken:
        return await _person(context, request, found, Problem("doctor_taken"), status=422)
    except Conflict:
        return await _person(context, request, found, Problem("member_changed"), status=409)
    return back(request, "/desk/staff/", open=found.row.public_id)


@routes.post("/desk/staff/person/{id}/reset")
@needs("staff.edit")
async def reset(request: web.Request) -> web.StreamResponse:
    """A one-time password, shown once."""
    me, sent, plain = request[STAFF], await forms.values(request), passwords.one_time()
    made = await passwords.hash_of(plain)

    async def work(tx: Transaction) -> Colleague:
        context = context_of(request, tx)
        found = await StaffService(context).colleague(request.match_info["id"], me.range("staff.edit"))
        office = Office(tx, request.app[BOOK], context.actor, me)
        await office.reset(found.row.public_id, made, factor="factor" in sent)
        return found

    found = await request.app[DATABASE].run(work)
    return render(request, "staff/desk/one_time.html.j2", row=found.row, password=plain)


@routes.post("/desk/staff/person/{id}/end-sessions")
@needs("staff.edit")
@in_tx
async def end_sessions(request: web.Request, context: Context) -> web.StreamResponse:
    me = request[STAFF]
    found = await StaffService(context).colleague(request.match_info["id"], me.range("staff.edit"))
    await Office(context.tx, request.app[BOOK], context.actor, me).end_sessions(found.row.public_id)
    return back(request, "/desk/staff/", open=found.row.public_id)


@routes.get("/desk/staff/new")
@needs("staff.edit")
async def ask_new(request: web.Request) -> web.StreamResponse:
    return render(request, "staff/desk/new.html.j2", sent={}, problem=None)


@routes.post("/desk/staff/new")
@needs("staff.edit")
async def take_new(request: web.Request) -> web.StreamResponse:
    """A new member. Only who may edit everybody: a new one works nowhere yet, so nobody else would see them."""
    me, sent, plain = request[STAFF], await forms.values(request), passwords.one_time()
    if not me.range("staff.edit").everything:
        raise NotAllowed("staff.edit")
    name = sent.get("name", "").strip()
    if not SHORTEST <= len(name) <= 60:
        return render(request, "staff/desk/new.html.j2", sent=sent, problem=Problem("name_needed"), status=422)
    made = await passwords.hash_of(plain)

    async def work(tx: Transaction) -> Any:
        office = Office(tx, request.app[BOOK], me.actor, me)
        return await office.hire(sent.get("login", ""), name, sent.get("number", "").strip()[:40], made)

    try:
        row = await request.app[DATABASE].run(work)
    except (LoginTaken, BadLogin) as refusal:
        slug = "login_taken" if isinstance(refusal, LoginTaken) else "login_bad"
        return render(request, "staff/desk/new.html.j2", sent=sent, problem=Problem(slug), status=422)
    return render(request, "staff/desk/one_time.html.j2", row=row, password=plain)


@routes.get("/desk/staff/departments")
@needs("staff.view")
async def departments(request: web.Request) -> web.StreamResponse:
    asked = DEPARTMENTS.asked(request)
    async with reading(request) as context:
        rows = await StaffService(context).departments(request[STAFF].range("staff.view"))
    word = asked.filters["q"].casefold()
    rows = [row for row in rows if word in f"{row['name']} {row['code']} {row['site']}".casefold()]
    if asked.sort:
        rows = [dict(row) for row in DEPARTMENTS.sorted(asked, rows)]
    if export.asked(request, "staff.export"):
        return await export.send(request, DEPARTMENTS, asked, rows)
    cut = rows[(asked.page - 1) * asked.size :][: asked.size]
    shown = DEPARTMENTS.page(asked, cut, len(rows), {"staff": sum(row["staff"] for row in rows)})
    return render(request, "staff/desk/departments.html.j2", list=shown)


def _doctor(sent: str | None, found: Colleague, reach: Range) -> str | None:
    """The code of the doctor that a form names by number; None for a number that no doctor has. Only who may edit
    everybody says who is which doctor: it opens that doctor's patients to them."""
    now = found.row.doctor or ""
    if sent is None or not reach.everything or found.row.hospital_code:
        return str(now)
    number = sent.strip()
    known = next((each.code for each in found.catalogue.doctors if number and each.number == number), None)
    return "" if not number else known


def _said(request: web.Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the file, with words in the place of slugs."""
    words = request.app[WORDING].words["state"]
    return {**row, "state": words[row["state"]], "factor": words[row["factor"]]}


async def _about(context: Context, request: web.Request, found: Colleague) -> dict[str, Any]:
    """What the page about a member shows; `sent` and `chosen` are what was typed and ticked in a refused form."""
    idle = timedelta(minutes=request.app[SETTINGS].desk.idle_minutes)
    me, reach = request[STAFF], request[STAFF].range("staff.edit")
    homes = department_of(found.catalogue)
    return {
        "person": found, "row": found.row, "sent": {}, "chosen": {},
        "all_roles": await role_store.all_roles(context.tx),
        "sessions": await visits.listed(context.tx, found.row.id, context.now, idle),
        "editable": me.may("staff.edit") and rules.within(reach, found.row.public_id, found.places, homes),
        "open_departments": [each for each in found.catalogue.departments if reach.covers(department=each.code)],
        "open_clinics": [each for each in found.catalogue.clinics
                         if reach.covers(clinic=each.code, department=each.department)],
        "recovery": await people.recovery_left(context.tx, found.row.id),
        "uninvited": await people.uninvited(context.tx, found.row.id),
        "doctor": found.catalogue.doctor.get(found.row.doctor or ""), "may_doctor": reach.everything,
    }


async def _person(
    context: Context, request: web.Request, found: Colleague, problem: Problem | None = None, status: int = 200
) -> web.Response:
    about = await _about(context, request, found)
    if problem is not None:
        about |= {"sent": await forms.values(request), "chosen": await forms.lists(request)}
    template = "staff/desk/beside.html.j2" if is_part(request) else "staff/desk/person.html.j2"
    return render(request, template, beside=about, problem=problem, status=status)
