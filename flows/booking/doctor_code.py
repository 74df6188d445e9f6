"""The QR code of a doctor in an account: made by the channel once, then kept."""

from __future__ import annotations

import segno

from bot import logs
from bot.db.engine import Database
from bot.errors import OutsideError
from bot.ports import Ports
from flows.booking.codes import store
from integrations.wechat.port import WeChatAccounts

log = logs.get(__name__)


async def address(database: Database, ports: Ports, account: str, doctor: str) -> str:
    """What the code says; "" where the channel has no such codes or does not answer now. The channel is asked outside
    of any transaction, and asking twice does no harm: the same scene gives an equally good code."""
    async with database.reading() as tx:
        known = await store.doctor_code_of(tx, account, doctor)
    if known or WeChatAccounts not in ports or account not in ports[WeChatAccounts]:
        return known
    try:
        made = await ports[WeChatAccounts][account].qr_code(f"doctor:{doctor}")
    except OutsideError as error:
        log.warning("doctor_code_failed", doctor=doctor, account=account, error=type(error).__name__)
        return ""
    async with database.transaction() as tx:
        await store.keep_doctor_code(tx, account, doctor, made.url)
    return made.url


def picture(text: str) -> str:
    """A QR code as an address that an image may have."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=2, dark="#1a1a1a", light="#ffffff"))
