"""What every test may ask for: servers of its own, a database, keys. Whatever the machine says, the suite runs in UTC,
and lots fall as they fell before.

`database` (with tables, started) and `database_url` (empty) run a test twice, on SQLite and on MariaDB.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
import structlog
import uvloop

from bot import clock, keys
from bot.db.engine import Database
from tests.support import compiled, memory, once, sqlite
from tests.support.database import MariaTemplate, SqliteTemplate, sqlite_url
from tests.support.mariadb import MariaDB
from tests.support.patience import unhurried_limits
from tests.support.redis import Redis

os.environ["TZ"] = "UTC"
time.tzset()

hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("search", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))
"""A check says the same of the same commit each time; HYPOTHESIS=search looks where nobody looked before."""

KINDS = [pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("mariadb", marks=pytest.mark.mariadb)]
ALONE = ("faults/test_crowds.py", "bot/commands/test_bench.py")
"""What is marked `alone`."""
FIRST = ("faults", "whole", "browser")
"""What starts whole programs takes long. It comes first, all of it in one process, while others do what is left: begun
at the end, it would be waited for."""
BY_THREADS = ("bot/db", "bot/talk", "bot/test_database.py", "flows/booking/test_pool.py", "jobs")
SECRET = "a secret key that only tests know, 32+"


def pytest_configure() -> None:
    gc.disable()
    compiled.share()
    sqlite.answer_at_once()


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that Daoyi runs on."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Who asks for nothing but what is alone does not wait until all the others are read."""
    wanted = config.option.markexpr != "alone" or collection_path.suffix != ".py" or _within(collection_path, ALONE)
    return None if wanted else True


def pytest_collection_finish() -> None:
    """Whatever is there before the first test stays: to look through it for garbage again and again takes minutes, and
    nobody did while it was read. What comes later is looked through as in Daoyi's own processes (bot/app.py)."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _within(item.path, ALONE):
            item.add_marker(pytest.mark.alone)
    items.sort(key=lambda item: not _within(item.path, FIRST))


def _within(path: Path, places: Sequence[str]) -> bool:
    return any(path.is_relative_to(Path(__file__).parent / place) for place in places)


@pytest.fixture(scope="session", autouse=True)
def kept_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    once.keep_in(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDB]:
    """One server for the whole run. A test that kills it makes its own: `MariaDB()`, `start`, `remove`."""
    server = MariaDB()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[Redis]:
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def redis_server(shared_redis: Redis) -> Redis:
    """A running server with nothing in it. A test that kills it makes its own: `Redis()`, `start`, `remove`."""
    shared_redis.clear()
    return shared_redis


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `mariadb`."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without a single table, dropped afterwards."""
    if database_kind == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite")
        return
    server: MariaDB = request.getfixturevalue("mariadb_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def mariadb_template(mariadb_server: MariaDB) -> MariaTemplate:
    return MariaTemplate(mariadb_server)


@pytest.fixture
def swift_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the machine has room for one."""
    place = memory.room(512)
    if place is None:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=place, prefix="daoyi-test-") as folder:
        yield Path(folder)


@pytest.fixture
def migrated_url(database_kind: str, request: pytest.FixtureRequest, swift_path: Path) -> str:
    """URL of a database with today's schema and no more rows than it is born with."""
    if database_kind == "sqlite":
        template: SqliteTemplate = request.getfixturevalue("sqlite_template")
        return template.fresh(swift_path / "daoyi.sqlite")
    maria: MariaTemplate = request.getfixturevalue("mariadb_template")
    return maria.fresh()


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """The database of `migrated_url`, started."""
    opened = Database(migrated_url)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_template: SqliteTemplate, swift_path: Path) -> AsyncIterator[Database]:
    """As `database`, on SQLite alone, for tests in which the kind of database says nothing."""
    opened = Database(sqlite_template.fresh(swift_path / "daoyi.sqlite"))
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Connections of SQLite have threads, as outside of tests, where connections are what is tested."""
    with sqlite.by_threads() if _within(request.path, BY_THREADS) else nullcontext():
        yield


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """What Daoyi waits for no longer than a patient would, it waits for as long as a busy machine needs: a test that is
    about such a limit sets its own."""
    with unhurried_limits():
        yield


@pytest.fixture(autouse=True)
def moments() -> Iterator[None]:
    """What is remembered for a moment grows old by the clock that tests turn, and not by how slow the machine is."""
    by_the_clock = SimpleNamespace(monotonic=lambda: clock.now().timestamp())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.booking.glance.time", by_the_clock)
        patched.setattr("flows.directory.service.monotonic", by_the_clock)
        yield


@pytest.fixture(autouse=True)
def lots(request: pytest.FixtureRequest) -> Iterator[None]:
    """What falls by lot falls the same way each time a test runs, and another way in each test: moments, codes and the
    ids that stand in pages. Keys and what they seal stay as they are. LOTS=anything lets them all fall anew."""
    drawn = request.node.nodeid + os.environ.get("LOTS", "")
    lot = random.Random(drawn)
    random.seed(drawn)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(random.SystemRandom, "random", lambda _: lot.random())
        patched.setattr(random.SystemRandom, "getrandbits", lambda _, bits: lot.getrandbits(bits))
        patched.setattr(secrets, "randbits", lot.getrandbits)
        patched.setattr(secrets, "token_bytes", lambda count=32: lot.randbytes(32 if count is None else count))
        yield


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that a test runs sets logging up for its own stderr, which is gone when the test is."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def ring_of_the_run() -> keys.KeyRing:
    begin = datetime(2020, 1, 1, tzinfo=UTC)  # before any clock that a test sets
    rows = [keys.new_wrapped("data", SECRET, active_from=begin), keys.new_wrapped("index", SECRET, active_from=begin)]
    return keys.KeyRing.from_wrapped([SECRET], rows)


@pytest.fixture(autouse=True)
def key_ring(ring_of_the_run: keys.KeyRing) -> keys.KeyRing:
    """Installed anew before each test, so that one that rotates keys leaves the others in peace."""
    keys.install(ring_of_the_run)
    return ring_of_the_run
