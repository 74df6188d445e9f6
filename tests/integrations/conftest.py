from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integrations.playing import Play, playing


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    """Played WeChat and SMS gateway, three phones, and a hospital that says "success" to every callback."""
    async with playing() as made:
        yield made
