"""Pictures that come with a form: judged by their content, drawn anew, kept under a name of ours or not at all."""

from __future__ import annotations

import io
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.documents import Problem
from bot.errors import Conflict
from bot.web import forms, middlewares, static, uploads
from bot.web.keys import SETTINGS, WORDING
from bot.web.pictures import Picture, Wanted, redraw
from bot.wording import Wording
from tests.bot.web.site import settings

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind: str = "PNG", size: tuple[int, int] = (200, 100), **saved: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **saved)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG that says it is ``side`` pixels square, in a few bytes."""
    def chunk(name: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))
    head = chunk(b"IHDR", pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def exif_of(place: str) -> Any:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = place, 6  # a description, and: turn me by a quarter
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    body = picture(kind, exif=exif_of("31.2304,121.4737")) + SCRIPT
    found = redraw(body, Wanted(side=50))
    assert isinstance(found, Picture)
    assert (found.kind, found.width, found.height) == (kind.lower(), 25, 50)  # upright, and smaller
    assert b"31.2304" not in found.body
    assert b"script" not in found.body
    assert Image.open(io.BytesIO(found.body)).format == kind


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (SCRIPT, "picture_kind"),
        (SVG, "picture_kind"),
        (b"GIF89a" + SCRIPT, "picture_kind"),
        (b"%PDF-1.7", "picture_kind"),
        (b"MZ\x90\x00", "picture_kind"),
        (b"\xff\xd8\xff" + SCRIPT, "picture_broken"),
        (b"RIFF\x10\x00\x00\x00WEBP" + SCRIPT, "picture_broken"),
        (picture()[:60], "picture_broken"),
        (bomb(30_000), "picture_pixels"),
        (bomb(8_000), "picture_pixels"),
        (picture(size=(8, 8)), "picture_small"),
    ],
    ids=["script", "svg", "gif", "pdf", "exe", "jpeg", "webp", "half", "bomb", "large", "small"],
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(body: bytes, slug: str) -> None:
    found = redraw(body, Wanted())
    assert isinstance(found, Problem)
    assert found.slug == slug
    assert forms.say(Wording(debug=True), found)


@uploads.takes("picture", Wanted(largest=100_000))
async def take(request: web.Request) -> web.StreamResponse:
    sent = await forms.values(request)
    if sent.get("name") == "conflict":
        raise Conflict("older")
    found = uploads.kept(request, "picture")
    problem = found.slug if isinstance(found, Problem) else ""
    return web.json_response({"name": sent.get("name"), "kept": found if not problem else "", "problem": problem})


async def without(request: web.Request) -> web.StreamResponse:
    return web.json_response(await forms.values(request))


async def show(request: web.Request) -> web.StreamResponse:
    return await uploads.give(request, request.match_info["name"])


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application(middlewares=middlewares.ALL)
    app[SETTINGS] = settings(var=tmp_path)
    app[WORDING] = Wording(debug=True)
    static.setup(app)
    app.router.add_post("/h5/site/take", take)
    app.router.add_post("/h5/site/without", without)
    app.router.add_get("/h5/site/show/{name:.*}", show)
    async with TestClient(TestServer(app)) as made:
        yield made


def form(body: bytes, name: str = "cat.png", kind: str = "image/png", **fields: str) -> FormData:
    made = FormData()
    made.add_field("picture", body, filename=name, content_type=kind)
    for field, value in fields.items():
        made.add_field(field, value)
    return made


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_picture_is_kept_and_given_back(client: TestClient[Any, Any], tmp_path: Path) -> None:
    answer = await client.post("/h5/site/take", data=form(picture("JPEG"), name="../../x.html"))
    name = (await answer.json())["kept"]
    (path,) = files(tmp_path)
    assert path.name == name
    assert path.stat().st_mode & 0o777 == 0o600
    shown = await client.get(f"/h5/site/show/{name}")
    assert shown.content_type == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert (await shown.read()).startswith(b"\xff\xd8\xff")
    uploads.forget(client.server.app[SETTINGS], name)
    assert (await client.get(f"/h5/site/show/{name}")).status == 404


async def test_a_script_is_refused_and_nothing_stays(client: TestClient[Any, Any], tmp_path: Path) -> None:
    answer = await client.post("/h5/site/take", data=form(SVG, name="cat.png"))
    assert (await answer.json())["problem"] == "picture_kind"
    answer = await client.post("/h5/site/take", data=form(b"\x89PNG" + b"x" * 100_001))
    assert (await answer.json())["problem"] == "picture_large"
    answer = await client.post("/h5/site/take", data=form(b"x" * 300_000))
    assert answer.status == 413
    assert files(tmp_path) == []


async def test_no_file_is_nothing(client: TestClient[Any, Any]) -> None:
    sent = (
        b'--cut\r\nContent-Disposition: form-data; name="picture"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--cut--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    answer = await client.post("/h5/site/take", data=sent, headers=headers)
    assert await answer.json() == {"name": None, "kept": None, "problem": ""}


async def test_a_handler_that_fails_keeps_no_file(client: TestClient[Any, Any], tmp_path: Path) -> None:
    made = form(picture())
    made.add_field("name", "conflict")
    assert (await client.post("/h5/site/take", data=made)).status == 409
    assert files(tmp_path) == []


async def test_a_form_that_takes_no_files_refuses_them(client: TestClient[Any, Any]) -> None:
    assert (await client.post("/h5/site/without", data=form(picture()))).status == 400
    assert (await client.post("/h5/site/without", data={"a": "x" * 70_000})).status == 413

    async def dribble() -> AsyncIterator[bytes]:  # no length is told
        for _ in range(20):
            yield b"a=" + b"x" * 10_000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post("/h5/site/without", data=dribble(), headers=headers)).status == 413


@pytest.mark.parametrize("name", ["../secret.key", "0" * 32 + ".html", "%2e%2e/secret.key", "0" * 32 + ".png", ""])
async def test_only_names_that_we_drew_lead_anywhere(client: TestClient[Any, Any], name: str) -> None:
    assert (await client.get(f"/h5/site/show/{name}")).status == 404
