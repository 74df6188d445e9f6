"""What a service is given: the transaction, the ports, and who acts for whom."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import HospitalClock
from bot.ports import Ports
from bot.settings import Settings

if TYPE_CHECKING:
    # The context lies below the database in the layers; only the checker sees these names.
    from bot.db.transaction import Transaction
    from bot.talk.alike import Leans
    from bot.wording import Wording


ALWAYS, SPOKEN, NEVER = "always", "spoken", "never"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on a channel, perhaps not yet known by name.

    ``id`` is the row's key and stays inside; ``public_id`` is the unguessable one for addresses and logs;
    ``account`` is the settings name of the official account; ``external_id`` the openid or user id there. ``easy``:
    wants large type, few choices and numbers alone. ``aloud``: which answers they hear then, besides reading them:
    ``always`` all, ``spoken`` those to what they have said by voice, ``never`` none unless asked for.
    """

    id: int
    public_id: str
    account: str
    channel: str
    external_id: str = field(repr=False)
    easy: bool = False
    aloud: str = SPOKEN


@dataclass(slots=True)
class Context:
    """One turn, page or job as a service sees it: ``BookingService(context)``.

    ``actor`` is who acts, for the audit trail: ``contact:<public id>``, ``staff:<public id>``, ``job:<topic>``.
    ``contact`` is None where nobody on a channel is concerned (a nightly job). ``now`` is an aware UTC moment, the
    same for the whole turn. ``leans``: where it is to be noted what the answer leans on (bot.talk.alike).
    """

    tx: Transaction
    ports: Ports
    settings: Settings
    wording: Wording
    contact: Contact | None
    channel: str
    actor: str
    request_id: str
    now: datetime
    clock: HospitalClock = field(default_factory=HospitalClock)
    leans: Leans | None = None

    def acting_as(self, actor: str) -> Context:
        """The same context under another actor: a desk member who acts inside a contact's turn, say."""
        return replace(self, actor=actor)
