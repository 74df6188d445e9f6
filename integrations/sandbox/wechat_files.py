"""Played: temporary media, and QR codes with a scene."""

from __future__ import annotations

import io
import secrets
from datetime import timedelta
from typing import Any

import segno
from aiohttp import BodyPartReader, web

from bot import clock
from integrations.sandbox.play_account import File, PlayAccount, Qr
from integrations.sandbox.refusal import PlayRefusal, plain_json
from integrations.sandbox.state import ACCOUNTS
from integrations.speech import mp3

MEDIA_LIFE = timedelta(days=3)
MB = 1024 * 1024
SIZES = {"image": (10 * MB, 40009), "voice": (2 * MB, 40010), "video": (10 * MB, 40011), "thumb": (64 * 1024, 40012)}
VOICE_SECONDS = 60
AMR = b"#!AMR"
QR_SECONDS = 2_592_000


async def upload(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    kind = request.query.get("type", "")
    if kind not in SIZES:
        raise PlayRefusal(40004, "invalid media type")
    if not request.content_type.startswith("multipart/"):
        raise PlayRefusal(41005, "media data missing")
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
            content = bytes(await part.read())
            media_id = keep(account, kind, part.filename, part.headers.get("Content-Type", ""), content)
            name = "thumb_media_id" if kind == "thumb" else "media_id"
            return plain_json({"type": kind, name: media_id, "created_at": int(clock.now().timestamp())})
    raise PlayRefusal(41005, "media data missing")


def keep(account: PlayAccount, kind: str, filename: str, content_type: str, content: bytes) -> str:
    """Store a file for three days, the patients' own as well; its media id."""
    limit, errcode = SIZES[kind]
    if not content or len(content) > limit:
        raise PlayRefusal(errcode, f"invalid {kind} size")
    seconds = _voice_seconds(content) if kind == "voice" else 0.0
    media_id = secrets.token_urlsafe(48)
    account.files[media_id] = File(kind, filename, content_type, content, clock.now() + MEDIA_LIFE, seconds)
    return media_id


def _voice_seconds(content: bytes) -> float:
    """A voice is AMR or MP3, and no longer than a minute."""
    if content.startswith(AMR):
        return 0.0
    seconds = mp3.seconds(content)
    if not seconds:
        raise PlayRefusal(40005, "invalid file type")
    if seconds > VOICE_SECONDS:
        raise PlayRefusal(45007, "playtime out of limit")
    return seconds


async def media_get(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    file = account.files.get(request.query.get("media_id", ""))
    if file is None or file.until <= clock.now():
        raise PlayRefusal(40007)
    if file.kind == "video":
        return plain_json({"video_url": f"http://video.sandbox/{request.query['media_id']}"})
    return web.Response(body=file.content, content_type=file.content_type,
                        headers={"Content-disposition": f'attachment; filename="{file.name}"'})


async def qr_create(account: PlayAccount, request: web.Request, body: dict[str, Any]) -> web.Response:
    action = body.get("action_name")
    scene = ((body.get("action_info") or {}).get("scene")) or {}
    text = str(scene.get("scene_str") or scene.get("scene_id") or "")
    if action not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
        raise PlayRefusal(40053, "invalid action info")
    if not 1 <= len(text) <= 64:
        raise PlayRefusal(40097, "invalid args")
    temporary = action in ("QR_SCENE", "QR_STR_SCENE")
    seconds = min(int(body.get("expire_seconds") or 60), QR_SECONDS)
    ticket, url = f"gQ{secrets.token_urlsafe(60)}==", f"http://weixin.qq.com/q/02{secrets.token_urlsafe(12)}"
    account.qr[ticket] = Qr(text, url, clock.now() + timedelta(seconds=seconds) if temporary else None)
    answer: dict[str, Any] = {"ticket": ticket, "url": url}
    return plain_json(answer | {"expire_seconds": seconds} if temporary else answer)


def scene_of(account: PlayAccount, code: str) -> tuple[str, str] | None:
    """(scene, ticket) of a code by its ticket or the address in it; None if it is nobody's or over."""
    for ticket, qr in account.qr.items():
        if code in (ticket, qr.url) and (qr.until is None or qr.until > clock.now()):
            return qr.scene, ticket
    return None


async def show_qr(request: web.Request) -> web.Response:
    """The picture of a code, for anybody who has its ticket."""
    ticket = request.query.get("ticket", "")
    found = [account.qr[ticket] for account in request.app[ACCOUNTS].values() if ticket in account.qr]
    if not found:
        raise web.HTTPNotFound
    picture = io.BytesIO()
    segno.make(found[0].url, error="m").save(picture, kind="png", scale=8, border=4)
    return web.Response(body=picture.getvalue(), content_type="image/png")


CALLS = [
    ("POST", "/cgi-bin/media/upload", upload),
    ("GET", "/cgi-bin/media/get", media_get),
    ("POST", "/cgi-bin/qrcode/create", qr_create),
]
OPEN_ROUTES = [web.get("/cgi-bin/showqrcode", show_qr)]
