"""How a played payment channel behaves beyond what the switches of any server do (misbehave.py)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PayConduct(BaseModel):
    """All is well without a word."""

    model_config = ConfigDict(extra="forbid")

    lose: int = Field(0, ge=0, le=100, description="So many notices are never sent, and never again")
    copies: int = Field(1, ge=1, le=20, description="Each notice comes so many times")
    delay: float = Field(0, ge=0, le=600, description="Seconds until a notice is sent")
    disorder: bool = Field(False, description="Of two notices the later comes first")
    belated: bool = Field(False, description="Payments are taken although they are closed, or their time is up")
    refunds: Literal["at_once", "slow", "stuck"] = Field("at_once", description="When money is back")
    short: bool = Field(False, description="The bill lacks its last line")
    password: bool = Field(False, description="Whoever's code is scanned types the password, however little it is")
