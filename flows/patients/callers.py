"""Persons whom no contact looks after: reached by their own phone alone, by text message and by call.

Whatever is done for somebody is done for a contact: reminders, offers, questions about a stopped session go to one. A
caller is the contact of a person who has none: on no account of ours, its address is the person's public id. It says
nothing in any chat, opens no page and looks after nobody by a link.
"""

from __future__ import annotations

from bot.context import Contact
from bot.db.contacts import contact_at, create
from bot.db.transaction import Transaction
from flows.patients import store

PHONE = "phone"
"""Channel, and account, of callers."""


def is_caller(contact: Contact | None) -> bool:
    return contact is not None and contact.channel == PHONE


async def caller_of(tx: Transaction, person: str) -> Contact:
    """The caller that this person (by public id) is; made where there is none yet."""
    await create(tx, PHONE, PHONE, person, followed=False)
    found = await contact_at(tx, PHONE, person)
    assert found is not None
    return found


async def known_caller(tx: Transaction, person: str) -> Contact | None:
    """The caller that this person (by public id) is already."""
    return await contact_at(tx, PHONE, person)


async def person_of(tx: Transaction, caller: Contact) -> int | None:
    """The key of the person that a caller is; None: closed since."""
    found = await store.any_person(tx, caller.external_id)
    return found.id if found else None
