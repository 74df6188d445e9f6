"""What Daoyi asks of a gateway for text messages.

Chinese gateways send approved templates with parameters, never free text. How often a number may be written to is
decided by who sends (``flows``), not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class SmsReceipt:
    """The gateway took it over. ``message_id`` comes back in the delivery report; ``segments`` is what is paid for:
    one up to 70 characters, beyond that one for each 67."""

    message_id: str
    segments: int = 1


class SmsPort(Protocol):
    async def send(self, mobile: str, template: str, params: Mapping[str, str], *, request_id: str) -> SmsReceipt:
        """Send ``template``, filled with ``params``, to ``mobile`` (11 digits, or + and up to 15).

        ``request_id`` (1 to 64 characters) makes it happen once: sent again, the gateway gives the first receipt.

        :raises OutsideUnavailable: not sent; try again
        :raises OutsideUnknown: perhaps sent; the same ``request_id`` may be tried again
        :raises OutsideRefused: a final no; ``integrations.sms.errors`` names the reasons
        """
        ...
