"""Ports, and the errors that outside systems end in."""

from __future__ import annotations

from typing import Protocol

import pytest

from bot.errors import (
    BadInput,
    DaoyiError,
    OutsideError,
    OutsideRefused,
    OutsideUnavailable,
    OutsideUnknown,
    Refusal,
    SettingsError,
)
from bot.ports import PortMissing, Ports


class Bell(Protocol):
    def ring(self) -> str: ...


class Lamp(Protocol):
    def light(self) -> str: ...


class House:
    def __init__(self, closed: list[str], fails: bool = False) -> None:
        self.closed, self.fails = closed, fails

    def ring(self) -> str:
        return "ding"

    async def close(self) -> None:
        self.closed.append("house")
        if self.fails:
            raise OSError("broken")


class Plain:
    def light(self) -> str:
        return "on"


def test_found_by_its_protocol() -> None:
    ports = Ports()
    ports.put(Bell, House([]))
    assert ports[Bell].ring() == "ding"
    assert Bell in ports
    assert Lamp not in ports
    with pytest.raises(PortMissing, match=r"no client for .*Lamp"):
        ports[Lamp]


async def test_one_client_for_two_ports_is_closed_once() -> None:
    closed: list[str] = []
    house, ports = House(closed), Ports()
    ports.put(Bell, house)
    ports.put(House, house)
    ports.put(Lamp, Plain())
    assert len(list(ports)) == 2
    await ports.close()
    assert closed == ["house"]


async def test_one_that_fails_does_not_keep_the_others_open() -> None:
    closed: list[str] = []
    ports = Ports()
    ports.put(Bell, House(closed))
    ports.put(House, House(closed, fails=True))
    with pytest.raises(OSError, match="broken"):
        await ports.close()
    assert closed == ["house", "house"]


def test_the_tree_of_errors() -> None:
    class SlotTaken(Refusal):
        template = "slot_taken"

    assert SlotTaken(doctor="3").facts == {"doctor": "3"}
    assert "3" not in str(SlotTaken(doctor="3"))
    assert SettingsError(["a", "b"]).problems == ("a", "b")
    assert BadInput("bad_signature").reason == "bad_signature"
    assert OutsideUnavailable("busy", system="wechat", retry_after=3).retry_after == 3
    refused = OutsideRefused(43004, "require subscribe", system="wechat")
    assert (refused.code, refused.message, str(refused)) == (
        "43004",
        "require subscribe",
        "wechat: 43004 require subscribe",
    )
    assert all(issubclass(one, OutsideError) for one in (OutsideUnavailable, OutsideUnknown, OutsideRefused))
    assert issubclass(OutsideError, DaoyiError)
