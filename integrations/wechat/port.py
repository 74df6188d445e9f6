"""What Daoyi asks of a WeChat official account. One ``WeChatPort`` is one account; ``WeChatAccounts`` finds it by name.

Every method may raise ``OutsideUnavailable`` (not done, try again), ``OutsideUnknown`` (sent, outcome unknown) and the
``OutsideRefused`` branch that ``integrations.wechat.errors`` draws. An ``openid`` is the contact's id on this account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

MediaKind = Literal["image", "voice", "video", "thumb"]
Scope = Literal["snsapi_base", "snsapi_userinfo"]


@dataclass(frozen=True)
class Article:
    """A card with a link. WeChat shows one in a message; ``picture`` is an address (360x200 or 200x200)."""

    title: str
    url: str
    description: str = ""
    picture: str = ""


@dataclass(frozen=True)
class MenuChoice:
    """One line of a menu message. A tap comes back as a text message ``label`` with ``bizmsgmenuid`` = ``id``."""

    id: str
    label: str


@dataclass(frozen=True)
class MiniPage:
    """A page of a mini-app that is linked to the account."""

    app_id: str
    path: str = ""


@dataclass(frozen=True)
class QrCode:
    """A code that brings ``scene`` back when it is scanned. ``url`` is what the code says, ``image_url`` a picture of
    it at WeChat; ``until`` is None for a permanent one."""

    ticket: str
    url: str
    image_url: str
    until: datetime | None


@dataclass(frozen=True)
class Media:
    """A file from WeChat; ``content_type`` as WeChat says it, ``filename`` may be empty. A video comes as its
    address in ``url`` with an empty ``content``."""

    content: bytes
    content_type: str
    filename: str = ""
    url: str = ""


@dataclass(frozen=True)
class Profile:
    """What WeChat tells of a contact. Since 2021 it no longer tells name and picture of followers."""

    openid: str
    following: bool
    unionid: str = ""
    since: datetime | None = None
    tags: tuple[int, ...] = ()
    scene: str = ""


@dataclass(frozen=True)
class SignedIn:
    """Who came back from WeChat's sign-in page. ``snapshot``: a virtual account of the snapshot page, with which
    nobody may register or pay. ``access_token`` is the contact's own, for ``oauth_profile``."""

    openid: str
    scope: str
    unionid: str = ""
    snapshot: bool = False
    access_token: str = ""

    def __repr__(self) -> str:
        return f"SignedIn(openid={self.openid!r}, scope={self.scope!r}, snapshot={self.snapshot})"


@dataclass(frozen=True)
class JsConfig:
    """The arguments of ``wx.config`` for one page address."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str


class WeChatPort(Protocol):
    """One official account."""

    name: str
    app_id: str

    # Customer-service messages: only inside the contact's window (WindowClosed, WindowUsedUp outside of it).
    async def send_text(self, openid: str, text: str) -> None: ...
    async def send_article(self, openid: str, article: Article) -> None: ...
    async def send_image(self, openid: str, media_id: str) -> None: ...
    async def send_voice(self, openid: str, media_id: str) -> None: ...
    async def send_menu(self, openid: str, head: str, choices: Sequence[MenuChoice], tail: str = "") -> None: ...

    async def send_template(self, openid: str, template_id: str, values: Mapping[str, str], *, url: str = "",
                            mini: MiniPage | None = None, client_msg_id: str = "") -> str:
        """Send a template message; its ``msgid``, which the TEMPLATESENDJOBFINISH event carries later, is returned.
        ``client_msg_id`` (up to 64 characters): WeChat sends one message per contact and id, for ten minutes."""
        ...

    async def send_subscription(self, openid: str, template_id: str, values: Mapping[str, str], *, page: str = "",
                                mini: MiniPage | None = None) -> str:
        """Send a subscription notice; its ``msgid``, or "". ``SubscriptionRefused`` without a permission."""
        ...

    async def qr_code(self, scene: str, seconds: int | None = None) -> QrCode:
        """A code with a scene of 1 to 64 characters; ``seconds`` (60 to 2592000) for a temporary one, None for one of
        the account's 100,000 permanent ones."""
        ...

    async def upload(self, kind: MediaKind, filename: str, content: bytes, content_type: str) -> str:
        """Store a file for three days; its media id is returned."""
        ...

    async def download(self, media_id: str) -> Media: ...
    async def profile(self, openid: str) -> Profile: ...

    async def tags(self) -> dict[str, int]:
        """Name of each tag of the account -> its id."""
        ...

    async def create_tag(self, name: str) -> int: ...
    async def tag(self, tag_id: int, openids: Iterable[str]) -> None: ...
    async def untag(self, tag_id: int, openids: Iterable[str]) -> None: ...

    # Menus, as WeChat writes them. https://developers.weixin.qq.com/doc/service/guide/product/menu.html
    async def menu(self) -> dict[str, Any] | None:
        """``{"menu": {...}, "conditionalmenu": [...]}``, or None where there is no menu."""
        ...

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None: ...
    async def delete_menus(self) -> None: ...

    async def add_conditional_menu(self, buttons: Sequence[Mapping[str, Any]], rule: Mapping[str, Any]) -> str:
        """Add a menu for those whom ``rule`` matches, e.g. ``{"tag_id": "2"}``; its ``menuid`` is returned."""
        ...

    async def delete_conditional_menu(self, menu_id: str) -> None: ...
    async def try_menu(self, openid: str) -> list[dict[str, Any]]: ...

    async def js_config(self, url: str) -> JsConfig:
        """Sign a page address (its fragment is left out) for the JS-SDK."""
        ...

    def sign_in_url(self, redirect: str, state: str, scope: Scope = "snsapi_base") -> str:
        """Where to send a contact to learn who it is. ``state`` must be bound to the browser's session."""
        ...

    async def signed_in(self, code: str) -> SignedIn:
        """Redeem the code that came back with the contact; good once, for five minutes (``CodeRefused``)."""
        ...


class WeChatAccounts(Protocol):
    """The accounts by their names in the settings; an unknown one raises ``OutsideRefused`` with code ``account``."""

    def __getitem__(self, account: str) -> WeChatPort: ...
    def __contains__(self, account: object) -> bool: ...
