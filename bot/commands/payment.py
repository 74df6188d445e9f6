"""The cashier's books: `daoyi payment verify` proves that ledger, orders, payments and refunds agree; 1 if they do not.
"""

from __future__ import annotations

import argparse
import sys

from bot.db import keys_store
from bot.db.engine import Database
from bot.money import yuan
from bot.settings import Settings
from flows.payment.ledger.proof import prove

WORDS = {
    "unbalanced": "a movement whose entries do not balance",
    "payment_not_entered": "a payment that was paid and does not stand in the ledger as it should",
    "entry_without_payment": "money in the ledger that no payment brought",
    "settlement_not_entered": "an order that is settled and does not stand in the ledger as it should",
    "entry_without_settlement": "a settlement in the ledger of an order that is not settled",
    "consent_not_entered": "a refund whose consent by the hospital and the ledger do not agree",
    "refund_not_entered": "a refund that is back and does not stand in the ledger as it should",
    "entry_without_refund": "money back in the ledger that no refund gave",
    "paid_twice": "an order for which another amount was taken than it costs",
    "more_back_than_paid": "a payment of which more goes back than was paid",
    "state_wrong": "an order whose state is not what happened to it",
    "not_at_rest": "an order that is over and has money left",
    "claim_not_entered": "a claim on the insurance that does not stand in the ledger as it should",
    "entry_without_claim": "a claim in the ledger that the insurance never took",
    "cover_not_entered": "a claim on a commercial insurer that does not stand in the ledger as it should",
    "entry_without_cover": "a claim in the ledger that no commercial insurer ever took",
    "cover_wrong": "an order that leaves to a commercial insurer what it did not take",
    "part_wrong": "an order that leaves to the insurance what it did not take",
    "unguarded": "a guard of the ledger that the database does not have; its user must be let make triggers",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=["verify"])


async def run(args: argparse.Namespace, settings: Settings) -> int:
    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        async with database.reading() as tx:
            proof = await prove(tx)
    finally:
        await database.close()
    for fault in proof.faults:
        print(f"{fault.which}: {WORDS[fault.what]}", file=sys.stderr)
    state = "all agree" if proof.whole else f"NOT in order, {len(proof.faults)} found"
    print(
        f"{proof.orders} orders, {proof.movements} movements, {state}; "
        f"channels hold {yuan(proof.held)} yuan, insurance {yuan(proof.claimed)} yuan, hospitals have "
        f"{yuan(proof.handed_on)} yuan"
    )
    return 0 if proof.whole else 1
