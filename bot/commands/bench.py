"""Measure what Daoyi costs, as ratios to a bare peer in the same run; prints JSON.

callbacks: CPU of a whole turn. race: contacts who all want the last slots. push: the outbox to a played WeChat.
grow: what reads cost in a young hospital and in one with a hundred times the past.
opening: a day opens and thousands come within seconds for a few hundred slots.
"""

from __future__ import annotations

import argparse

from bot import logs
from bot.bench import callbacks, grow, opening, payments, push, race
from bot.bench.figures import shown
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["callbacks", "race", "push", "grow", "opening", "payments"])
    parser.add_argument("--database", default="", metavar="URL",
                        help="an EMPTY database of MariaDB or MySQL; default: a private MariaDB that flushes "
                             "at every commit")
    parser.add_argument("--scene", choices=sorted(callbacks.SCENES), default="register", help="callbacks: what is said")
    parser.add_argument("--messages", type=int, default=1000, help="callbacks: messages a round")
    parser.add_argument("--rounds", type=int, default=8, help="callbacks: rounds for each server")
    parser.add_argument("--rivals", type=int, default=0, help="race, opening: contacts (default: 500, 5000)")
    parser.add_argument("--slots", type=int, default=0, help="race, opening: slots that they want (default: 50, 300)")
    parser.add_argument("--within", type=float, default=10.0, help="opening: seconds within which they come")
    parser.add_argument("--pushes", type=int, default=1000, help="push: how many")
    parser.add_argument("--notices", type=int, default=2000, help="payments: how many")
    parser.add_argument("--orders", type=int, default=1_000_000, help="payments: of the day that is held together")
    parser.add_argument("--appointments", type=int, default=1_000_000, help="grow: how many there are in the end")
    parser.add_argument("--persons", type=int, default=200_000, help="grow: how many there are in the end")
    parser.add_argument("--profile", action="store_true", help="callbacks: where the time goes (slower, no ratio)")


async def run(args: argparse.Namespace, settings: Settings) -> int:
    logs.configure("warning")
    if args.what == "race":
        result = await race.run(args.rivals or 500, args.slots or 50, args.database)
        wrong = result["oversold"] or result["unsold"] or result["errors"]
    elif args.what == "push":
        result = await push.run(args.pushes, args.database)
        wrong = result["lost"] or result["twice"]
    elif args.what == "opening":
        result = await opening.run(args.rivals or 5000, args.slots or 300, args.within, args.database)
        wrong = any(result[name] for name in ("oversold", "unsold", "lost", "untrue", "errors"))
    elif args.what == "payments":
        result = await payments.run(args.notices, args.orders, args.database)
        wrong = result["errors"]
    elif args.what == "grow":
        result = await grow.run(args.appointments, args.persons, args.database)
        wrong = result["largest_ratio"] > grow.MOST
    else:
        result = await callbacks.run(
            callbacks.Plan(args.scene, args.messages, rounds=args.rounds, profile=args.profile, database=args.database)
        )
        wrong = result["errors"]
    print(shown(result))
    return 1 if wrong else 0
