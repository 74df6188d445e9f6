"""What all tables share: one metadata with naming rules, and the column types of the house.

Moments are UTC; personal text is sealed (encrypted) before it reaches the driver; codes compare byte by byte,
because WeChat's openids differ only in letter case and MariaDB's ordinary collation would merge two patients.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy import Table as _Table
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot import keys

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: Any) -> _Table:
    """A table of the house: InnoDB, full Unicode. `parts` are columns, constraints and indexes."""
    return _Table(name, metadata, *parts, mysql_engine="InnoDB", mysql_charset="utf8mb4")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, microseconds kept. A naive one is refused: nobody can tell whose wall clock it meant."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Sealed(TypeDecorator[str]):
    """Text encrypted at rest with the installed key ring, bound to its column (`about`, "table.column")."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.MEDIUMBLOB())
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keys.ring().seal(value, self.about)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keys.ring().open(bytes(value), self.about)


class Code(TypeDecorator[str]):
    """A short machine word compared byte by byte (openid, slug, record number)."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.VARCHAR(self.length, collation="utf8mb4_bin"))
        return dialect.type_descriptor(String(self.length))


class Hashed(TypeDecorator[bytes]):
    """32 bytes of a keyed hash (`keys.ring().hash`), by which sealed values are found."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.BINARY(32))
        return dialect.type_descriptor(LargeBinary(32))


class LongText(TypeDecorator[str]):
    """Text of up to 16 MB on MariaDB (its TEXT ends at 64 KB)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.MEDIUMTEXT())
        return dialect.type_descriptor(Text())


class Whole(TypeDecorator[int]):
    """A 64-bit whole number that can be, or refer to, a key. SQLite numbers rows by itself only in an INTEGER."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


def hashed() -> Hashed:
    return Hashed()


def code(length: int) -> Code:
    return Code(length)


def long_text() -> LongText:
    return LongText()


def whole() -> Whole:
    return Whole()


def key(name: str = "id") -> Column[int]:
    """The integer key inside; it never leaves the house (see `public_id`)."""
    return Column(name, whole(), primary_key=True, autoincrement=True)


def public_id() -> Column[str]:
    """An unguessable name for the outside: 22 characters, 128 random bits."""
    return Column("public_id", code(22), nullable=False, unique=True, default=new_public_id)


def new_public_id() -> str:
    return secrets.token_urlsafe(16)
