"""Styles, scripts and pictures from templates/static, a hospital's own before ours.

An address carries the hash of what it gives (``/static/h5/page.css?v=1f2e3d4c``): with it a phone may keep the file for
ever, and a new version is a new address. Files are held in memory, compressed once.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot import logs
from bot.web.access import public
from bot.web.keys import SETTINGS
from bot.wording import OURS

log = logs.get(__name__)

FOREVER = "public, max-age=31536000, immutable"
COMPRESSED = (".css", ".js", ".svg", ".json", ".txt", ".map")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent. ``packed`` is empty where compression is no use."""

    body: bytes
    packed: bytes
    version: str
    content_type: str
    changed: int


class Statics:
    """Everything below the ``static`` folders, read when first asked for and again when it has changed."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [folder for folder in folders if folder.is_dir()]
        self._files: dict[Path, File] = {}

    def find(self, name: str) -> File | None:
        """The file with this name below one of the folders; nothing outside of them, nothing hidden."""
        parts = name.split("/")
        if any(not part or part.startswith(".") or len(part) > 100 for part in parts) or "\\" in name or "\0" in name:
            return None
        for folder in self._folders:
            path = folder.joinpath(*parts)
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                return self._read(path)
        return None

    def address(self, name: str) -> str:
        """``/static/<name>?v=<hash>``, for templates. A file that is missing is logged: the page does without it."""
        file = self.find(name)
        if file is None:
            log.warning("static_missing", file=name)
            return f"/static/{name}"
        return f"/static/{name}?v={file.version}"

    def _read(self, path: Path) -> File:
        changed = path.stat().st_mtime_ns
        known = self._files.get(path)
        if known is None or known.changed != changed:
            body = path.read_bytes()
            packed = gzip.compress(body, 6, mtime=0) if path.suffix in COMPRESSED and len(body) > 500 else b""
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            known = File(body, packed, hashlib.sha256(body).hexdigest()[:12], kind, changed)
            self._files[path] = known
        return known


STATICS: web.AppKey[Statics] = web.AppKey("statics", Statics)


def setup(app: web.Application) -> None:
    """``/static/...`` and ``app[STATICS]``."""
    override = app[SETTINGS].templates_override
    app[STATICS] = Statics(*([override / "static"] if override else []), OURS / "static")
    app.router.add_get("/static/{name:.+}", give)


@public
async def give(request: web.Request) -> web.Response:
    """One file. Without the right hash in its address it is asked for again each time."""
    file = request.app[STATICS].find(request.match_info["name"])
    if file is None:
        raise web.HTTPNotFound
    headers = {
        "ETag": f'"{file.version}"',
        "Cache-Control": FOREVER if request.query.get("v") == file.version else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match", "").removeprefix("W/") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    body = file.body
    if file.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = file.packed, "gzip"
    charset = "utf-8" if file.content_type.startswith("text/") or file.content_type.endswith("javascript") else None
    return web.Response(body=body, headers=headers, content_type=file.content_type, charset=charset)
