from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integrations.wechat.stub import Stub, stubbed


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    """A server with the documents' own answers; ``stub.client()`` asks it."""
    async with stubbed() as made:
        yield made
