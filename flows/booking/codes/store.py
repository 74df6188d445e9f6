"""The table of doctors' QR codes and the only SQL on it."""

from __future__ import annotations

from sqlalchemy import Column, UniqueConstraint, select

from bot.db.schema import Moment, code, key, table
from bot.db.transaction import Transaction

code_of_doctor = table(
    "booking_doctor_code",
    key(),
    Column("account", code(32), nullable=False),
    Column("doctor", code(32), nullable=False),
    Column("url", code(200), nullable=False),  # what the channel's code says
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("account", "doctor"),
)


async def doctor_code_of(tx: Transaction, account: str, doctor: str) -> str:
    """What a doctor's code says in an account; "" where none was made yet."""
    own = select(code_of_doctor.c.url).where(code_of_doctor.c.account == account, code_of_doctor.c.doctor == doctor)
    return str(await tx.scalar(own) or "")


async def keep_doctor_code(tx: Transaction, account: str, doctor: str, url: str) -> None:
    await tx.insert_once(code_of_doctor, account=account, doctor=doctor, url=url, created_at=tx.now)
