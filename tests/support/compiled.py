"""Templates compiled once a run and not once a test, whose words are made anew each time."""

from __future__ import annotations

from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from bot.wording import Wording


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
    """From now on every Wording of this process takes what another has compiled."""
    kept, make = Compiled(), Wording._environment

    def made(wording: Wording, *arguments: Any) -> jinja2.Environment:
        environment = make(wording, *arguments)
        environment.bytecode_cache = kept
        return environment

    Wording._environment = made
