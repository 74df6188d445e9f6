"""What somebody is told when a page or a call went wrong: kindly, with a reference, and without a word of the inside.

The words stand in templates/common/h5/fault.html.j2, for staff in templates/common/desk/fault.html.j2, by kind.
"""

from __future__ import annotations

import html
from enum import Enum

import jinja2
from aiohttp import web

from bot import logs
from bot.errors import (
    BadInput,
    Conflict,
    DaoyiError,
    NotAllowed,
    NotFound,
    OutsideError,
    Refusal,
)
from bot.web.keys import WORDING
from bot.web.static import STATICS

log = logs.get(__name__)

PROGRAMS = ("/api/", "/sandbox/api/", "/sandbox/play/", "/sandbox/hospital", "/healthz", "/readyz")
"""Below these addresses faults are told as JSON."""


class Kind(Enum):
    """A kind of fault: its slug in the template, and the HTTP status."""

    BAD = ("bad", 400)
    STALE = ("stale", 400)
    SIGN_IN = ("sign_in", 401)
    OVER = ("over", 401)
    SNAPSHOT = ("snapshot", 403)
    NOT_ALLOWED = ("not_allowed", 403)
    NOT_FOUND = ("not_found", 404)
    METHOD = ("not_found", 405)
    CONFLICT = ("conflict", 409)
    REFUSED = ("refused", 409)
    TOO_LARGE = ("too_large", 413)
    TOO_MANY = ("too_many", 429)
    OURS = ("ours", 500)
    BUSY = ("busy", 503)

    @property
    def slug(self) -> str:
        return self.value[0]

    @property
    def status(self) -> int:
        return self.value[1]


_STATUS = {405: Kind.METHOD, 404: Kind.NOT_FOUND, 413: Kind.TOO_LARGE, 403: Kind.NOT_ALLOWED, 429: Kind.TOO_MANY}


def of_error(error: DaoyiError) -> Kind:
    """The kind that an error of ours is told as; what nobody foresaw is ours."""
    if isinstance(error, BadInput):
        return Kind.STALE if error.reason == "stale_form" else Kind.BAD
    if isinstance(error, NotAllowed):
        return Kind.NOT_ALLOWED
    if isinstance(error, NotFound):
        return Kind.NOT_FOUND
    if isinstance(error, Conflict):
        return Kind.CONFLICT
    if isinstance(error, Refusal):
        return Kind.REFUSED
    return Kind.BUSY if isinstance(error, OutsideError) else Kind.OURS


def of_status(status: int) -> Kind:
    """The kind that a bare HTTP status of the framework is told as."""
    return _STATUS.get(status, Kind.BAD if status < 500 else Kind.OURS)


def answer(
    request: web.Request, kind: Kind, *, said: str = "", reason: str = "", wait: int = 0
) -> web.Response:
    """As a page, as JSON for the APIs, as nothing but a status for callbacks.

    :param said: the business's own words, for a page
    :param reason: a slug for JSON; by default the kind's
    :param wait: seconds after which it may go better, told as Retry-After, too
    """
    response = _answer(request, kind, said, reason, wait)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _answer(request: web.Request, kind: Kind, said: str, reason: str, wait: int) -> web.Response:
    if request.path.startswith("/webhooks/"):
        return web.Response(status=kind.status)
    if speaks_json(request):
        error = {"error": reason or kind.slug, "reference": logs.request_id()}
        return web.json_response(error, status=kind.status)
    return page_fault(request, kind, said=said, wait=wait)


def speaks_json(request: web.Request) -> bool:
    """Whether who asks is a program."""
    if request.path.startswith(PROGRAMS):
        return True
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def page_fault(request: web.Request, kind: Kind, *, said: str = "", wait: int = 0, again: str = "") -> web.Response:
    """The page that says what happened and what to do now. Its way on is an ordinary link to `again`, or where that is
    "" to the same address."""
    desk = request.path.startswith("/desk")
    facts = {
        "kind": kind.slug,
        "part": "HX-Request" in request.headers,
        "said": said,
        "wait": wait,
        "reference": logs.request_id(),
        "again": again or request.rel_url.raw_path_qs if request.method == "GET" else request.rel_url.raw_path,
        "static": request.app[STATICS].address,
        "large": request.cookies.get("large") == "1",
        "csrf": "",
    }
    try:
        text = request.app[WORDING].render("common/desk/fault.html.j2" if desk else "common/h5/fault.html.j2", **facts)
    except (jinja2.TemplateError, LookupError, OSError):
        # The page about faults must not have one of its own: whatever is wrong with it, the reference is told.
        log.error("fault_page_failed", kind=kind.slug, exc_info=True)
        text = f"<!doctype html><title>{kind.status}</title><p>{kind.status} {html.escape(logs.request_id())}</p>"
    return web.Response(text=text, status=kind.status, content_type="text/html", headers={"Cache-Control": "no-store"})
