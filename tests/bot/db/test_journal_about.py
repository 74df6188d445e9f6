"""The journal's lines about one matter are found by an index, however many others there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.db.engine import Database
from bot.db.journal import Wanted, find, journal

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
LINES = 3000


async def test_a_matter_is_looked_up_by_its_index(database: Database) -> None:
    rows = [{"at": NOW + timedelta(seconds=n), "kind": "booking.hold", "failed": False, "reason": "",
             "about": f"appointment:{n // 3:022d}", "person_id": n % 50, "clinic": "1101", "doctor": "D1023",
             "channel": "wechat", "actor": "contact:x", "request_id": f"r{n}"} for n in range(LINES)]
    async with database.transaction() as tx:
        await tx.insert_many(journal, rows)
    matter, maria = f"appointment:{7:022d}", database.url.drivername.startswith("mysql")
    async with database.transaction() as tx:
        await tx.execute(text("ANALYZE TABLE journal" if maria else "ANALYZE"))
    async with database.reading() as tx:
        found = await find(tx, Wanted(about=matter), limit=50)
        asked = f"SELECT id FROM journal WHERE about = '{matter}' ORDER BY at DESC, id DESC LIMIT 50"
        plan = await tx.all(text(f"EXPLAIN {asked}" if maria else f"EXPLAIN QUERY PLAN {asked}"))
    assert [row.at for row in found] == [NOW + timedelta(seconds=n) for n in (23, 22, 21)]
    assert "ix_journal_about" in str(plan), plan
    if maria:
        assert int(plan[0].rows) < 10 and "filesort" not in str(plan[0].Extra), plan
