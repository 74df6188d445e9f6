"""Where departments, clinics and doctors lie (bot.access.where)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.access.where import Place, Where
from bot.context import Context
from flows.directory.service import DirectoryService


async def _departments(context: Context, codes: Sequence[str]) -> Mapping[str, set[Place]]:
    return {code: {Place(code)} for code in codes}


async def _clinics(context: Context, codes: Sequence[str]) -> Mapping[str, set[Place]]:
    known = (await DirectoryService(context).catalogue()).clinic
    return {code: {Place(known[code].department, code)} for code in codes if code in known}


async def _doctors(context: Context, codes: Sequence[str]) -> Mapping[str, set[Place]]:
    catalogue = await DirectoryService(context).catalogue()
    return {
        code: {Place(catalogue.clinic[each].department, each, code) for each in catalogue.doctor[code].clinics
               if each in catalogue.clinic}
        for code in codes if code in catalogue.doctor
    }


WHERE: dict[str, Where] = {"department": _departments, "clinic": _clinics, "doctor": _doctors}
