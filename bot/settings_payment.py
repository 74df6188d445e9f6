"""The section of the settings about the cashier: `[payment]`. Money in fen, as everywhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from bot.settings_parts import Section


class Payment(Section):
    """Limits and times of payment; merchants stand in `[wechat_pay.<name>]` and `[alipay_pay.<name>]`."""

    minutes: int = Field(15, ge=2, le=120, description="How long what is owed can be paid once its page was opened")
    ceiling: PositiveInt = Field(5_000_000, description="Most that is paid at once, in fen; more goes to the window")
    day_ceiling: PositiveInt = Field(20_000_000, description="Most that one contact pays within 24 hours, in fen")
    tries: PositiveInt = Field(20, description="Payments that one contact may begin within an hour")
    approve_above: NonNegativeInt = Field(
        20_000, description="A refund by request of more than so much, in fen, needs a second person; 0: every one"
    )
    tell: tuple[Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$")], ...] = Field(
        (), description="Mobile numbers of finance, told by text message each morning of days that do not balance"
    )
