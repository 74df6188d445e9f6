"""Who asked for the money: the areas that owe something to be paid for, and what they are asked and told about it.

An area above brings its owner along (`Area.owners`); `Owners` is put into the ports by whoever knows the list of areas.
All verbs run in the transaction that changes the order, under the order's lock, and lock their own rows after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from bot.context import Context


class Owner(Protocol):
    name: str
    """The area's; it stands in every order."""
    tells: bool
    """Whether it tells the payer itself that all is done; else the cashier does."""

    async def paid(self, context: Context, order: Any) -> bool:
        """The money is here. False: it is of no use any more (the slot is gone), so it goes back."""
        ...

    async def bill(self, context: Context, order: Any) -> str:
        """The hospital's code of what is settled; "" while the hospital does not have it yet."""
        ...

    async def settled(self, context: Context, order: Any) -> None:
        """The hospital has it as paid."""
        ...

    async def closed(self, context: Context, order: Any) -> None:
        """It ended unpaid, and nothing can come any more."""
        ...

    async def unsettled(self, context: Context, order: Any) -> None:
        """The hospital will not have it: what was paid goes back."""
        ...


class Owners:
    """Name -> owner."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        self._owners = {owner.name: owner for owner in owners}

    @classmethod
    def of(cls, areas: Iterable[Any]) -> Owners:
        """Of the areas of this installation."""
        return cls(owner for area in areas for owner in area.owners)

    def __getitem__(self, name: str) -> Owner:
        """:raises LookupError: no area of this installation asks for such money"""
        return self._owners[name]
