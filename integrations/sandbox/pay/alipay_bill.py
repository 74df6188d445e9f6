"""The played Alipay's bill of a day: two files in a zip, names and texts GBK, values padded with tabs."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from aiohttp import web

from bot import clock
from bot.money import yuan
from integrations.sandbox.pay.purse import CHINA, PlayRefund, Trade

ADDRESS_LASTS = timedelta(seconds=30)
COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)


class Member(zipfile.ZipInfo):
    """A file whose name stands in the zip as GBK without saying so, as Alipay's packer writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


class Bills:
    """Bills that were asked for, each at an address that lasts for 30 s."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[datetime, bytes]] = {}

    def address(self, seller: str, day: date, lines: Sequence[tuple[Trade, PlayRefund | None]]) -> str:
        token = secrets.token_urlsafe(24)
        self._made[token] = clock.now() + ADDRESS_LASTS, packed(seller, day, lines)
        return f"/bill?token={token}"

    async def download(self, request: web.Request) -> web.Response:
        until, content = self._made.get(request.query.get("token", ""), (clock.now(), b""))
        if until <= clock.now():
            return web.Response(status=403)
        return web.Response(body=content, content_type="application/octet-stream")


def packed(seller: str, day: date, lines: Sequence[tuple[Trade, PlayRefund | None]]) -> bytes:
    paid = [trade.amount for trade, back in lines if back is None]
    given = [back.amount for _, back in lines if back is not None]
    text = "\r\n".join([
        "#支付宝业务明细查询", f"#账号：[{seller}0156]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{day:%Y年%m月%d日} 24:00:00]",
        f"#{'业务明细列表':-^80}", COLUMNS, *(_row(trade, back) for trade, back in lines),
        f"#{'业务明细列表结束':-^80}",
        f"#交易合计：{len(paid)}笔，商家实收共{yuan(sum(paid))}元，商家优惠共0.00元",
        f"#退款合计：{len(given)}笔，商家实收退款共{yuan(-sum(given))}元，商家优惠退款共0.00元",
        f"#导出时间：[{day:%Y年%m月%d日} 05:46:49]", "",
    ])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr(Member(f"{seller}_{day:%Y%m%d}_业务明细.csv"), text.encode("gbk"), zipfile.ZIP_DEFLATED)
        packing.writestr(Member(f"{seller}_{day:%Y%m%d}_业务明细(汇总).csv"), "#\r\n".encode("gbk"))
    return file.getvalue()


def _row(trade: Trade, back: PlayRefund | None) -> str:
    done = CHINA.local((back.back_at or back.asked_at) if back else trade.paid_at or trade.made_at)
    amount = yuan(-back.amount if back else trade.amount)
    return ",".join([
        f"{trade.channel_number}\t", f"{trade.number}\t", f"{'退款' if back else '交易'}\t", f"{trade.title}\t",
        f"{CHINA.local(trade.made_at):%Y-%m-%d %H:%M:%S}", f"{done:%Y-%m-%d %H:%M:%S}", "\t", "\t", "\t", "\t",
        "*某(138****01)\t", amount, amount, *["0.00"] * 5, "", "0.00\t", "0.00",
        back.number if back else "\t", "0.00", "0.00", "",
    ])
