"""An owner of orders for tests by lot: it takes the money while it wants to."""

from __future__ import annotations

from typing import Any

from bot.context import Context


class Shop:
    """`full`: what it does not want any more."""

    name = "shop"
    tells = False

    def __init__(self) -> None:
        self.full: set[str] = set()

    async def paid(self, context: Context, order: Any) -> bool:
        return order.about not in self.full

    async def bill(self, context: Context, order: Any) -> str:
        return f"B{order.id}" if order.id % 3 else ""

    async def settled(self, context: Context, order: Any) -> None: ...

    async def closed(self, context: Context, order: Any) -> None: ...

    async def unsettled(self, context: Context, order: Any) -> None: ...
