"""The page of easy mode: on and off, for oneself and for those one helps; and what of it is read aloud in the chat."""

from __future__ import annotations

from aiohttp import web

from bot.context import ALWAYS, NEVER, SPOKEN, Context
from bot.talk.channel import Narrator
from bot.web import forms
from bot.web.pages import contact_page, easy, in_tx, reading, render, see
from flows.patients.service import PatientsService

ADDRESS = "/h5/patients/easy"

routes = web.RouteTableDef()


@routes.get(ADDRESS)
@contact_page
async def show(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        helped = await PatientsService(context).ease.helped()
        aloud = context.contact.aloud if context.contact and Narrator in context.ports else ""
        return render(request, "patients/h5/easy.html.j2", own=easy(request), helped=helped, aloud=aloud)


@routes.post(ADDRESS)
@contact_page
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    """`whom` is a hand-over's public id, "" for oneself. The browser's own choice of type ends with it: what was chosen
    last holds. `aloud`: only that is changed; for another all are heard, or as from the beginning."""
    ease, sent = PatientsService(context).ease, await forms.values(request)
    if sent.get("aloud", "") in (ALWAYS, SPOKEN, NEVER):
        if whom := sent.get("whom", ""):
            await ease.set_aloud_for(whom, sent["aloud"] == ALWAYS)
            return see(ADDRESS)
        await ease.set_aloud(sent["aloud"])
        return see(ADDRESS)
    on = sent.get("on") == "1"
    if whom := sent.get("whom", ""):
        await ease.set_for(whom, on)
        return see(ADDRESS)
    await ease.set_own(on)
    return see(f"{ADDRESS}?large={int(on)}")
