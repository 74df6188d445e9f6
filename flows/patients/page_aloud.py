"""Pages read aloud by the hospital's voice, for phones that have none of their own (most of WeChat's on Android)."""

from __future__ import annotations

from aiohttp import web

from bot import logs
from bot.errors import BadInput, NotFound, OutsideError
from bot.talk.aloud import aloud
from bot.web import faults, forms
from bot.web.keys import PORTS, WORDING
from bot.web.limits import limited
from bot.web.pages import contact_page
from integrations.speech.port import speech_of

log = logs.get(__name__)

ADDRESS = "/h5/patients/aloud"
LONGEST = 80
"""Characters of one part; a page asks for one after the other, so that the first is heard at once."""

routes = web.RouteTableDef()


@routes.post(ADDRESS)
@contact_page
@limited("aloud")
async def say(request: web.Request) -> web.StreamResponse:
    """`text`, some lines of a page, as MP3; nothing (204) where nothing of it can be heard."""
    speech, wording = speech_of(request.app[PORTS]), request.app[WORDING]
    if speech is None:
        raise NotFound("voice")
    text = (await forms.values(request)).get("text", "")
    said = aloud(text, wording.words["aloud"])
    if len(text) > LONGEST or len(said) > speech.most:
        raise BadInput("text_too_long")
    if not said:
        return web.Response(status=204)
    try:
        clip = await speech.speak(said)
    except OutsideError as error:
        log.warning("page_not_read_aloud", error=type(error).__name__)
        return faults.answer(request, faults.Kind.BUSY, said=wording.render("patients/h5/aloud_away"))
    return web.Response(body=clip.audio, content_type="audio/mpeg", headers={"Cache-Control": "private, no-store"})
