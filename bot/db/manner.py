"""How a contact wants to be spoken to: large type and numbers alone, answers read aloud."""

from __future__ import annotations

from sqlalchemy import update

from bot.db.contacts import contact
from bot.db.transaction import Transaction


async def set_easy(tx: Transaction, contact_id: int, easy: bool) -> bool:
    """Whether the contact is shown large type, few choices and numbers alone. True when that is a change."""
    changed = update(contact).where(contact.c.id == contact_id, contact.c.easy != easy)
    return await tx.update(changed.values(easy=easy)) == 1


async def set_aloud(tx: Transaction, contact_id: int, aloud: str) -> bool:
    """Which answers the contact hears in easy mode (bot.context.Contact). True when that is a change."""
    changed = update(contact).where(contact.c.id == contact_id, contact.c.aloud != aloud)
    return await tx.update(changed.values(aloud=aloud)) == 1
