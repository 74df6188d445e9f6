"""The client keeps the contract of channels against the played Alipay, in both modes."""

from __future__ import annotations

from tests.integrations.paying.contract import SheetContract


class TestAlipayPay(SheetContract):
    pass
