"""What paying on pages does, on MariaDB as well: tests of the other file, played on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import time_machine

from bot.db.engine import Database
from tests.flows.booking.conftest import travel
from tests.flows.payment.phone import Payer, paying
from tests.flows.payment.test_code_pages import test_a_second_payer_waits_for_the_first_or_takes_over
from tests.flows.payment.test_pages import (
    test_a_double_tap_and_going_back_pay_once,
    test_after_time_is_up,
    test_by_wechat,
    test_money_on_its_way_back,
)
from tests.support.database import MariaTemplate

__all__ = [
    "test_a_double_tap_and_going_back_pay_once", "test_a_second_payer_waits_for_the_first_or_takes_over",
    "test_after_time_is_up", "test_by_wechat", "test_money_on_its_way_back", "travel",
]
pytestmark = pytest.mark.mariadb


@pytest.fixture
async def payer(mariadb_template: MariaTemplate, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    database = Database(mariadb_template.fresh())
    await database.start()
    async with paying(database) as found:
        yield found
    await database.close()
