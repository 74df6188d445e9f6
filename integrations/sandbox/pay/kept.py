"""What a played channel knows of trades outlives its process: money that was paid yesterday can go back today."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import logs
from integrations.sandbox.pay.purse import PlayRefund, Purse, Trade

log = logs.get(__name__)

FILE = "trades.json"


def save(folder: Path, purse: Purse, books: Mapping[str, dict[str, Any]]) -> None:
    """The trades, and what else the channel has written down. Nothing is written where nothing happened."""
    if not purse.trades:
        return
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}.{os.getpid()}"
    trades = [asdict(trade) for trade in purse.trades.values()]
    draft.write_text(json.dumps({"trades": trades, "books": books}, default=datetime.isoformat), "utf-8")
    draft.replace(folder / FILE)


def load(folder: Path, purse: Purse, books: Mapping[str, dict[str, Any]]) -> None:
    """What `save` wrote; a file that cannot be read is left out."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
        trades = [_trade(each) for each in found["trades"]]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("sandbox_trades_not_read", error=type(error).__name__)
        return
    purse.trades.update({trade.number: trade for trade in trades})
    for name, book in books.items():
        book.update(found["books"].get(name, {}))


def _trade(facts: dict[str, Any]) -> Trade:
    refunds = {number: PlayRefund(**_timed(PlayRefund, each)) for number, each in facts["refunds"].items()}
    return Trade(**_timed(Trade, facts | {"refunds": {}}) | {"refunds": refunds})


def _timed(kind: type[Trade] | type[PlayRefund], facts: dict[str, Any]) -> dict[str, Any]:
    """Moments out of their texts, as the class has them."""
    moments = {each.name for each in fields(kind) if "datetime" in str(each.type)}
    return {
        name: datetime.fromisoformat(value) if name in moments and value else value for name, value in facts.items()
    }
