"""Who may come to an address. Every handler carries one marker; `daoyi check` refuses a route without.

``@public`` anybody · ``@contact_page`` a contact, known by the channel's sign-in (``bot.web.contact_pages``) ·
``@needs("area.act")`` a member of staff who has this right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Literal, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import NotAllowed

Marked = TypeVar("Marked", bound=Callable[..., object])

RIGHTS: web.RequestKey[frozenset[str]] = web.RequestKey("rights", frozenset)
"""The rights of the member of staff who is signed in; set by the sign-in of the desk, absent for everybody else."""


@dataclass(frozen=True, slots=True)
class Access:
    """What stands at ``handler.access``. ``right`` is "" unless ``kind`` is ``needs``."""

    kind: Literal["public", "contact", "needs"]
    right: str = ""


def mark(handler: Marked, access: Access) -> Marked:
    """Write ``access`` on a handler."""
    vars(handler)["access"] = access
    return handler


def public(handler: Marked) -> Marked:
    """Anybody may come: callbacks, health, static files, the sign-in itself."""
    return mark(handler, Access("public"))


def needs(right: str) -> Callable[[Handler], Handler]:
    """Only who has ``right``, named as area and act: ``patients.reveal``. Anybody else: NotAllowed."""

    def guard(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            if right not in request.get(RIGHTS, frozenset()):
                raise NotAllowed(right)
            return await handler(request)

        return mark(guarded, Access("needs", right))

    return guard
