"""All commercial insurers that the settings connect, by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.errors import SettingsError
from integrations.commercial.port import Commercial


class Registry:
    """`Commercials`.

    :raises SettingsError: two have the same name, or one that stands in the ledger for something else
    """

    def __init__(self, insurers: Iterable[Commercial], taken: Iterable[str] = ()) -> None:
        self._insurers: dict[str, Commercial] = {}
        used = set(taken)
        for each in insurers:
            if each.name in used:
                raise SettingsError(f"commercial.{each.name}: expected a name that nobody else has in the ledger")
            used.add(each.name)
            self._insurers[each.name] = each

    def __getitem__(self, name: str) -> Commercial:
        return self._insurers[name]

    def all(self) -> Sequence[Commercial]:
        return list(self._insurers.values())
