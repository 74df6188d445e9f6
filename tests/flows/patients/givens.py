"""What transcripts about persons can be given."""

from __future__ import annotations

from itertools import cycle

from bot.errors import OutsideUnavailable
from bot.talk.channel import Narrator
from flows.patients.proof.codes import Digits
from flows.patients.service import PatientsService
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort, PatientRecord
from integrations.speech.port import Speech
from jobs import patients as jobs
from tests.flows.patients import family
from tests.support.fakes import PlayedSpeech
from tests.support.givens import do, given
from tests.support.world import World


class Foreseeable(Digits):
    """The codes of a transcript, one after the other and then from the beginning."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self._codes = cycle(codes)

    def draw(self) -> str:
        return next(self._codes)


@given
async def hospital(world: World) -> None:
    """A hospital that answers."""
    family.with_hospital(world)


@given
async def codes(world: World, *drawn: str) -> None:
    """The codes that will be sent."""
    world.ports.put(Digits, Foreseeable(drawn))


@given
async def voice(world: World, most: str = "140") -> None:
    """The hospital has a voice, which says so many characters at once."""
    speech = PlayedSpeech(int(most))
    world.ports.put(Speech, speech)
    world.ports.put(Narrator, speech)


@given
async def been_before(world: World, name: str, number: str, phone: str) -> None:
    """The hospital has a record with this phone."""
    await family.been_before(world, name, number, phone)


@given
async def registered(world: World, who: str, relation: str, name: str, number: str, mobile: str) -> None:
    """The contact has registered this person already."""
    family.with_hospital(world)
    await family.registered(world, who, relation=relation, name=name, document_number=number, mobile=mobile)
    world.sms.sent.clear()


class Wordless(EmbeddedHospital):
    """A hospital whose patient index does not answer."""

    async def find_patient(self, *document: str) -> PatientRecord | None:
        raise OutsideUnavailable("no answer", system="his")


@do
async def index_is_away(world: World) -> None:
    world.ports.put(HospitalPort, Wordless(world.database))


@do
async def index_is_back(world: World) -> None:
    world.ports.put(HospitalPort, EmbeddedHospital(world.database))


@do
async def day_begins(world: World) -> None:
    """What runs every morning."""
    assert HospitalPort in world.ports
    await jobs.grows_up(world.workshop.job(name="patients.grows_up"))


@do
async def registered_on_page(world: World, who: str, relation: str, name: str, number: str, mobile: str) -> None:
    """The same, and on the page that the chat led to."""
    person = await family.registered(world, who, relation=relation, name=name, document_number=number, mobile=mobile)
    world.sms.sent.clear()
    async with world.context(who) as context:
        await PatientsService(context).tell_chat(person)
