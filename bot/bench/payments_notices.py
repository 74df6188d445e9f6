"""Notices of payments as WeChat Pay sends them, signed and sealed for the sandbox's merchant, and what they pay."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import clock
from bot.bench.books import store as books
from bot.bench.letters import Letter, openid
from bot.bench.place import Place
from bot.db.contacts import create
from bot.db.transaction import Transaction
from flows.payment import owed, store
from integrations.sandbox.pay import keys
from integrations.sandbox.pay.played import WECHAT, wechat_folder
from integrations.sandbox.pay.wechat_seal import OwnKey, Seal
from integrations.sandbox.pay.wechat_words import stamp

AMOUNT = 2500


class Told:
    """WeChat Pay's side of the merchant. Letters are good for five minutes after they were written."""

    def __init__(self, here: Place) -> None:
        self._merchant = merchant = here.settings.wechat_pay[WECHAT]
        folder = wechat_folder(here.settings)
        own = OwnKey(merchant.public_key_id, keys.private_key(folder, keys.PLATFORM))
        known = keys.private_key(folder, keys.MERCHANT).public_key()
        self._seal = Seal(merchant.merchant_id, merchant.serial, known, merchant.api_key.encode(), own)

    def letter(self, number: str) -> Letter:
        """This payment was paid, just now."""
        body = self._seal.notice("TRANSACTION.SUCCESS", "transaction", {
            "appid": self._merchant.app_id, "mchid": self._merchant.merchant_id, "out_trade_no": number,
            "transaction_id": f"4200{number[:24]}", "trade_type": "JSAPI", "trade_state": "SUCCESS",
            "success_time": stamp(clock.now()), "payer": {"openid": openid(1)},
            "amount": {"total": AMOUNT, "payer_total": AMOUNT, "currency": "CNY", "payer_currency": "CNY"},
        })
        headers = "".join(f"{name}: {value}\r\n" for name, value in self._seal.headers(body).items())
        return Letter(number, f"/webhooks/wechat-pay/{WECHAT}", body.decode(), headers)


async def open_payments(here: Place, count: int) -> Sequence[str]:
    """So many orders, each with a payment whose sheet is open; gives the numbers of the payments."""
    numbers = [secrets.token_hex(16) for _ in range(count)]
    await here.house.database.run(lambda tx: _write(tx, numbers))
    return numbers


async def paid(here: Place) -> int:
    """Payments that are paid, and whose orders are."""
    async with here.house.database.reading() as tx:
        return await books.paid(tx)


async def _write(tx: Transaction, numbers: Sequence[str]) -> None:
    contact = await contact_of_bench(tx)
    await tx.insert_many(store.order, [order_row(tx, number, contact) for number in numbers])
    found = await books.ids(tx, numbers)
    await tx.insert_many(store.payment, [
        {"order_id": order, "number": number, "account": WECHAT, "channel": "wechat", "way": "inside",
         "amount": AMOUNT, "state": "open", "expires_at": tx.now + timedelta(hours=1), "asks": 0,
         "created_at": tx.now, "opened_at": tx.now} for number, order in found.items()
    ])


async def contact_of_bench(tx: Transaction) -> int:
    """Somebody who pays."""
    name = openid(0)
    await create(tx, WECHAT, "wechat", name)
    (rows,) = await tx.link.script([("SELECT max(id) FROM contact", ())])
    assert isinstance(rows, list)
    return int(rows[0][0])


def order_row(tx: Transaction, about: str, contact: int) -> dict[str, Any]:
    return {
        "kind": "outpatient", "owner": owed.NAME, "about": about, "open_key": f"{owed.NAME}:{about}",
        "contact_id": contact, "person_id": 1, "site": "S1", "clinic": "", "facts": json.dumps({"title": "bench"}),
        "bill": about[:24], "amount": AMOUNT, "currency": "CNY", "state": "paying", "insured": 0,
        "expires_at": tx.now + timedelta(hours=1), "created_at": tx.now, "created_by": "bench",
    }
