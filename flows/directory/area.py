"""The directory's furniture."""

from __future__ import annotations

from bot.talk.area import Area
from flows.directory.service import DirectoryService

AREA = Area(name="directory", title="医院目录", service=DirectoryService)
