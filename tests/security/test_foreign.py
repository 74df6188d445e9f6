"""What is somebody else's is not there: with another patient's ids, with ids that were altered, and for staff to whom a
department does not belong. Nothing changes, nothing is told, and refused rights are in the trail."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.security.entry import Entry
from tests.security.town import SECRETS, Town

pytestmark = pytest.mark.asyncio(loop_scope="package")

ODD = ("x" * 22, "A" * 500, "%00", "' OR 1=1 张%FF", "9" * 15)


def _things(entry: Entry, value: str) -> dict[str, str]:
    return dict.fromkeys({**entry.open_, **entry.owned}.values(), value)


async def test_my_own_things_are_there(place: Town) -> None:
    """Otherwise the tests below would prove nothing."""
    for way in place.ways:
        client = {"contact": place.a, "needs": place.staff["boss"].client}.get(way.access.kind)
        if way.method == "GET" and client is not None:
            answer, page = await place.read(client, way)
            assert answer.status in (200, 302, 303), (way.name, answer.status, page)


async def test_another_patient_s_things_are_not_there(place: Town) -> None:
    before, token, tried = await place.rows(), await place.token(place.b), 0
    written = await place.attempts("NotFound")
    for way in place.ways:
        if way.access.kind != "contact" or not way.entry.owned or way.entry.link:
            continue
        answer, page = await place.read(place.b, way, token=token)
        assert answer.status == 404, (way.name, answer.status, page)
        assert not [secret for secret in SECRETS if secret in page], way.name
        tried += 1
    assert tried > 15
    assert await place.attempts("NotFound") == written + tried
    assert await place.rows() == before


async def test_pages_of_one_patient_show_nothing_of_another(place: Town) -> None:
    for way in place.ways:
        if way.access.kind == "contact" and way.method == "GET" and not way.entry.owned:
            _, page = await place.read(place.b, way)
            assert not [secret for secret in (*SECRETS, place.things["appointment"]) if secret in page], way.name


async def test_altered_ids_find_nothing_and_break_nothing(place: Town) -> None:
    before, token, boss = await place.rows(), await place.token(place.b), place.staff["boss"]
    desk_token = await place.token(boss.client)
    for way in place.ways:
        if not (way.entry.owned or way.entry.open_) or way.access.kind == "public":
            continue
        desk = way.access.kind != "contact"
        for odd in ODD[:3] if desk else ODD:
            things = _things(way.entry, odd)
            answer, page = await place.read(
                boss.client if desk else place.b, way, token=desk_token if desk else token, things=things
            )
            assert answer.status < 500, (way.name, odd, page)
            if way.entry.owned and way.fields:
                gone = (400, 404, 405, 409) if way.entry.link else (400, 404, 405)
                # To throw away what is not there changes nothing, and says nothing either.
                empty = desk and way.method == "POST" and answer.status == 303
                assert answer.status in gone or empty, (way.name, odd, answer.status)
    assert await place.rows() == before


async def test_staff_without_a_right_are_refused_and_it_is_written_down(place: Town) -> None:
    before, nobody = await place.rows(), place.staff["nobody"].client
    token, refused, tried = await place.token(nobody), await place.refusals(), 0
    for way in place.ways:
        if way.access.kind == "needs":
            answer, page = await place.read(nobody, way, token=token)
            assert answer.status == 403, (way.name, answer.status)
            assert not [secret for secret in SECRETS if secret in page], way.name
            tried += 1
    assert tried > 10
    assert await place.refusals() == refused + tried
    assert await place.rows() == before


def _ranged(place: Town) -> Mapping[str, bool]:
    return {slug: right.ranged for slug, right in place.here.rights.by_slug.items()}


async def test_staff_see_and_change_nothing_of_other_departments(place: Town) -> None:
    before, elsewhere = await place.rows(), place.staff["elsewhere"].client
    ranged, token, tried = _ranged(place), await place.token(elsewhere), 0
    for way in place.ways:
        if way.access.kind != "needs" or not ranged[way.access.right]:
            continue
        answer, page = await place.read(elsewhere, way, token=token)
        if way.entry.owned:
            # What is in the form may be refused before it is asked whose it is; that nothing changed, is below.
            refused = (403, 404) if way.method == "GET" else (403, 404, 422)
            assert answer.status in refused, (way.name, answer.status)
            tried += 1
        for secret in (*SECRETS, "Colleague"):
            assert secret not in page, (way.name, secret)
    assert tried >= 4
    assert await place.rows() == before


async def test_nobody_ends_another_s_session(place: Town) -> None:
    client = place.staff["nobody"].client
    token = await place.token(client)
    path = f"/desk/account/sessions/{place.things['visit']}/end"
    answer = await client.post(path, data={"csrf": token}, allow_redirects=False)
    assert answer.status == 404
    assert (await place.staff["boss"].client.get("/desk/account", allow_redirects=False)).status == 200
