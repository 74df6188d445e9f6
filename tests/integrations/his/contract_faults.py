"""What every `HospitalPort` must do where answers are lost, refused or late, or the other side is away."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import OutsideUnavailable, OutsideUnknown
from integrations.his.conduct import Conduct
from integrations.his.port import HospitalPort
from tests.integrations.his.contract import Desk, Like, refusal
from tests.support.patience import until


class FaultsContract:
    """Beside HospitalContract, with the same fixtures."""

    async def test_a_lost_answer_is_found_by_asking(self, hospital: HospitalPort, hospital_like: Like) -> None:
        desk = await Desk.at(hospital)
        assert await hospital.ask("take-1") is None
        await hospital_like(Conduct(lose_next=1))
        with pytest.raises(OutsideUnknown):
            await desk.register("take-1", "app-1", 1)
        outcome = await hospital.ask("take-1")
        assert outcome is not None and outcome.verb == "register" and outcome.registration is not None
        assert await desk.register("take-1", "app-1", 1) == outcome.registration

    async def test_a_lost_refusal_is_found_by_asking(self, hospital: HospitalPort, hospital_like: Like) -> None:
        desk = await Desk.at(hospital)
        await hospital_like(Conduct(lose_share=1.0))
        with pytest.raises(OutsideUnknown):
            await desk.register("take-1", "app-1", 999)
        outcome = await hospital.ask("take-1")
        assert outcome is not None and outcome.refused is not None
        assert outcome.refused.code == "number_out_of_segment"

    async def test_told_to_refuse_it_stays_with_its_no(self, hospital: HospitalPort, hospital_like: Like) -> None:
        desk = await Desk.at(hospital)
        await hospital_like(Conduct(refuse={"register": "session_stopped"}))
        assert await refusal(desk.register("take-1", "app-1", 1)) == "session_stopped"
        await hospital_like(Conduct())
        assert await refusal(desk.register("take-1", "app-1", 1)) == "session_stopped"
        assert (await desk.register("take-2", "app-1", 1)).number == 1

    async def test_away_it_does_nothing(self, hospital: HospitalPort, hospital_like: Like) -> None:
        desk = await Desk.at(hospital)
        await hospital_like(Conduct(unavailable=True))
        with pytest.raises(OutsideUnavailable):
            await hospital.ping()
        with pytest.raises(OutsideUnavailable):
            await desk.register("take-1", "app-1", 1)
        with pytest.raises(OutsideUnavailable):
            await hospital.ask("take-1")
        await hospital_like(Conduct())
        assert await hospital.ask("take-1") is None

    async def test_a_caller_who_hangs_up_asks_afterwards(self, hospital: HospitalPort, hospital_like: Like) -> None:
        """The limit falls before the work for the first and after it for the second."""
        desk = await Desk.at(hospital)
        await hospital_like(Conduct(delay_s=0.8))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await desk.register("take-1", "app-1", 1)
        await hospital_like(Conduct(delay_s=2))
        caller = asyncio.create_task(desk.register("take-2", "app-2", 2))
        await asyncio.sleep(0.5)  # by now it is on its way, and slow
        await hospital_like(Conduct())

        async def entered() -> bool:
            return await hospital.ask("take-2") is not None

        await until(entered)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        assert await hospital.ask("take-1") is None
        outcome = await hospital.ask("take-2")
        assert outcome is not None and outcome.registration is not None and outcome.registration.number == 2
