"""What is the same in every test is made once a run: templates are compiled, words read and statements turned into SQL
once, as in a process that lives for days."""

from __future__ import annotations

import tomllib
from functools import cache
from types import CodeType, SimpleNamespace
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import wording
from bot.db import engine as engines
from bot.wording import Wording

STATEMENTS = 3000


class Compiled(jinja2.BytecodeCache):
    """In memory; a template that was changed has another checksum."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


def share() -> None:
    """From now on everything of this process takes what another has compiled."""
    share_templates()
    share_statements()
    wording.tomllib = SimpleNamespace(loads=cache(tomllib.loads))


def share_templates() -> None:
    kept, make = Compiled(), Wording._environment

    def made(wording: Wording, *arguments: Any) -> jinja2.Environment:
        environment = make(wording, *arguments)
        environment.bytecode_cache = kept
        return environment

    Wording._environment = made


def share_statements() -> None:
    """Engines of SQLite, and of one MariaDB database (a dialect knows its name), have the dialect and the statements of
    the first that was connected."""
    kept: dict[str, Engine] = {}
    make = engines.create_async_engine

    def made(url: str, **options: Any) -> AsyncEngine:
        engine = make(url, query_cache_size=STATEMENTS, **options)
        new = engine.sync_engine
        sort = "sqlite" if new.dialect.name == "sqlite" else url
        first = kept.get(sort)
        if first is None or first.dialect.server_version_info is None:  # nobody has asked the server yet
            kept[sort] = new
        else:
            new.dialect = new.pool._dialect = first.dialect
            new._compiled_cache = first._compiled_cache
        return engine

    engines.create_async_engine = made
