"""The embedded hospital's own tables of card balances (prefix his_)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer

from bot.db.schema import Moment, code, key, table, whole

card = table(
    "his_card",
    Column("patient_id", whole(), ForeignKey("his_patient.id"), primary_key=True, autoincrement=False),
    Column("balance", Integer, nullable=False),  # fen
)

charge = table(
    "his_card_charge",
    key(),
    Column("request_id", code(96), nullable=False, unique=True),
    Column("patient_id", whole(), ForeignKey("his_card.patient_id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("returned", Integer, nullable=False),  # of it went back
    Column("at", Moment, nullable=False),
    Index("ix_his_card_charge_at", "at"),
)

back = table(
    "his_card_return",
    key(),
    Column("request_id", code(96), nullable=False, unique=True),
    Column("charge_id", whole(), ForeignKey("his_card_charge.id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_his_card_return_at", "at"),
)
