"""What holds for fees: a clinic's own decision over the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.context import Context
from bot.settings_fees import KEPT_MINUTES
from flows.booking.paying.rules import Terms, When
from flows.directory.rules import Catalogue

_KNOWN: Mapping[str, When] = {"hospital": "hospital", "may": "may", "must": "must"}


def paying(catalogue: Catalogue, clinic: str, context: Context) -> When:
    """When the fee of a registration is paid there."""
    return _KNOWN.get(catalogue.rule(clinic).paying or "", context.settings.booking.fees.when)


def terms_of(context: Context) -> Terms:
    own = context.settings.booking.fees
    return Terms(timedelta(minutes=own.minutes), timedelta(minutes=KEPT_MINUTES))
