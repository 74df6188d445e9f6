"""All merchant accounts behind one port, whatever channel they are at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.errors import SettingsError
from bot.settings import Settings
from integrations.paying.port import PayChannel


class PayAccounts:
    """Name -> channel (`PayChannels`).

    :param channels: by channel's settings section; a name stands in the ledger, so no two may have the same
    :raises SettingsError: two have
    """

    def __init__(self, settings: Settings, channels: Mapping[str, Mapping[str, PayChannel]]) -> None:
        self._accounts = settings.accounts
        self._apps = {name: each.app_id for name, each in settings.wechat_pay.items()}
        self._apps |= {name: each.app_id for name, each in settings.alipay_pay.items()}
        self._channels: dict[str, PayChannel] = {}
        for section, found in channels.items():
            for name, channel in found.items():
                if name in self._channels:
                    raise SettingsError(f"{section}.{name}: expected a name that no other merchant has")
                self._channels[name] = channel

    def __getitem__(self, name: str) -> PayChannel:
        return self._channels[name]

    def offered(self, account: str) -> Sequence[PayChannel]:
        """First those that the account's own app can open; one of the same channel that is bound to another app is
        left out: it would not know this account's contacts."""
        if account not in self._accounts:
            return list(self._channels.values())
        home = self._accounts[account]
        own, others = [], []
        for name, channel in self._channels.items():
            if channel.channel != home.channel:
                others.append(channel)
            elif self._apps.get(name) == home.app_id:
                own.append(channel)
        return [*own, *others]
