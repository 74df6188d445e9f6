"""Sessions that are made here and not in the hospital's system: the part of `HospitalPort` by which it is told of them.

A session is told whole, as it is now (排班上传; in FHIR a Schedule with its Slots, put under our identifier), and told
whole again when anything of it changes: other times, closed, stopped, a substitute. So one lost or late message is made
good by the next one, and nobody has to know what the hospital heard before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from integrations.his.house import Half, Kind

OwnState = Literal["open", "closed", "stopped"]
"""closed: nobody new is booked in it, whoever is in it comes; stopped (停诊): nobody is seen."""


@dataclass(frozen=True, slots=True)
class OwnSegment:
    """A stretch of a session of ours. `numbers` are those that we give out, of which some may be somebody's already;
    numbers between them are for who comes without an appointment. `position` counts from 1, in the order in which the
    stretches were made, and never means another time; a closed one may lie over an open one. `substitute` sits there
    in place of the session's doctor."""

    position: int
    start: time
    end: time
    numbers: tuple[int, ...]
    state: OwnState
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session of ours as it is to stand in the hospital's book. `own` is our name of it, which never changes;
    `revision` grows with every change. Codes of clinic, doctor and room are the hospital's; fees in fen, both are
    charged. `substitute` is who sits in all of it."""

    own: str
    revision: int
    clinic: str
    doctor: str | None
    date: date
    half: Half
    room: str
    kind: Kind
    registration_fee: int
    consultation_fee: int
    state: OwnState
    substitute: str | None
    segments: tuple[OwnSegment, ...]


class TakingSessions(Protocol):
    """A command, with its `request_id`, as those of `HospitalPort`."""

    takes_sessions: bool
    """Whether it can be told of sessions at all. Where not, `tell_session` is never called, and what is booked in them
    stands in our book alone."""

    async def tell_session(self, request_id: str, session: OwnSession) -> str:
        """Enter a session of ours, or bring it in line with how it is now; gives the hospital's code, by which
        `register` and `rosters` name it from then on. It is one session for ever: told again under another request id
        it is changed, never doubled, and keeps its code.

        What the hospital itself decides (a stop, a substitute) is not overruled by it, and is told by `rosters`.
        Whoever is registered in it stays; also one that is closed takes those whose time was booked before.
        Refused: `no_clinic`, `no_doctor` (also the substitute), `no_room`, `half_taken` (who sits there sits in a
        session of the hospital in that half day), `number_in_use` (a number is left out that somebody has),
        `session_outdated` (a later revision is known), `session_over` (its day has passed).
        """
        ...
