"""The real client: ``WeChatPort`` over one aiohttp session shared by all accounts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp

from bot import clock
from bot.settings import Account
from integrations.wechat import jssdk
from integrations.wechat.api import Api, text_of
from integrations.wechat.errors import MenuMissing, WeChatRefused
from integrations.wechat.port import (
    Article,
    JsConfig,
    Media,
    MediaKind,
    MenuChoice,
    MiniPage,
    Profile,
    QrCode,
    Scope,
    SignedIn,
)

DUPLICATE = "45065"
"""This client_msg_id was sent before: what the caller wanted is done."""
SHOW_QR_HOST = "https://mp.weixin.qq.com"


class WeChatClient:
    """One account. Methods and errors: ``integrations.wechat.port``."""

    def __init__(self, name: str, account: Account, api: Api) -> None:
        self.name, self.app_id = name, account.app_id
        self._account, self._api = account, api

    async def send_text(self, openid: str, text: str) -> None:
        await self._say(openid, "text", {"content": text})

    async def send_article(self, openid: str, article: Article) -> None:
        await self._say(openid, "news", {"articles": [{
            "title": article.title, "description": article.description, "url": article.url,
            "picurl": article.picture}]})

    async def send_image(self, openid: str, media_id: str) -> None:
        await self._say(openid, "image", {"media_id": media_id})

    async def send_voice(self, openid: str, media_id: str) -> None:
        await self._say(openid, "voice", {"media_id": media_id})

    async def send_menu(self, openid: str, head: str, choices: Sequence[MenuChoice], tail: str = "") -> None:
        await self._say(openid, "msgmenu", {
            "head_content": head, "list": [{"id": choice.id, "content": choice.label} for choice in choices],
            "tail_content": tail})

    async def _say(self, openid: str, kind: str, content: Mapping[str, Any]) -> None:
        await self._api.call("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": kind, kind: content})

    async def send_template(self, openid: str, template_id: str, values: Mapping[str, str], *, url: str = "",
                            mini: MiniPage | None = None, client_msg_id: str = "") -> str:
        body = _notice(openid, template_id, values, mini)
        if url:
            body["url"] = url
        if client_msg_id:
            body["client_msg_id"] = client_msg_id
        try:
            # With its client_msg_id WeChat drops a second one, so an unknown outcome may simply be tried again.
            answer = await self._api.call("/cgi-bin/message/template/send", body, repeatable=bool(client_msg_id))
        except WeChatRefused as error:
            if error.code == DUPLICATE and client_msg_id:
                return ""
            raise
        return str(answer.get("msgid", ""))

    async def send_subscription(self, openid: str, template_id: str, values: Mapping[str, str], *, page: str = "",
                                mini: MiniPage | None = None) -> str:
        body = _notice(openid, template_id, values, mini)
        if page:
            body["page"] = page
        answer = await self._api.call("/cgi-bin/message/subscribe/bizsend", body)
        return str(answer.get("msgid", ""))

    async def qr_code(self, scene: str, seconds: int | None = None) -> QrCode:
        body: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}},
                                "action_name": "QR_LIMIT_STR_SCENE" if seconds is None else "QR_STR_SCENE"}
        if seconds is not None:
            body["expire_seconds"] = seconds
        answer = await self._api.call("/cgi-bin/qrcode/create", body, repeatable=True)
        ticket, lasts = text_of(answer, "ticket"), answer.get("expire_seconds")
        until = clock.now() + timedelta(seconds=int(lasts)) if seconds is not None and lasts else None
        return QrCode(ticket, str(answer.get("url", "")), self._qr_image(ticket), until)

    def _qr_image(self, ticket: str) -> str:
        """The picture is at a third host; where the account's hosts are played, the player has it as well."""
        real = str(urlsplit(self._account.oauth_base).hostname).endswith(".weixin.qq.com")
        base = SHOW_QR_HOST if real else self._account.oauth_base
        return f"{base}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"

    async def upload(self, kind: MediaKind, filename: str, content: bytes, content_type: str) -> str:
        def form() -> aiohttp.FormData:
            # WeChat's parser does not read RFC 5987 file names; an ASCII one loses nothing.
            plain = filename.encode("ascii", "ignore").decode().replace('"', "") or f"file.{kind}"
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("media", content, filename=plain, content_type=content_type)
            return data

        answer = await self._api.call("/cgi-bin/media/upload", form=form, repeatable=True, type=kind)
        return text_of(answer, "thumb_media_id" if kind == "thumb" else "media_id")

    async def download(self, media_id: str) -> Media:
        reply = await self._api.file("/cgi-bin/media/get", media_id=media_id)
        if answer := reply.json():
            return Media(b"", "video/mp4", url=str(answer.get("video_url", "")))
        _, _, name = reply.headers.get("Content-Disposition", "").partition("filename=")
        return Media(reply.body, reply.content_type, name.strip().strip('"'))

    async def profile(self, openid: str) -> Profile:
        answer = await self._api.call("/cgi-bin/user/info", openid=openid, lang="zh_CN")
        since = answer.get("subscribe_time")
        return Profile(str(answer.get("openid", openid)), bool(answer.get("subscribe")),
                       str(answer.get("unionid") or ""),
                       datetime.fromtimestamp(int(since), UTC) if since else None,
                       tuple(answer.get("tagid_list") or ()), str(answer.get("qr_scene_str") or ""))

    async def tags(self) -> dict[str, int]:
        answer = await self._api.call("/cgi-bin/tags/get")
        return {str(tag["name"]): int(tag["id"]) for tag in answer.get("tags", ())}

    async def create_tag(self, name: str) -> int:
        answer = await self._api.call("/cgi-bin/tags/create", {"tag": {"name": name}})
        return int(text_of(answer.get("tag") or {}, "id"))

    async def tag(self, tag_id: int, openids: Iterable[str]) -> None:
        await self._tagging("batchtagging", tag_id, openids)

    async def untag(self, tag_id: int, openids: Iterable[str]) -> None:
        await self._tagging("batchuntagging", tag_id, openids)

    async def _tagging(self, act: str, tag_id: int, openids: Iterable[str]) -> None:
        everybody = list(openids)
        for start in range(0, len(everybody), 50):  # WeChat takes fifty at a time
            body = {"tagid": tag_id, "openid_list": everybody[start:start + 50]}
            await self._api.call(f"/cgi-bin/tags/members/{act}", body, repeatable=True)

    async def menu(self) -> dict[str, Any] | None:
        try:
            return await self._api.call("/cgi-bin/menu/get")
        except MenuMissing:
            return None

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        await self._api.call("/cgi-bin/menu/create", {"button": list(buttons)}, repeatable=True)

    async def delete_menus(self) -> None:
        await self._api.call("/cgi-bin/menu/delete")

    async def add_conditional_menu(self, buttons: Sequence[Mapping[str, Any]], rule: Mapping[str, Any]) -> str:
        body = {"button": list(buttons), "matchrule": dict(rule)}
        return text_of(await self._api.call("/cgi-bin/menu/addconditional", body), "menuid")

    async def delete_conditional_menu(self, menu_id: str) -> None:
        await self._api.call("/cgi-bin/menu/delconditional", {"menuid": menu_id}, repeatable=True)

    async def try_menu(self, openid: str) -> list[dict[str, Any]]:
        answer = await self._api.call("/cgi-bin/menu/trymatch", {"user_id": openid}, repeatable=True)
        # The documents show {"button": []}, the service has answered {"menu": {"button": []}} as well.
        return list(answer.get("button") or answer.get("menu", {}).get("button", ()))

    async def js_config(self, url: str) -> JsConfig:
        ticket = await self._api.ticket.get()
        nonce, timestamp = secrets.token_hex(8), int(clock.now().timestamp())
        return JsConfig(self.app_id, timestamp, nonce, jssdk.sign(ticket, nonce, timestamp, url))

    def sign_in_url(self, redirect: str, state: str, scope: Scope = "snsapi_base") -> str:
        # WeChat checks the order of these and the fragment at the end.
        query = urlencode({"appid": self.app_id, "redirect_uri": redirect, "response_type": "code", "scope": scope,
                           "state": state})
        return f"{self._account.oauth_base}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def signed_in(self, code: str) -> SignedIn:
        answer = await self._api.plain("/sns/oauth2/access_token", appid=self.app_id,
                                       secret=self._account.app_secret, code=code, grant_type="authorization_code")
        return SignedIn(text_of(answer, "openid"), str(answer.get("scope", "")), str(answer.get("unionid") or ""),
                        bool(answer.get("is_snapshotuser")), str(answer.get("access_token", "")))


def _notice(openid: str, template_id: str, values: Mapping[str, str], mini: MiniPage | None) -> dict[str, Any]:
    body: dict[str, Any] = {"touser": openid, "template_id": template_id,
                            "data": {name: {"value": value} for name, value in values.items()}}
    if mini:
        body["miniprogram"] = {"appid": mini.app_id, "pagepath": mini.path}
    return body
