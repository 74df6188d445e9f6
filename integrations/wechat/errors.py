"""WeChat's ``errcode`` as named errors: what each means for us, not for them.

::

    OutsideUnavailable                      -1, 45011: try again later
    OutsideRefused
    └── WeChatRefused
        ├── WindowClosed                    45015: no message from the contact in 48 h -> next link of the push chain
        │   └── WindowUsedUp                45047: all messages of the window are used
        ├── ContactUnreachable              40003, 43019, 48002, 50002: unknown, black-listed, refusing, frozen
        │   ├── NotFollowing                43004
        │   └── SubscriptionRefused         43101
        ├── QuotaReached                    45009: the account's quota of today
        ├── MessageRefused                  44002-44005, 45002, 45008, 40008, 40033: our message is wrong
        │   ├── TemplateRefused             47003: a value is too long, empty or of the wrong type
        │   └── MediaRefused                40004-40012, 41005, 41006, 45006, 45007
        ├── MenuRefused                     40015-40028, 40054, 40055, 65301 ...
        │   └── MenuMissing                 46003, 65303
        ├── CodeRefused                     40029, 40163, 41008, 42003: OAuth code wrong, used, old -> sign in again
        │   └── PasswordChanged             42007
        └── SettingsRefused (alarm)         the hospital must change something at the platform
            ├── TokenRefused                40001, 40014, 42001 after a fresh token, 41001
            ├── AccountRefused              40013, 40125, 40243, 41002, 41004: app id or secret wrong or frozen
            ├── AddressRefused              40164, 61004, 89501, 89503: our address is not in the allow-list
            ├── ApiNotAllowed               48001, 48004, 40200: the account may not use this
            └── TemplateUnknown             40036, 40037

Source: https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html
"""

from __future__ import annotations

from typing import ClassVar

from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable
from bot.talk import channel

SYSTEM = "wechat"
MEDIA_UNKNOWN = "40007"
STALE_TOKEN = frozenset({40001, 40014, 42001})
"""The access token is no longer good: fetch a new one, once, and ask again."""


class WeChatRefused(OutsideRefused):
    """``alarm``: staff must be told, no retry and no other message will mend it."""

    alarm: ClassVar[bool] = False

    def __init__(self, code: str | int, message: str = "") -> None:
        super().__init__(code, message, system=SYSTEM)


class WindowClosed(WeChatRefused, channel.WindowClosed):
    """No customer-service message may be sent to this contact now; for the engine a ``bot.talk.channel.WindowClosed``,
    upon which a push goes another way."""


class WindowUsedUp(WindowClosed):
    """The contact wrote or tapped, but all messages that this allows are used."""


class ContactUnreachable(WeChatRefused):
    """This contact cannot be reached on this account at all."""


class NotFollowing(ContactUnreachable):
    """The contact does not follow the account."""


class SubscriptionRefused(ContactUnreachable):
    """The contact did not allow, or took back, messages of this template."""


class QuotaReached(WeChatRefused):
    """The account's daily quota of this call is used up."""


class MessageRefused(WeChatRefused):
    """The message itself is wrong: empty, too long, of an unknown kind."""


class TemplateRefused(MessageRefused):
    """A value of a template is missing, too long or of the wrong type."""


class MediaRefused(MessageRefused):
    """A media id is unknown or older than three days, or a file is of the wrong kind or size."""


class MenuRefused(WeChatRefused):
    """The menu breaks a rule of the platform."""


class MenuMissing(MenuRefused):
    """There is no menu."""


class CodeRefused(WeChatRefused):
    """The OAuth code is wrong, used or older than five minutes: send the contact to sign in again."""


class PasswordChanged(CodeRefused):
    """The contact changed the password: its OAuth grants are void."""


class SettingsRefused(WeChatRefused):
    """Something must be changed at the platform or in our settings."""

    alarm = True


class TokenRefused(SettingsRefused):
    """A token that was just fetched is refused: another system fetches tokens for this account, too."""


class AccountRefused(SettingsRefused):
    """App id or secret is wrong, or the secret is frozen."""


class AddressRefused(SettingsRefused):
    """This machine's address is not in the account's allow-list."""


class ApiNotAllowed(SettingsRefused):
    """The kind of account, or a penalty, forbids this call."""


class TemplateUnknown(SettingsRefused):
    """The account has no template with this id."""


_CLASSES: dict[type[WeChatRefused], tuple[int, ...]] = {
    WindowClosed: (45015,),
    WindowUsedUp: (45047,),
    ContactUnreachable: (40003, 43019, 48002, 50002),
    NotFollowing: (43004,),
    SubscriptionRefused: (43101,),
    QuotaReached: (45009,),
    MessageRefused: (40008, 40033, 44002, 44003, 44004, 44005, 45001, 45002, 45003, 45004, 45008),
    TemplateRefused: (47003,),
    MediaRefused: (40004, 40005, 40006, 40007, 40009, 40010, 40011, 40012, 41005, 41006, 45006, 45007),
    MenuRefused: (*range(40015, 40029), 40054, 40055, 45010, *range(65301, 65303), *range(65304, 65318)),
    MenuMissing: (46003, 65303),
    CodeRefused: (40029, 40163, 41008, 42003),
    PasswordChanged: (42007,),
    TokenRefused: (40001, 40014, 41001, 42001),
    AccountRefused: (40013, 40125, 40243, 41002, 41004),
    AddressRefused: (40164, 61004, 89501, 89503),
    ApiNotAllowed: (40200, 48001, 48004),
    TemplateUnknown: (40036, 40037),
}
CLASS_OF: dict[int, type[WeChatRefused]] = {code: kind for kind, codes in _CLASSES.items() for code in codes}


def error_of(errcode: int, errmsg: str) -> OutsideError:
    """The error that an ``errcode`` other than 0 stands for; a code not listed here is a plain ``WeChatRefused``."""
    if errcode == -1:
        return OutsideUnavailable(f"errcode -1 {errmsg}", system=SYSTEM)
    if errcode == 45011:
        return OutsideUnavailable(f"errcode 45011 {errmsg}", system=SYSTEM, retry_after=60)
    return CLASS_OF.get(errcode, WeChatRefused)(errcode, errmsg)
