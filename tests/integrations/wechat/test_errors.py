"""Every errcode of the table has its name, and the client raises it."""

from __future__ import annotations

import pytest

from bot.errors import OutsideRefused, OutsideUnavailable
from bot.talk import channel
from integrations.wechat import errors
from tests.integrations.wechat.stub import Stub

TABLE = [
    (40003, errors.ContactUnreachable), (40007, errors.MediaRefused), (40013, errors.AccountRefused),
    (40018, errors.MenuRefused), (40029, errors.CodeRefused), (40037, errors.TemplateUnknown),
    (40125, errors.AccountRefused), (40163, errors.CodeRefused), (40164, errors.AddressRefused),
    (40243, errors.AccountRefused), (41001, errors.TokenRefused), (42007, errors.PasswordChanged),
    (43004, errors.NotFollowing), (43101, errors.SubscriptionRefused), (44002, errors.MessageRefused),
    (45002, errors.MessageRefused), (45009, errors.QuotaReached), (45015, errors.WindowClosed),
    (45047, errors.WindowUsedUp), (46003, errors.MenuMissing), (47003, errors.TemplateRefused),
    (48001, errors.ApiNotAllowed), (50002, errors.ContactUnreachable), (61004, errors.AddressRefused),
    (65303, errors.MenuMissing), (65317, errors.MenuRefused), (89503, errors.AddressRefused),
    (99999, errors.WeChatRefused),
]


@pytest.mark.parametrize(("errcode", "kind"), TABLE)
async def test_a_refusal_has_a_name(stub: Stub, errcode: int, kind: type[OutsideRefused]) -> None:
    stub.answers["/cgi-bin/message/custom/send"] = {"errcode": errcode, "errmsg": "no rid: 1-2"}
    with pytest.raises(kind) as caught:
        await stub.client().send_text("openid", "x")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.message, caught.value.system) == (str(errcode), "no rid: 1-2", "wechat")
    assert len(stub.of("/cgi-bin/message/custom/send")) == 1  # a final no is not asked for again


@pytest.mark.parametrize("errcode", [-1, 45011])
async def test_busy_means_later(stub: Stub, errcode: int) -> None:
    stub.answers["/cgi-bin/message/custom/send"] = {"errcode": errcode, "errmsg": "system error"}
    with pytest.raises(OutsideUnavailable):
        await stub.client().send_text("openid", "x")


def test_a_closed_window_is_the_engines_closed_window() -> None:
    for errcode in (45015, 45047):
        assert isinstance(errors.error_of(errcode, ""), channel.WindowClosed)
    assert not isinstance(errors.error_of(43004, ""), channel.WindowClosed)


def test_staff_are_told_of_what_only_they_can_mend() -> None:
    alarming = {code for code in errors.CLASS_OF if issubclass(errors.CLASS_OF[code], errors.SettingsRefused)}
    assert alarming == {40001, 40014, 41001, 42001, 40013, 40125, 40243, 41002, 41004, 40164, 61004, 89501, 89503,
                        40200, 48001, 48004, 40036, 40037}
    assert errors.ApiNotAllowed.alarm and not errors.WindowClosed.alarm


def test_no_code_stands_for_two_things() -> None:
    codes = [code for group in errors._CLASSES.values() for code in group]
    assert len(codes) == len(set(codes))
