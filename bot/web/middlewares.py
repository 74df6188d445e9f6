"""What surrounds every request: its id, its headers, and a kind answer when something goes wrong."""

from __future__ import annotations

import re

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import logs, metrics
from bot.errors import BadInput, DaoyiError, NotAllowed, NotFound, OutsideError, Refusal
from bot.web import failures, faults, headers
from bot.web.keys import WORDING
from bot.web.sessions import SESSION

log = logs.get(__name__)

REQUEST_ID = "X-Request-Id"
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,40}")
"""An id that a proxy before us made; anything else could be a text for our logs."""
MACHINES = failures.MACHINES
"""Below it nobody looks with a browser: headers for one are bytes for nothing."""
UNCOUNTED = (MACHINES, "/static/", "/sandbox/", "/healthz", "/readyz", "/metrics")


@web.middleware
async def request_id(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One id for the request, its log lines and the jobs that follow from it; it is given back as X-Request-Id."""
    given = request.headers.get(REQUEST_ID, "")
    bound = given if given and _GIVEN.fullmatch(given) else logs.new_request_id()
    token = logs.bind_request(bound)
    try:
        response = await handler(request)
        _dress(request, response, bound)
        return response
    except web.HTTPException as passing:
        _dress(request, passing, bound)
        raise
    finally:
        logs.unbind_request(token)


def _dress(request: web.Request, response: web.StreamResponse, bound: str) -> None:
    path = request.path
    if not response.prepared:
        response.headers[REQUEST_ID] = bound
        if path.startswith(MACHINES):
            response.headers["Server"] = headers.SERVER
        else:
            headers.secure(request, response)
    if not path.startswith(UNCOUNTED):
        metrics.requests.inc(_area(request), str(response.status))


def _area(request: web.Request) -> str:
    """The area of a route that exists: what a sender writes must not become a label."""
    resource = request.match_info.route.resource
    parts = resource.canonical.split("/") if resource is not None else []
    if parts[1:2] == ["api"]:
        parts = parts[1:]
    return parts[2] if len(parts) > 2 and "{" not in parts[2] else "none"


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what was raised into an answer. Never a traceback: that is in the log, under the reference."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = faults.answer(request, faults.of_status(error.status))
        response.set_status(error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Refusal as refusal:
        if not request.path.startswith("/desk/"):  # what staff are refused is told by the desk's guard
            await failures.tell(request, refusal)
        return faults.answer(request, faults.Kind.REFUSED, said=_said(request, refusal), reason=refusal.template)
    except BadInput as bad:
        log.warning("request_refused", reason=bad.reason, path=_path(request))
        await failures.refused(request, bad.reason)
        return faults.answer(request, faults.of_error(bad), reason=bad.reason)
    except OutsideError as error:
        log.warning("request_outside", system=error.system, error=type(error).__name__, path=_path(request))
        await failures.tell(request, error)
        return faults.answer(request, faults.Kind.BUSY)
    except DaoyiError as error:
        kind = faults.of_error(error)
        if kind is faults.Kind.OURS:
            log.error("request_failed", path=_path(request), exc_info=True)
            await failures.tell(request, error)
        else:
            log.info("request_refused", reason=type(error).__name__, path=_path(request))
            if SESSION in request and isinstance(error, NotFound | NotAllowed):  # of staff the desk's guard has a line
                await failures.refused(request, type(error).__name__)
        return faults.answer(request, kind)
    except Exception as error:
        log.error("request_failed", path=_path(request), exc_info=True)
        await failures.tell(request, error)
        return faults.answer(request, faults.Kind.OURS)


def _said(request: web.Request, refusal: Refusal) -> str:
    """The words of a refusal that no handler said where it arose: its area is the one of the address."""
    wording, name = request.app[WORDING], f"{_area(request)}/chat/{refusal.template}"
    return wording.render(name, **refusal.facts) if refusal.template and wording.has(name) else ""


def _path(request: web.Request) -> str:
    """The route, not the address: that may hold ids."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"


ALL = (request_id, errors)
