"""The commercial insurer of the market: what payers do with it by lot, and what must be true of it at the end."""

from __future__ import annotations

import random
from typing import cast

from sqlalchemy import select

from bot.context import Context
from bot.db.transaction import Transaction
from flows.payment import store as cashier
from flows.payment.covered import store
from flows.payment.covered.covers import Covers
from flows.payment.ledger import store as book
from flows.payment.orders import Orders
from integrations.commercial.port import Commercials
from tests.flows.payment.commercial import PlayedCommercial, PlayedCommercials, holder
from tests.flows.payment.till import Faults
from tests.support.world import World

ACTS = ("cover", *["cover_agree"] * 3, "cover_leave", "cover_after", "commercial")
NOES: tuple[dict[str, str], ...] = ({}, {}, {}, {}, {}, {}, {"settle": "terms_differ"}, {"submit": "suspended"})


class Coverings:
    def __init__(self, world: World, lot: random.Random) -> None:
        self.lot = lot
        self.insurer = PlayedCommercial(Faults(lot, away=0.03, lost=0.1, killed=0.01))
        world.ports.put(Commercials, cast(Commercials, PlayedCommercials(self.insurer)))

    async def act(self, context: Context, order: int, what: str) -> None:
        if what == "cover":
            await Covers(context).ask(order, self.insurer.name, holder(), "direct")
        elif what == "cover_after":
            paid = select(cashier.order.c.id).where(cashier.order.c.state == "settled", cashier.order.c.insured == 0)
            if rows := await context.tx.all(paid.order_by(cashier.order.c.id)):
                await Covers(context).ask(self.lot.choice(rows).id, self.insurer.name, holder(), "after")
        elif what == "cover_agree":
            await self._agree(context)
        elif what == "cover_leave":
            await Covers(context).leave(order)
        else:  # from now on it pays another share, takes its time, wants more, or refuses
            self.insurer.percent = self.lot.choice((50, 50, 50, 100, 0))
            self.insurer.first = self.lot.choice(("", "", "", "pending", "wanting"))
            self.insurer.refuses = self.lot.choice(NOES)
            self.insurer.decide_all()

    async def _agree(self, context: Context) -> None:
        """Somebody who was told what it would pay agrees, and begins to pay the rest."""
        table = store.cover
        mine = select(table.c.order_id).where(table.c.state == "offered", table.c.way == "direct").order_by(table.c.id)
        if rows := await context.tx.all(mine):
            order = self.lot.choice(rows).order_id
            cover = await Covers(context).agree(order)
            if cover.pays < cover.amount:
                await Orders(context).pay(order, "wx", "inside")

    def rest(self) -> None:
        """It is well again, and answers."""
        self.insurer.faults.end()
        self.insurer.refuses, self.insurer.first = {}, ""
        self.insurer.decide_all()

    async def check(self, tx: Transaction) -> None:
        """What it has is what we know of it, and of nobody more than is needed is kept."""
        assert await book.balance(tx, f"insurer:{self.insurer.name}") == self.insurer.money()
        assert not self.insurer.left_open()
        given = 0
        for each in await tx.all(select(store.cover)):
            assert each.state in ("settled", "reversed", "refused", "ended"), each
            assert each.identity is None and bool(each.cleared_at) == (each.state != "settled"), each
            known = self.insurer.known.get(each.number)
            assert (known is not None and known.answer.state == "settled") == (each.state == "settled"), each
            given += each.pays if each.way == "after" and each.state == "settled" else 0
        assert given == self.insurer.given()
