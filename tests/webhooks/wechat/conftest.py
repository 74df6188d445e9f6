from __future__ import annotations

import pytest

from tests.webhooks.wechat.caller import Remembering, serving


@pytest.fixture
def dispatcher():
    return Remembering()


@pytest.fixture
async def client(dispatcher):
    async with serving(dispatcher) as client:
        yield client
