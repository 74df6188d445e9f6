"""What an area declares of each kind of push it sends (`Area.pushes`). Low in the house: every area may say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

_NAME = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class PushKind:
    """One kind of push.

    `name` is "<area>.<what>"; its words stand in templates/<area>/push/<what>.j2 (first line the title), what staff
    call it in common/words.toml, [pushes]. `priority` 1 (calling a number) goes before 9 (a campaign). `quiet`: "waits"
    until the quiet hours are over, "always" ignores them. `useless_minutes` after its due moment it is dropped.
    `sms_fallback`: it goes by text message where the account cannot reach the contact, and is worth a call by staff
    where nothing else could. `values` maps the keywords of the channel's template to names of facts, where there is no
    templates/<area>/push/<what>_values.j2. `discreet` wants neutral words outside of our pages. `obligatory` cannot
    be turned off by the contact (safety of their own account, a stopped session). `asks` wants an answer in the chat:
    who is on none is called, and no text message asks them.
    """

    name: str
    priority: int = 5
    quiet: Literal["waits", "always"] = "waits"
    useless_minutes: int | None = None
    sms_fallback: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    discreet: bool = False
    obligatory: bool = False
    asks: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name}: expected area.kind")
        if not 1 <= self.priority <= 9:
            raise ValueError(f"{self.name}: priority 1 to 9")

    @property
    def group(self) -> str:
        """What contacts turn on and off: all that an area sends."""
        return self.name.partition(".")[0]

    @property
    def template(self) -> str:
        return self._in("push")

    @property
    def values_template(self) -> str:
        """The values of the channel's template, lines `keyword: value`; need not be there."""
        return self._in("push") + "_values"

    @property
    def sms_template(self) -> str:
        """The text that is approved at the gateway."""
        return self._in("sms")

    @property
    def params_template(self) -> str:
        """The parameters of that text, lines `name: value`; need not be there."""
        return self._in("sms") + "_params"

    def _in(self, folder: str) -> str:
        area, _, what = self.name.partition(".")
        return f"{area}/{folder}/{what}"
