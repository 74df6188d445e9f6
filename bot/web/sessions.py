"""A contact's session on the pages: one sealed cookie, made by the channel's sign-in and by nothing else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.context import Contact
from bot.db.contacts import contact_of
from bot.web import cookies
from bot.web.keys import DATABASE

COOKIE = "contact"
SECONDS = 12 * 3600
"""The channel signs in again without a word, so this need not be long."""
RENEW_SECONDS = SECONDS // 2


@dataclass(frozen=True, slots=True)
class Session:
    """``id`` is drawn anew at each sign-in: tokens of forms are bound to it."""

    id: str
    contact: Contact
    until: int


SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)


def begin(request: web.Request, response: web.StreamResponse, contact: Contact) -> None:
    """A new session for whom the channel has just named; whatever the browser brought along is replaced."""
    _put(request, response, secrets.token_hex(16), contact)


def renew(request: web.Request, response: web.StreamResponse, session: Session, now: float) -> None:
    """Who keeps using the pages is not sent away in the middle."""
    if session.until - now < RENEW_SECONDS and not response.prepared:
        _put(request, response, session.id, session.contact)


async def find(request: web.Request, account: str = "") -> Session | None:
    """The session of this browser; None without one, or if it belongs to another account than the one asked for."""
    held = cookies.read(request, COOKIE)
    if held is None or (account and held.get("account") != account):
        return None
    async with request.app[DATABASE].reading() as tx:
        contact = await contact_of(tx, int(held["contact"]))
    if contact is None or (contact.public_id, contact.account) != (held["public_id"], held["account"]):
        return None
    return Session(str(held["id"]), contact, int(held["until"]))


def _put(request: web.Request, response: web.StreamResponse, session_id: str, contact: Contact) -> None:
    value = {
        "id": session_id,
        "contact": contact.id,
        "public_id": contact.public_id,
        "account": contact.account,
    }
    cookies.put(request, response, COOKIE, value, SECONDS)
