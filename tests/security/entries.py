"""What stands behind every address of ours, so that it can be tried with somebody else's.

A new address needs an entry here; `test_walk.py` names those that are missing. The marker of its handler says who may
come, so that an entry only tells what the address and its form are about:

- ``owned``: fields of the address or form that name something that belongs to one contact, or lies in one department
- ``open_``: fields that name what everybody may see
- ``form``: what else the form needs to be taken
- ``why``: for an address that anybody may open: why
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """Values of ``owned`` and ``open_`` are kinds of things in the town (``tests.security.town``)."""

    owned: Mapping[str, str] = field(default_factory=dict)
    open_: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    link: bool = False
    """Who has the link may open it: it is handed on on purpose."""


PLAIN = Entry()
HELP = Entry(owned={"token": "help"}, form={"relation": "child", "consent": "1"}, link=True)

ENTRIES: dict[str, Entry] = {
    # --- everybody
    "GET /healthz": Entry(why="tells nothing but that the process answers"),
    "GET /readyz": Entry(why="tells load balancers what is away, and nothing else"),
    "GET /metrics": Entry(why="answers this machine only, and holds no person"),
    "GET /static/{name}": Entry(why="styles, scripts, pictures of ours", open_={"name": "static"}),
    "GET /webhooks/wechat/{account}": Entry(why="signed by WeChat", open_={"account": "account"}),
    "POST /webhooks/wechat/{account}": Entry(why="signed by WeChat", open_={"account": "account"}),
    "POST /webhooks/sms/{gateway}": Entry(why="signed by the gateway", open_={"gateway": "account"}),
    "GET /h5/sign-in/{account}": Entry(why="the sign-in itself", open_={"account": "account"}),
    "GET /h5/patients/privacy": Entry(why="to be read before anybody signs up"),
    "GET /desk": Entry(why="leads to the door"),
    "GET /desk/sign-in": Entry(why="the door"),
    "POST /desk/sign-in": Entry(why="the door", form={"login": "nobody", "password": "wrong wrong 1"}),
    # --- contacts: persons
    "GET /h5/patients/": PLAIN,
    "GET /h5/patients/new": PLAIN,
    "POST /h5/patients/new": Entry(form={"name": "李四"}),
    "POST /h5/patients/code": Entry(form={"mobile": "13900000000"}),
    "GET /h5/patients/{person}": Entry(owned={"person": "person"}),
    "POST /h5/patients/{person}/default": Entry(owned={"person": "person"}),
    "GET /h5/patients/{person}/unbind": Entry(owned={"person": "person"}),
    "POST /h5/patients/{person}/unbind": Entry(owned={"person": "person"}),
    "GET /h5/patients/{person}/mobile": Entry(owned={"person": "person"}),
    "POST /h5/patients/{person}/mobile": Entry(owned={"person": "person"}, form={"mobile": "13900000000"}),
    "POST /h5/patients/{person}/mobile/code": Entry(owned={"person": "person"}, form={"mobile": "13900000000"}),
    "GET /h5/patients/help/{token}": HELP,
    "POST /h5/patients/help/{token}": HELP,
    # --- contacts: booking
    "GET /h5/booking/": PLAIN,
    "GET /h5/booking/experts": PLAIN,
    "GET /h5/booking/dates": PLAIN,
    "GET /h5/booking/search": PLAIN,
    "GET /h5/booking/clinics/{clinic}": Entry(open_={"clinic": "clinic"}),
    "GET /h5/booking/clinics/{clinic}/general": Entry(open_={"clinic": "clinic"}),
    "GET /h5/booking/doctors/{doctor}": Entry(open_={"doctor": "doctor"}),
    "GET /h5/booking/doctors/{doctor}/code": Entry(open_={"doctor": "doctor"}),
    "GET /h5/booking/segments/{segment}": Entry(open_={"segment": "segment"}),
    "POST /h5/booking/segments/{segment}": Entry(
        open_={"segment": "segment"}, owned={"person": "person"}, form={"request": "0" * 32}
    ),
    "GET /h5/booking/holds/{appointment}": Entry(owned={"appointment": "hold"}),
    "POST /h5/booking/holds/{appointment}/confirm": Entry(owned={"appointment": "hold"}),
    "POST /h5/booking/holds/{appointment}/release": Entry(owned={"appointment": "hold"}),
    "GET /h5/booking/wait": Entry(open_={"doctor": "doctor"}),
    "POST /h5/booking/wait": Entry(open_={"doctor": "doctor", "sessions": "full"}, owned={"person": "person"}),
    "GET /h5/booking/waiting/{entry}": Entry(owned={"entry": "waiting"}),
    "POST /h5/booking/waiting/{entry}/give-up": Entry(owned={"entry": "waiting"}),
    "GET /h5/booking/mine/": PLAIN,
    "GET /h5/booking/mine/{appointment}": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/mine/{appointment}/calendar.ics": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/mine/{appointment}/cancel": Entry(owned={"appointment": "appointment"}),
    "POST /h5/booking/mine/{appointment}/cancel": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/mine/{appointment}/change": Entry(owned={"appointment": "appointment"}),
    "POST /h5/booking/mine/{appointment}/change": Entry(
        owned={"appointment": "appointment"}, open_={"segment": "segment"}
    ),
    # --- staff: the door and one's own account
    "GET /desk/": PLAIN,
    "GET /desk/sign-in/code": PLAIN,
    "POST /desk/sign-in/code": Entry(form={"code": "000000"}),
    "GET /desk/sign-in/enrol": PLAIN,
    "POST /desk/sign-in/enrol": Entry(form={"code": "000000"}),
    "GET /desk/sign-in/password": PLAIN,
    "POST /desk/sign-in/password": Entry(form={"old": "x", "new": "y", "again": "y"}),
    "POST /desk/sign-out": PLAIN,
    "GET /desk/account": PLAIN,
    "POST /desk/account/password": Entry(form={"old": "x", "new": "y", "again": "y"}),
    "POST /desk/account/sessions/{id}/end": Entry(owned={"id": "visit"}),
    "POST /desk/account/sessions/end-others": PLAIN,
    "POST /desk/account/recovery": PLAIN,
    # --- staff: patients
    "GET /desk/patients/find": PLAIN,
    "POST /desk/patients/find": Entry(form={"q": "张三明"}),
    "GET /desk/patients/person/{id}": Entry(open_={"id": "person"}),
    "POST /desk/patients/person/{id}/reveal": Entry(open_={"id": "person"}, form={"why": "来电核对"}),
    # --- staff: staff and rights
    "GET /desk/staff/": PLAIN,
    "GET /desk/staff/person/{id}": Entry(owned={"id": "colleague"}),
    "POST /desk/staff/person/{id}": Entry(owned={"id": "colleague"}, form={"name": "甲", "version": "1"}),
    "POST /desk/staff/person/{id}/reset": Entry(owned={"id": "colleague"}),
    "POST /desk/staff/person/{id}/end-sessions": Entry(owned={"id": "colleague"}),
    "GET /desk/staff/new": PLAIN,
    "POST /desk/staff/new": Entry(form={"login": "new.one", "name": "新人"}),
    "GET /desk/staff/departments": PLAIN,
    "GET /desk/staff/roles": PLAIN,
    "GET /desk/staff/roles/new": PLAIN,
    "POST /desk/staff/roles/new": Entry(form={"name": "新角色"}),
    "GET /desk/staff/roles/{id}": Entry(open_={"id": "role"}),
    "POST /desk/staff/roles/{id}": Entry(open_={"id": "role"}, form={"name": "甲", "version": "1"}),
    "POST /desk/staff/roles/{id}/remove": Entry(open_={"id": "role"}),
    # --- staff: the trail
    "GET /desk/audit/": PLAIN,
    "GET /desk/audit/entry/{number}": Entry(open_={"number": "entry"}),
    "POST /desk/audit/verify": PLAIN,
}
