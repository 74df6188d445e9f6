"""The hospital's own pages of departments, clinics and doctors: for everybody, also outside of WeChat."""

from __future__ import annotations

from aiohttp import web

from bot.errors import NotFound
from bot.web import uploads
from bot.web.access import public
from bot.web.keys import DATABASE, PORTS
from bot.web.pages import open_page, render
from flows.directory.editions import store as editions
from flows.directory.rules import Catalogue
from flows.directory.service import catalogue_at
from flows.directory.showing import page_of

HOME = "/h5/directory/"

routes = web.RouteTableDef()


@routes.get(HOME)
@open_page
async def departments(request: web.Request) -> web.StreamResponse:
    """Departments by site, with what they are about."""
    catalogue = await _catalogue(request)
    groups = [(site, [each for each in catalogue.departments if each.site == site.code]) for site in catalogue.sites]
    return render(request, "directory/h5/departments.html.j2", groups=[group for group in groups if group[1]],
                  catalogue=catalogue)


@routes.get(HOME + "departments/{code}")
@open_page
async def department(request: web.Request) -> web.StreamResponse:
    return page_of(request, "department", request.match_info["code"], await _catalogue(request))


@routes.get(HOME + "clinics/{code}")
@open_page
async def clinic(request: web.Request) -> web.StreamResponse:
    return page_of(request, "clinic", request.match_info["code"], await _catalogue(request))


@routes.get(HOME + "doctors/{code}")
@open_page
async def doctor(request: web.Request) -> web.StreamResponse:
    return page_of(request, "doctor", request.match_info["code"], await _catalogue(request))


@routes.get(HOME + "pictures/{name}")
@public
async def picture(request: web.Request) -> web.StreamResponse:
    """A picture that is, or was, before patients; those of drafts are for the console alone."""
    name = request.match_info["name"]
    async with request.app[DATABASE].reading() as tx:
        if not await editions.is_shown(tx, name, tx.now):
            raise NotFound("picture")
    return await uploads.give(request, name)


async def _catalogue(request: web.Request) -> Catalogue:
    async with request.app[DATABASE].reading() as tx:
        return await catalogue_at(request.app[PORTS], tx)
