"""What is counted and timed, for Prometheus at ``/metrics``; there every name begins with ``daoyi_``.

``metrics.callbacks.inc("main", "answered")``, ``metrics.outside_seconds.observe(0.2, "wechat", "token")``,
``with metrics.turn_seconds.time():``. Labels hold few values and never one that a sender chooses: no contact, no
number, no address. See ``bot.metrics_registry`` for how processes share them.
"""

from __future__ import annotations

from bot.metrics_registry import CONTENT_TYPE, Count, Level, Spread, exposition, share

__all__ = ["CONTENT_TYPE", "Count", "Level", "Spread", "count", "exposition", "share"]

# Bounds where the questions are: WeChat waits 5 s, we answer within 3.6, a turn should take some milliseconds.
_TURN = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3.6, 5)
_OUTSIDE = (0.01, 0.05, 0.1, 0.2, 0.5, 1, 1.5, 3, 5, 10)
_LAG = (0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800)

callbacks = Count("callbacks", "Callbacks by their end: answered, empty, duplicate, late, failed", "account", "result")
refused_callbacks = Count("refused_callbacks", "Callbacks refused before anything ran", "reason")
turn_seconds = Spread("turn_seconds", "One turn, from the verified event to the commit", _TURN)
turns = Count("turns", "Turns by flow and by the outcome they ended in", "flow", "outcome")
turned_away = Count("turned_away", "Turns refused because too many waited")
misses = Count("misses", "Answers that were not understood", "flow")
requests = Count("requests", "Pages and API calls", "area", "status")

limited = Count("limited", "Requests that came too often, by limit and by what was counted", "limit", "by")
uploads = Count("uploads", "Files that came with a form: kept, or the slug of what was wrong with them", "result")

outbox_rows = Count("outbox_rows", "Outbox rows worked on: done, again, useless, dead", "topic", "result")
outbox_lag_seconds = Spread("outbox_lag_seconds", "From the moment a row was due to its being done", _LAG)
outbox_waiting = Level("outbox_waiting", "Outbox rows that are due and not done")
outbox_dead = Level("outbox_dead", "Dead letters")
jobs = Count("jobs", "Jobs that ran: done, failed, again", "job", "result")
job_seconds = Spread("job_seconds", "One job", _LAG, "job")

pushes = Count("pushes", "Pushes by their end: sent, fell, useless, failed", "kind", "channel", "result")
read_aloud = Count(
    "read_aloud", "Answers read aloud: heard, part, overtaken, full, closed, away, refused, unknown", "result"
)
holds = Count("holds", "Holds by what became of them: held, taken, confirmed, released, expired", "result")
waiting = Count(
    "waiting", "Entries of the waiting list: joined, offered and how they ended (state of booking_waiting)", "result"
)
by_staff = Count("by_staff", "What staff did for patients: booked, changed, cancelled, waited", "act", "channel")
wishes = Count("wishes", "Wishes of fair openings: made, and how they ended (state of booking_wish)", "result")
arrivals = Count("arrivals", "Check-ins: in_time, late", "result")
no_shows = Count("no_shows", "No-shows written, struck; persons locked, and their locks over, lifted", "result")
appeals = Count("appeals", "Appeals: made, accepted, declined", "result")
sessions_told = Count("sessions_told", "Sessions made here that the hospital was told of: taken, refused", "result")
moves = Count("moves", "Appointments that the hospital moved, and whose patients were told: time, place", "what")
stops = Count("stops", "Stops of sessions: stopped, substituted, undone; and what patients chose", "result")

payments = Count("payments", "Payments by what their channel said: apply, late, double, closed …", "channel", "verdict")
refunds = Count("refunds", "Refunds by their end: back, stuck", "channel", "result")
claims = Count("claims", "Claims on the insurance by what became of them: offered, claimed …", "result")
covers = Count("covers", "Claims on commercial insurers by what became of them: offered, settled …", "result")
differences = Count("differences", "Differences between channel, cashier and hospital", "account", "kind")

outside_calls = Count(
    "outside_calls", "Calls to other systems: ok, refused, unavailable, unknown", "system", "call", "result"
)
outside_seconds = Spread("outside_seconds", "One call to another system", _OUTSIDE, "system", "call", "result")


def count(counter: Count, *labels: str) -> None:
    """Count one: ``metrics.count(metrics.callbacks, account, "answered")``."""
    counter.inc(*labels)
