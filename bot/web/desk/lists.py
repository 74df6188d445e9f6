"""Lists of the desk: what the address says is shown, columns are chosen, pages are turned, and all of it is exported.

::

    LIST = Listing("staff", (Column("login"), Column("seen", kind="moment"), …), filters=("q", "state"), sort="login")

    asked = LIST.asked(request)                       # from the address
    shown = LIST.shown(asked, rows)                   # rows: dicts, filtered by the area; sorts, pages, adds up
    return render(request, "staff/desk/list.html.j2", list=shown)

Titles of columns stand in templates/common/words.toml, ``[columns.<list>]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import HospitalClock
from bot.errors import BadInput
from bot.web.forms import day_of

Kind = Literal["text", "number", "moment"]
SIZES = (50, 100, 200)
LOWEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """``hidden`` ones are shown only when chosen; ``total`` ones are added up at the foot; a list is put in order by
    ``sortable`` ones only (not by what is sealed, or what the page puts together)."""

    name: str
    kind: Kind = "text"
    hidden: bool = False
    total: bool = False
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    path: str
    filters: Mapping[str, str]
    sort: str
    down: bool
    page: int
    size: int
    columns: tuple[str, ...]
    chosen: bool
    open: str

    def address(self, **changes: Any) -> str:
        """The same list with something else; None and "" leave a word out."""
        words: dict[str, Any] = dict(self.filters)
        words |= {"sort": ("-" if self.down else "") + self.sort, "page": self.page if self.page > 1 else ""}
        words |= {"size": self.size if self.size != SIZES[0] else "", "open": self.open}
        words |= {"cols": ",".join(self.columns) if self.chosen else ""}
        words |= changes
        return f"{self.path}?{urlencode({name: value for name, value in words.items() if value not in ('', None)})}"

    def without(self, *columns: str) -> Asked:
        """Of the same list, without columns that say nothing in a file: those of buttons."""
        return replace(self, columns=tuple(each for each in self.columns if each not in columns))

    @property
    def filtered(self) -> bool:
        return any(self.filters.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list, as templates/common/desk/list.html.j2 draws it."""

    listing: Listing
    asked: Asked
    rows: Sequence[Mapping[str, Any]]
    count: int
    totals: Mapping[str, Any]
    """By column; what is no number is drawn by the caller, who gets it as the row {column: total, "total": True}."""
    capped: bool = False
    """There are more than ``count``: so far was counted, and no further."""

    @property
    def columns(self) -> list[Column]:
        return [column for column in self.listing.columns if column.name in self.asked.columns]

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.asked.size))

    @property
    def first(self) -> int:
        return (self.asked.page - 1) * self.asked.size + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.asked.page * self.asked.size, self.count)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. ``key`` is the name of the value by which a row is opened."""

    name: str
    columns: tuple[Column, ...]
    filters: tuple[str, ...] = ()
    sort: str = ""
    down: bool = False
    key: str = "id"
    sortable: bool = True
    """False where the database turns the pages and knows one order only."""

    def asked(self, request: web.Request, path: str = "") -> Asked:
        """Read the address. Unknown words are ignored, numbers out of range are brought back; BadInput for nonsense."""
        query = request.query
        names = [column.name for column in self.columns]
        usual = tuple(column.name for column in self.columns if not column.hidden)
        chosen = tuple(each for each in names if each in query.get("cols", "").split(",")) if "cols" in query else ()
        sort = query.get("sort", ("-" if self.down else "") + self.sort)
        orders = [column.name for column in self.columns if column.sortable]
        if sort.removeprefix("-") not in orders or not self.sortable:
            sort = ("-" if self.down else "") + self.sort
        size = _number(query.get("size", ""), SIZES[0])
        return Asked(
            path=path or request.rel_url.raw_path,
            filters={name: query.get(name, "").strip()[:100] for name in self.filters},
            sort=sort.removeprefix("-"), down=sort.startswith("-"),
            page=max(1, _number(query.get("page", ""), 1)), size=size if size in SIZES else SIZES[0],
            columns=chosen or usual, chosen=bool(chosen) and chosen != usual, open=query.get("open", "")[:64],
        )

    def shown(self, asked: Asked, rows: Sequence[Mapping[str, Any]]) -> Shown:
        """Rows that all lie in memory: sort, add up, and cut out the page."""
        ordered = self.sorted(asked, rows)
        totals = {
            column.name: sum(row.get(column.name) or 0 for row in rows) for column in self.columns if column.total
        }
        start = (asked.page - 1) * asked.size
        return Shown(self, asked, ordered[start : start + asked.size], len(rows), totals)

    def sorted(self, asked: Asked, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        kinds = {column.name: column.kind for column in self.columns}
        return sorted(rows, key=lambda row: _order(row.get(asked.sort), kinds[asked.sort]), reverse=asked.down)

    def page(
        self, asked: Asked, rows: Sequence[Mapping[str, Any]], count: int, totals: Mapping[str, Any] | None = None,
        *, capped: bool = False,
    ) -> Shown:
        """Rows that are sorted and cut already, by the database."""
        return Shown(self, asked, rows, count, totals or {}, capped)


def _order(value: Any, kind: Kind) -> Any:
    if kind == "moment":
        return value or LOWEST
    if kind == "number":
        return value or 0
    return str(value or "").casefold()


def _number(text: str, usual: int) -> int:
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadInput("not_a_number")
    return int(text)


def moments(clock: HospitalClock, asked: Asked) -> tuple[datetime | None, datetime | None]:
    """``since`` and ``until`` of the address as moments; the last day is included."""
    since, until = day_of(asked.filters["since"]), day_of(asked.filters["until"])
    return (
        clock.moment(since, time(0)) if since else None,
        clock.moment(until + timedelta(days=1), time(0)) if until else None,
    )
