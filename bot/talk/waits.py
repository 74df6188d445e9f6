"""From what a step returned to what is stored: small JSON, names only."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.talk.outcomes import Ask, Await, Choose
from bot.talk.session import Wait


def wait_of(outcome: Choose | Ask | Await, now: datetime) -> Wait:
    """The wait that an asking outcome begins at `now`."""
    until = (now + timedelta(minutes=outcome.minutes)).timestamp()
    links = [list(link) for link in outcome.links]
    wait = Wait("text", outcome.prompt, outcome.then.__name__, until, facts=dict(outcome.facts), links=links)
    wait.expired = outcome.expired.__name__ if outcome.expired else ""
    if isinstance(outcome, Await):
        wait.kind, wait.event = "event", f"{outcome.event}:{outcome.key}"
        return wait
    wait.save = outcome.save
    wait.back = outcome.back.__name__ if outcome.back else ""
    if isinstance(outcome, Choose):
        wait.kind = "choice"
        wait.options = [[option.value, option.label, list(option.aliases)] for option in outcome.options]
        wait.other = outcome.other.__name__ if outcome.other else ""
        wait.event = outcome.event
        wait.happened = outcome.happened.__name__ if outcome.happened else ""
    else:
        wait.check = outcome.check
    return wait
