"""Every error of Daoyi, a fact with a name.

::

    DaoyiError
    ├── SettingsError        a setting is wrong or missing; says which and what is expected. Only at start.
    ├── KeysError            a stored value cannot be opened: forged, moved, or its key is gone
    ├── BadInput             malformed or hostile input from outside -> 400
    ├── NotAllowed           who asks is known but may not -> 403
    ├── NotFound             nothing there, or nothing that this contact may know of -> 404
    ├── Conflict             the page is older than the record it changes -> 409
    ├── Refusal              the business says no, kindly; each area derives its own (SlotTaken, NotOnDuty ...)
    └── OutsideError         another system did not do what it was asked
        ├── OutsideUnavailable   certainly not done: try again later
        ├── OutsideUnknown       time ran out: it may have been done, ask before doing it again
        └── OutsideRefused       a final no, with the other side's code and message

A page or a webhook turns these into answers in one place (``bot.web``); a job turns the ``OutsideError`` branch into
retry or dead letter. None of them carries personal data: they end up in logs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar


class DaoyiError(Exception):
    """Root of the tree above."""


class SettingsError(DaoyiError):
    """One or several settings are wrong. ``problems`` holds one line each: the name as the user wrote it and what
    is expected; never the value, which may be a secret."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class KeysError(DaoyiError):
    """A sealed value cannot be opened. ``about`` is the place it was read from, as ``table.column``."""

    def __init__(self, reason: str, about: str = "") -> None:
        self.reason, self.about = reason, about
        super().__init__(f"{reason} ({about})" if about else reason)


class BadInput(DaoyiError):
    """Input that no honest sender produces. ``reason`` is a short slug for logs and metrics, such as
    ``bad_signature``; it is never taken from the input itself."""

    status: ClassVar[int] = 400

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotAllowed(DaoyiError):
    """The caller is known and lacks ``right``."""

    status: ClassVar[int] = 403

    def __init__(self, right: str = "") -> None:
        self.right = right
        super().__init__(right)


class NotFound(DaoyiError):
    """Nothing there; also the answer for a record of somebody else, so that ids cannot be tried out."""

    status: ClassVar[int] = 404

    def __init__(self, what: str = "") -> None:
        self.what = what
        super().__init__(what)


class Conflict(DaoyiError):
    """The record changed after the caller read it, or is in a state that no longer allows the change."""

    status: ClassVar[int] = 409

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__(reason)


class Refusal(DaoyiError):
    """A business "no". Subclasses name the reason and the chat template that says it; ``facts`` feed that template.

    It never pages anybody and is not logged as an error: a taken slot is an ordinary day.
    """

    template: ClassVar[str] = ""
    noted = False
    """Whether lines of the journal tell of it already."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(type(self).__name__)


class OutsideError(DaoyiError):
    """Another system (channel, payment, hospital) did not do what it was asked. ``detail`` is for logs, so it holds
    no personal data; ``system`` is the name of the client's folder in ``integrations``, where known."""

    def __init__(self, detail: str = "", *, system: str = "") -> None:
        self.detail, self.system = detail, system
        super().__init__(f"{system}: {detail}" if system else detail)


class OutsideUnavailable(OutsideError):
    """Certainly not done (no connection, 503, rate limit). ``retry_after`` in seconds where the other side said it."""

    def __init__(self, detail: str = "", *, system: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail, system=system)
        self.retry_after = retry_after


class OutsideUnknown(OutsideError):
    """Sent, but no answer came: it may have been done. Ask before doing it again."""


class OutsideRefused(OutsideError):
    """A final no. ``code`` (as text) and ``message`` are the other side's; for staff, never for patients."""

    def __init__(self, code: str | int, message: str = "", *, system: str = "") -> None:
        super().__init__(f"{code} {message}".strip(), system=system)
        self.code, self.message = str(code), message
