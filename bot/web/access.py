"""Who may come to an address. Every handler carries one marker; `daoyi check` refuses a route without.

``@public`` anybody · ``@contact_page`` a contact, known by the channel's sign-in (``bot.web.pages``) ·
``@needs("area.act")`` a member of staff who has this right, ``@signed_in`` any member (``bot.web.desk.guard``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from aiohttp import web

Marked = TypeVar("Marked", bound=Callable[..., object])

RIGHTS: web.RequestKey[frozenset[str]] = web.RequestKey("rights", frozenset)
"""The rights of the member of staff who is signed in; set by the sign-in of the desk, absent for everybody else."""


@dataclass(frozen=True, slots=True)
class Access:
    """What stands at ``handler.access``. ``right`` is "" unless ``kind`` is ``needs``."""

    kind: Literal["public", "contact", "staff", "needs"]
    right: str = ""


def mark(handler: Marked, access: Access) -> Marked:
    """Write ``access`` on a handler."""
    vars(handler)["access"] = access
    return handler


def public(handler: Marked) -> Marked:
    """Anybody may come: callbacks, health, static files, the sign-in itself."""
    return mark(handler, Access("public"))
