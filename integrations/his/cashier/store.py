"""The embedded cashier's own tables (prefix his_). Fees of registrations have no row: they follow from these."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String

from bot.db.schema import Moment, Sealed, code, hashed, key, long_text, table, whole

bill = table(
    "his_bill",
    key(),
    Column("code", code(24), nullable=False, unique=True),
    Column("kind", code(16), nullable=False),
    Column("patient_id", whole(), ForeignKey("his_patient.id"), nullable=False),
    Column("clinic", ForeignKey("his_clinic.code"), nullable=False),
    Column("doctor", String(64)),
    Column("items", Sealed("his_bill.items"), nullable=False),  # JSON: what somebody was given tells of an illness
    Column("amount", Integer, nullable=False),  # fen
    Column("made_at", Moment, nullable=False),
    Column("void_at", Moment),  # nobody owes it any more, though nobody paid
    Column("dispensed_at", Moment),  # what was paid for was handed out or done
    Index("ix_his_bill_patient", "patient_id", "id"),
)

settlement = table(
    "his_settlement",
    key(),
    Column("bill", code(24), nullable=False, unique=True),
    Column("amount", Integer, nullable=False),
    Column("permitted", Integer, nullable=False),  # of it may go back, or went
    Column("paid", long_text(), nullable=False),  # JSON: channel, numbers, amount of each part
    Column("at", Moment, nullable=False),
    Index("ix_his_settlement_at", "at"),
)

permission = table(
    "his_permission",
    key(),
    Column("settlement_id", whole(), ForeignKey("his_settlement.id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("refund", code(64)),  # the number of the refund, once the payer has it back
    Column("refunded_at", Moment),
    Column("parts", long_text()),  # JSON: number, refund and amount of each, where several parts went back at once
    Index("ix_his_permission_refunded", "refunded_at"),
)

request = table(
    "his_charge_request",
    Column("request_id", code(96), primary_key=True),
    Column("digest", hashed(), nullable=False),
    Column("answer", long_text()),  # JSON of codes and numbers, nothing personal
    Column("seen_at", Moment, nullable=False, index=True),
)
