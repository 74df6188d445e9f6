"""One way to log: structlog, configured once, with the request id of the turn and without personal data.

``log.info("push_sent", kind=kind, seconds=0.2)``: the event is a constant slug, everything else a named value. What a
name gives away as personal is masked (``bot.logs_scrub``), openids become short keyed hashes so that one contact's
lines can still be followed. Library loggers (aiohttp, arq, asyncio) go the same way, query strings cut off.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any, BinaryIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from bot.logs_scrub import mask_values, scrub_text, to_bytes, without_queries
from bot.logs_traceback import describe

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_request: ContextVar[str] = ContextVar("daoyi_request_id", default="")


def get(name: str) -> FilteringBoundLogger:
    """The logger of a module: ``log = logs.get(__name__)``."""
    logger: FilteringBoundLogger = structlog.get_logger(module=name)
    return logger


log: FilteringBoundLogger = structlog.get_logger()


def new_request_id() -> str:
    """16 hex digits, for an event that brought none along."""
    return secrets.token_hex(8)


def request_id() -> str:
    """The id of the event this task works on; "" outside of one."""
    return _request.get()


def bind_request(request_id: str) -> Token[str]:
    """Every line of this task and of those it starts carries ``request_id``; ``unbind_request(token)`` ends it."""
    return _request.set(request_id)


def unbind_request(token: Token[str]) -> None:
    """Back to what was bound before."""
    _request.reset(token)


@contextmanager
def request(request_id: str = "") -> Iterator[str]:
    """``with logs.request(row.request_id):`` a job speaks under the id of the turn that ordered it."""
    token = _request.set(request_id or new_request_id())
    try:
        yield _request.get()
    finally:
        _request.reset(token)


def configure(level: str = "info", json: bool = False, file: BinaryIO | None = None) -> None:
    """Set everything up, once at start; ``file`` is stderr unless a test hands over its own.

    :param level: ``debug``, ``info``, ``warning`` or ``error``
    :param json: one JSON object a line; otherwise lines for people
    """
    out = file or sys.stderr.buffer
    _structlog(level, json, out, cache=_is_ours(out))
    root = logging.getLogger()
    root.handlers[:] = [_Routed()]
    root.setLevel(LEVELS[level])
    # Their debug lines quote payloads; arq and Alembic also tell at length of every round that went well.
    quiet = {"aiosqlite": logging.INFO, "aiomysql": logging.INFO, "asyncio": logging.INFO}
    quiet |= {"arq": logging.WARNING, "alembic": logging.WARNING}
    for name, least in quiet.items():
        logging.getLogger(name).setLevel(max(LEVELS[level], least))


def _is_ours(out: BinaryIO) -> bool:
    """The process's own stderr, which is never closed: loggers may keep it for good."""
    try:
        return out.fileno() == 2
    except (OSError, ValueError):
        return False


class _Routed(logging.Handler):
    """Takes what libraries say through ``logging`` into structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            logger = get(record.name)
            said = without_queries(record.getMessage())
            logger.log(record.levelno, said, **({"exc_info": record.exc_info} if record.exc_info else {}))
        except Exception:
            self.handleError(record)


def _structlog(level: str, json: bool, out: BinaryIO, cache: bool) -> None:
    colors = not json and out.isatty()
    render: Any = to_bytes if json else _Console(colors)
    structlog.configure(
        processors=[
            _request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if json else "%H:%M:%S", utc=json),
            _exception,
            mask_values,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(file=out),
        cache_logger_on_first_use=cache,
    )


class _Console:
    """structlog's lines for people, as bytes and with the same last look over the whole line."""

    def __init__(self, colors: bool) -> None:
        self._render = structlog.dev.ConsoleRenderer(colors=colors, sort_keys=False, pad_event_to=24)

    def __call__(self, logger: Any, method: str, event: EventDict) -> bytes:
        # Somebody's line break must not look like a line of ours.
        event["event"] = str(event["event"]).replace("\r", " ").replace("\n", " ")
        return scrub_text(self._render(logger, method, event)).encode(errors="backslashreplace")


def _request_id(logger: Any, method: str, event: EventDict) -> EventDict:
    bound = _request.get()
    if bound:
        event.setdefault("request_id", bound)
    return event


def _exception(logger: Any, method: str, event: EventDict) -> EventDict:
    """``exc_info`` -> ``exception``: places and types, not the values that happened to be there."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info if isinstance(info, BaseException) else (info[1] if isinstance(info, tuple) else sys.exc_info()[1])
    if error is not None:
        event["exception"] = describe(error)
    return event


# Until configure() runs (tests, imports), only warnings are said, and nothing is cached that it would have to undo.
_structlog("warning", False, getattr(sys.stderr, "buffer", None) or open(2, "wb", closefd=False), cache=False)
