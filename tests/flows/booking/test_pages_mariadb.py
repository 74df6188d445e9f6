"""What pages do to the pool, on MariaDB as well: the tests of the other files, played on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import time_machine

from bot.db.engine import Database
from tests.flows.booking.test_pages import (
    Reader,
    phone,
    test_a_double_tap_books_once,
    test_a_hold_that_ran_out_says_so_with_other_times,
    test_taken_meanwhile,
)
from tests.flows.booking.test_pages_empty_days import test_times_that_are_over_are_not_left
from tests.flows.booking.test_pages_search import test_by_a_time_of_the_day
from tests.support.database import MariaTemplate

__all__ = [
    "test_a_double_tap_books_once", "test_a_hold_that_ran_out_says_so_with_other_times",
    "test_by_a_time_of_the_day", "test_taken_meanwhile", "test_times_that_are_over_are_not_left",
]
pytestmark = pytest.mark.mariadb


@pytest.fixture
async def reader(mariadb_template: MariaTemplate, travel: time_machine.Coordinates) -> AsyncIterator[Reader]:
    database = Database(mariadb_template.fresh())
    await database.start()
    async with phone(database) as found:
        yield found
    await database.close()
