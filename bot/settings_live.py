"""What ``daoyi check`` says about going live: the settings that are right for a trial and wrong for patients."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from bot.settings import Settings


def missing_for_live(settings: Settings) -> list[str]:
    """One line for each thing that is missing, by the name of its setting; empty when patients may come.

    :param settings: as ``load_settings`` gave them, before any sandbox was added
    """
    lines = [*_accounts(settings), *_addresses(settings), *_storage(settings)]
    if not settings.sms.gateway:
        lines.append("sms.gateway: expected a gateway; without it no phone number can be proved and no push fall back")
    elif not (settings.sms.key and settings.sms.secret and settings.sms.sign_name):
        lines.append("sms: expected key, secret and sign_name beside the gateway")
    if not settings.phone_desk:
        lines.append("phone_desk: expected the service phone, which patients are given when we cannot help")
    if not settings.desk.networks:
        lines.append("desk.networks: expected the hospital's networks; now the staff's desk opens from everywhere")
    if settings.speech.by == "none" and settings.speech.kind != "none":
        lines.append("speech: expected the url of a speech server, or the program espeak-ng on this machine; without "
                     "either, answers are not read aloud, and pages only by phones that can do it alone")
    if settings.log_format != "json":
        lines.append("log_format: expected json, which log collectors can search")
    return lines


def _accounts(settings: Settings) -> list[str]:
    if settings.sandbox_on:
        return ["accounts: expected the hospital's account; the sandbox runs instead"]
    lines = []
    for name, account in settings.accounts.items():
        place = f"accounts.{name}"
        if account.channel == "wechat":
            if not account.app_secret:
                lines.append(f"{place}.app_secret: expected the AppSecret; without it nothing can be sent")
            if account.mode != "safe":
                lines.append(f"{place}.mode: expected safe; {account.mode} lets every relay read what patients write")
        elif not (account.private_key and account.platform_key):
            lines.append(f"{place}: expected private_key and platform_key; without them nothing is signed or believed")
        if not account.templates:
            lines.append(f"{place}.templates: expected template ids; without them pushes end with the reply window")
    return lines


def _addresses(settings: Settings) -> list[str]:
    parts = urlsplit(settings.base_url)
    if parts.scheme != "https" or _private(parts.hostname or ""):
        return ["public_url: expected the https address by which patients reach the pages"]
    if parts.port not in (None, 443):
        return ["public_url: expected port 443; the channels call no other"]
    return []


def _storage(settings: Settings) -> list[str]:
    lines = []
    if settings.database.startswith("sqlite"):
        lines.append("database: expected MySQL, MariaDB or TiDB; SQLite serves one machine and a trial")
    if not settings.redis:
        lines.append("redis: expected a Redis server; the embedded one serves one machine and a trial")
    if settings.secret_key_made:
        lines.append("secret_key: expected one from outside; the one made in var is copied with its backups")
    return lines


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host
