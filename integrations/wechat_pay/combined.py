"""Several orders paid in one go (合单支付): all of them or none. Each keeps its own number, by which it is found on the
bill, is asked for and goes back alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import clock
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from integrations.paying.port import Asking, Sheet, Standing
from integrations.wechat_pay.api import SYSTEM, Absent, Api
from integrations.wechat_pay.facts import CHINA, standings_of, told
from integrations.wechat_pay.sheets import PATHS, sheet_of, titled

MOST = 10
"""So many orders WeChat Pay takes together."""


class Combined:
    """Of one merchant, who asks for all of them."""

    def __init__(self, api: Api) -> None:
        self._api, self._merchant = api, api.merchant

    async def ask_for(self, number: str, askings: Sequence[Asking]) -> Sheet:
        """`number` is of the whole; way, payer and time are those of the first.

        :raises OutsideError: as `PayChannel.ask_for`
        """
        first, merchant = askings[0], self._merchant
        if first.way not in PATHS or not 1 < len(askings) <= MOST:
            raise OutsideRefused("not_set_up", first.way, system=SYSTEM)
        body: dict[str, Any] = {
            "combine_appid": merchant.app_id, "combine_mchid": merchant.merchant_id, "combine_out_trade_no": number,
            "time_expire": _china(min(each.expires for each in askings)), "notify_url": merchant.notify,
            "sub_orders": [
                {
                    "mchid": merchant.merchant_id, "attach": each.number, "out_trade_no": each.number,
                    "description": titled(each.title), "amount": {"total_amount": each.amount, "currency": "CNY"},
                }
                for each in askings
            ],
        }
        if first.way == "inside":
            body["combine_payer_info"] = {"openid": first.payer}
        if first.way == "page":
            body["scene_info"] = {"payer_client_ip": first.address, "h5_info": {"type": "Wap"}}
        said = await self._api.post(f"/v3/combine-transactions/{PATHS[first.way]}", body, "ask_combined")
        return told(lambda said: sheet_of(merchant, first, said, clock.now()), said, OutsideUnknown)

    async def standings(self, number: str) -> Sequence[Standing]:
        """Of each order; none where the whole was never asked for."""
        try:
            said = await self._api.get(f"/v3/combine-transactions/out-trade-no/{number}", "standing_combined")
        except Absent:
            return ()
        return told(standings_of, said, OutsideUnavailable)

    async def close(self, number: str, numbers: Sequence[str]) -> None:
        """All of it; `numbers` are its orders'. Refused: `already_paid`."""
        body = {
            "combine_appid": self._merchant.app_id,
            "sub_orders": [{"mchid": self._merchant.merchant_id, "out_trade_no": each} for each in numbers],
        }
        try:
            await self._api.post(f"/v3/combine-transactions/out-trade-no/{number}/close", body, "close_combined")
        except Absent:
            return
        except OutsideRefused as no:
            if no.code != "already_closed":
                raise


def _china(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat(timespec="seconds")
