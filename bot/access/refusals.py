"""What an administrator is refused with staff and roles (office.py)."""

from __future__ import annotations

from bot.errors import Refusal


class LoginTaken(Refusal):
    """Somebody has this name already."""


class BadLogin(Refusal):
    """Not a name to sign in with."""


class NameTaken(Refusal):
    """Another role has this name."""


class LastAdministrator(Refusal):
    """Nobody would be left who may do everything."""


class DoctorTaken(Refusal):
    """Another member is this doctor."""


class RoleHeld(Refusal):
    """Somebody still has the role. Fact: ``count``."""
