"""The sandbox as one application: the played servers, the phones, the phone page's API.

``make_sandbox_app`` runs in a process of its own beside the web processes (``daoyi up``: on the next port), because
its state is one memory; ``make_play_app`` is the servers alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterable
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import SettingsError
from bot.settings import Account, Settings
from bot.settings_parts import CHANNEL_ADDRESSES, Sms
from bot.wording import Wording
from integrations.sandbox import pay_api, phone_api
from integrations.sandbox.callbacks import Courier
from integrations.sandbox.misbehave import MISBEHAVIOUR, Misbehaviour, misbehave
from integrations.sandbox.pay import alipay_played, kept, played
from integrations.sandbox.pay.alipay_phone import AlipayOnPhone
from integrations.sandbox.pay.notifier import Notifier
from integrations.sandbox.pay.phone_pay import CHANNELS
from integrations.sandbox.pay.wechat_pay import PAUSES
from integrations.sandbox.pay.wechat_phone import WeChatOnPhone
from integrations.sandbox.phones import Phones
from integrations.sandbox.play_account import PlayAccount
from integrations.sandbox.sms_server import Approved, SmsServer, spelled_out, worded
from integrations.sandbox.state import ACCOUNTS, COURIER, DOMAINS, PHONES
from integrations.sandbox.wechat_server import wechat_app

ACCOUNT = "main"


def sandbox_port(settings: Settings) -> int:
    """Where the sandbox's own process listens: the next port of that of the pages."""
    return settings.port + 1


def sandbox_url(settings: Settings) -> str:
    """Where the sandbox's own process listens, as browsers reach it: the next port of the host of the pages."""
    return f"http://{urlsplit(settings.base_url).hostname}:{sandbox_port(settings)}"


def sandbox_settings(settings: Settings, templates: Iterable[str] = (), url: str = "") -> Settings:
    """``settings`` with an account, a text-message gateway and a merchant that the sandbox plays.

    All processes get the same ones: the credentials follow from ``secret_key``, but for those in files, which
    ``played.ensure_keys`` makes.

    :param templates: kinds of push; each gets a template id, and a subscription template id
    :param url: where the sandbox is, if not at ``sandbox_url``
    """
    base = f"{url or sandbox_url(settings)}/sandbox/play"

    def made(purpose: str) -> bytes:
        return hmac.new(settings.secret_key.encode(), f"sandbox {purpose}".encode(), hashlib.sha256).digest()

    kinds = list(templates)
    account = Account(
        channel="wechat", app_id="wxsandbox" + made("app_id").hex()[:9], app_secret=made("app_secret").hex()[:32],
        token=made("token").hex()[:32], aes_key=base64.b64encode(made("aes_key")).decode().rstrip("="), mode="safe",
        api_base=f"{base}/wechat", oauth_base=f"{base}/wechat",
        templates={kind: _template_id(kind, "t") for kind in kinds},
        subscriptions={kind: _template_id(kind, "s") for kind in kinds})
    sms = Sms(gateway=f"{base}/sms", key="sandbox", secret=made("sms").hex(), sign_name=settings.sms.sign_name)
    wechat_pay = {played.WECHAT: played.wechat_merchant(settings, base, account.app_id, made)}
    alipay_pay = alipay_played.merchants(settings, base)
    return settings.model_copy(update={
        "accounts": {ACCOUNT: account}, "sms": sms, "wechat_pay": wechat_pay, "alipay_pay": alipay_pay, "sandbox": "on"
    })


def _template_id(kind: str, use: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{use}/{kind}".encode()).digest()).decode().rstrip("=")


def refuse_real(settings: Settings) -> None:
    """SettingsError if any account or the gateway is a real one: whoever reaches the sandbox speaks as any patient."""
    problems = []
    for name, account in settings.accounts.items():
        for field in ("api_base", "oauth_base"):
            address = getattr(account, field)
            if address in CHANNEL_ADDRESSES[account.channel].values() or "/sandbox/play/" not in f"{address}/":
                problems.append(f"accounts.{name}.{field}: a real account; expected none beside the sandbox")
    if settings.sms.gateway and "/sandbox/play/" not in settings.sms.gateway:
        problems.append("sms.gateway: a real gateway; expected none beside the sandbox")
    gateways = {f"wechat_pay.{name}": each.gateway for name, each in settings.wechat_pay.items()}
    gateways |= {f"alipay_pay.{name}": each.gateway for name, each in settings.alipay_pay.items()}
    for name, gateway in gateways.items():
        if "/sandbox/play/" not in gateway:
            problems.append(f"{name}.gateway: a real merchant; expected none beside the sandbox")
    if problems:
        raise SettingsError(problems)


def make_play_app(settings: Settings, phones: Phones, *, web_url: str = "", approved: Approved = spelled_out,
                  patience: float = 5.0, sms_reports: bool = True) -> web.Application:
    """The played servers below ``/sandbox/play/`` and the API of the phone page below ``/sandbox/api/``.

    :param settings: with the accounts to be played, e.g. of ``sandbox_settings``
    :param web_url: where the callbacks go; without a word where the web processes listen
    :param approved: the wordings of text messages
    :param patience: seconds that the played WeChat waits for an answer
    """
    here = web_url or f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{settings.port}"
    misbehaviour = Misbehaviour()
    courier = Courier(phones, here, misbehaviour, patience=patience)
    sms = SmsServer(settings.sms, phones, here, approved, reports=sms_reports)
    accounts = [PlayAccount(name, account, phones) for name, account in settings.accounts.items()
                if account.channel == "wechat"]
    notifier, wechat_pay, alipay_pay = Notifier(here, misbehaviour.pay, PAUSES), None, None
    if played.WECHAT in settings.wechat_pay:
        wechat_pay = played.play_wechat(settings, notifier, misbehaviour.pay)
    if alipay_played.ALIPAY in settings.alipay_pay:
        alipay_pay = alipay_played.play(settings, notifier, misbehaviour.pay)

    async def life(app: web.Application) -> AsyncIterator[None]:
        if wechat_pay is not None:
            kept.load(played.wechat_folder(settings), wechat_pay.purse, wechat_pay.books)
        if alipay_pay is not None:
            kept.load(alipay_played.folder_of(settings), alipay_pay.purse, alipay_pay.books)
        yield
        if alipay_pay is not None:
            kept.save(alipay_played.folder_of(settings), alipay_pay.purse, alipay_pay.books)
        if wechat_pay is not None:
            kept.save(played.wechat_folder(settings), wechat_pay.purse, wechat_pay.books)
        await courier.close()
        await sms.close()
        await notifier.close()

    async def switch_off(app: web.Application) -> None:
        for phone in phones:
            phone.switch_off()

    app = web.Application(middlewares=[misbehave], client_max_size=12 * 1024 * 1024)
    app[PHONES], app[COURIER], app[MISBEHAVIOUR] = phones, courier, misbehaviour
    hosts = {urlsplit(each).hostname or "" for each in (here, settings.base_url)}
    app[DOMAINS] = frozenset(hosts | {"127.0.0.1", "localhost"})
    servers = wechat_app(accounts)
    api = web.Application(middlewares=[phone_api.same_host], client_max_size=12 * 1024 * 1024)
    api[ACCOUNTS], api[phone_api.SMS], api[CHANNELS] = servers[ACCOUNTS], sms, {}
    api.add_routes([*phone_api.routes, *pay_api.routes])
    api.router.add_route("OPTIONS", "/{anything:.*}", phone_api.preflight)
    app.add_subapp("/sandbox/play/wechat/", servers)
    if wechat_pay is not None:
        api[CHANNELS]["wechat"] = WeChatOnPhone(wechat_pay, phones, ACCOUNT, settings.hospital.name)
        app.add_subapp("/sandbox/play/wechat-pay/", wechat_pay.app())
    if alipay_pay is not None:
        api[CHANNELS]["alipay"] = AlipayOnPhone(alipay_pay, phones, ACCOUNT, settings.hospital.name)
        app.add_subapp(f"/sandbox/play/{alipay_played.PATH}/", alipay_pay.app())
    app.add_subapp("/sandbox/play/sms/", sms.app())
    app.add_subapp("/sandbox/api/", api)
    app.cleanup_ctx.append(life)
    app.on_shutdown.append(switch_off)
    return app


def make_sandbox_app(settings: Settings, phones: Phones | None = None, *, web_url: str = "",
                     approved: Approved | None = None) -> web.Application:
    """As ``make_play_app``, refusing to stand beside anything real, and with a health check. Text messages are worded
    as our templates word them.

    :raises SettingsError: a real account or gateway is configured
    """
    refuse_real(settings)
    app = make_play_app(settings, Phones() if phones is None else phones, web_url=web_url,
                        approved=approved or worded(Wording.of(settings)))
    app.router.add_get("/healthz", _healthy)
    return app


async def _healthy(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})
