"""A conversation that was, as a transcript from the inbox: the best report of a fault there is.

Whoever reads it is not the patient: names and numbers are masked, and what somebody answered where a name may have been
asked for is taken for one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from bot.areas import AREAS
from bot.clock import HospitalClock
from bot.context import Context
from bot.db import record
from bot.db.contacts import contact_of
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import NotFound
from bot.masking import mask_name, mask_number
from bot.ports import Ports
from bot.settings import Settings
from bot.talk.messages import Message, load_messages
from bot.talk.transcript import heard, written
from bot.talk.understand import checks, words
from bot.wording import Wording
from flows.patients.people import Person
from flows.patients.service import PatientsService

NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Z]{0,2}[0-9]{5,}[0-9Xx]*")


@dataclass
class Mask:
    """Hides what belongs to the patient. `names` are the persons that the contact looks after."""

    names: list[str]
    clock: HospitalClock

    def __call__(self, text: str) -> str:
        for name in self.names:
            text = text.replace(name, mask_name(name))
        return NUMBER.sub(lambda found: mask_number(found[0]), text)

    def said(self, text: str, shown: set[str]) -> str:
        """Words of the contact: a name, unless they steer the conversation or were there to choose."""
        plain = text.strip()
        known = words.meanings(plain) or words.bare(plain) in AREAS.words or plain in shown or plain.isdigit()
        checked = checks.check("name", plain, self.clock.today())
        if not known and checked.problem == "" and checked.value == plain:
            self.names.append(plain)  # our answer may say it again
            return mask_name(plain)
        return self(text)


async def transcript(settings: Settings, database: Database, public_id: str, *, turns: int) -> list[str]:
    """The last `turns` of a contact's conversation, oldest first.

    :raises NotFound: no such contact
    """
    clock = HospitalClock(settings.timezone)
    async with database.reading() as tx:
        contact_id = await record.contact_id(tx, public_id)
        if contact_id is None:
            raise NotFound("contact")
        said = await record.said(tx, contact_id, limit=turns)
        mask = Mask([person.name for person in await _persons(settings, tx, contact_id)], clock)
    lines = [f"# contact {public_id}"]
    minute, shown = "", set[str]()
    for turn in said:
        now = f"{clock.local(turn.at):%Y-%m-%d %H:%M}"
        if now != minute:
            lines.append(f"at     {now}")
            minute = now
        messages = load_messages(turn.answer)
        if turn.from_contact:
            text, data = json.loads(turn.body)
            lines.append(mask(heard(turn.kind, mask.said(text, shown) if text else "", data)))
        lines += [f"{'<' if turn.from_contact else '^'} {mask(written(message))}" for message in messages]
        shown = _shown(messages) or shown
    return lines


async def _persons(settings: Settings, tx: Transaction, contact_id: int) -> list[Person]:
    contact = await contact_of(tx, contact_id)
    assert contact is not None
    context = Context(
        tx=tx, ports=Ports(), settings=settings, wording=Wording.of(settings), contact=contact,
        channel=contact.channel, actor="shell", request_id="", now=tx.now, clock=HospitalClock(settings.timezone),
    )
    return await PatientsService(context).persons()


def _shown(messages: tuple[Message, ...]) -> set[str]:
    return {label for message in messages for _, label in message.options}
