from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from integrations.alipay_pay.client import AlipayPay
from tests.integrations.alipay_pay.authority import authority
from tests.integrations.alipay_pay.counter import Counter, opened


@pytest.fixture(params=["public key", "certificates"])
async def backstage(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    """A merchant in either mode."""
    async with opened(authority() if request.param == "certificates" else None) as counter:
        yield counter


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with opened() as made:
        yield made


@pytest.fixture
def channel(backstage: Counter) -> AlipayPay:
    return backstage.client
