"""Contacts that come by a page instead of a message."""

from __future__ import annotations

from sqlalchemy import select

from bot.context import Contact
from bot.db.contacts import contact, create
from bot.db.transaction import Transaction


async def visited(tx: Transaction, account: str, channel: str, external_id: str) -> Contact:
    """The contact at this address, made if new. A new one does not follow: who follows was told to us before."""
    found = await _find(tx, account, external_id)
    if found is None:
        await create(tx, account, channel, external_id, followed=False)
        found = await _find(tx, account, external_id)
        assert found is not None
    return found


async def _find(tx: Transaction, account: str, external_id: str) -> Contact | None:
    fields = (contact.c.id, contact.c.public_id, contact.c.account, contact.c.channel, contact.c.external_id)
    mine = select(*fields).where(contact.c.account == account, contact.c.external_id == external_id)
    row = await tx.one(mine)
    return None if row is None else Contact(row.id, row.public_id, row.account, row.channel, row.external_id)
