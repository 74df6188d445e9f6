"""The directory's furniture."""

from __future__ import annotations

from bot.access.doors import Door
from bot.access.work import Wait
from bot.talk.area import Area
from flows.directory import desk, desk_preview, pages
from flows.directory.flow import Pages
from flows.directory.service import DirectoryService
from flows.directory.where import WHERE

AREA = Area(
    name="directory",
    title="医院目录",
    flows=(Pages,),
    service=DirectoryService,
    routes=(pages.routes, desk.routes, desk_preview.routes),
    permits=("directory.view", "directory.edit", "directory.publish", desk.EXPORT),
    ranged=("directory.view", "directory.edit", "directory.publish"),
    where=WHERE,
    doors=(Door("/desk/directory/", "directory.view", "building"),),
    waits=(Wait("drafts", "directory.publish", "/desk/directory/?state=draft", desk.drafts),),
)
