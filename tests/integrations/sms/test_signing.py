from __future__ import annotations

import hashlib
import hmac

import pytest
import time_machine

from bot.errors import BadInput
from integrations.sms.signing import canonical, signature, signed, verified

FIELDS = {"mobile": "13800000001", "template": "patients/code", "params": {"minutes": "5", "code": "123456"},
          "timestamp": 1804000000, "nonce": "n", "key": "k", "sign_name": "仁济"}
WRITTEN = ("key=k&mobile=13800000001&nonce=n&params={\"code\":\"123456\",\"minutes\":\"5\"}&sign_name=仁济"
           "&template=patients/code&timestamp=1804000000")


def test_what_is_signed_is_as_the_readme_says() -> None:
    assert canonical(FIELDS) == canonical({**FIELDS, "signature": "any"}) == WRITTEN


def test_a_known_answer() -> None:
    """Made with: printf '%s' "$WRITTEN" | openssl dgst -sha256 -hmac secret"""
    assert signature(FIELDS, "secret") == (
        "c8914c02c09470ce3ff16428bd952728dbe25fb1c2f3d3bf862739fc0cc1ad96")
    assert signature(FIELDS, "secret") == hmac.new(b"secret", WRITTEN.encode(), hashlib.sha256).hexdigest()


def test_ours_are_verified() -> None:
    with time_machine.travel("2027-03-01T08:00:00Z", tick=False):
        fields = signed({"mobile": "1"}, "k", "s")
        assert verified(fields, "k", "s") is fields


@pytest.mark.parametrize(("change", "reason"), [
    ({"mobile": "2"}, "bad_signature"), ({"signature": "0" * 64}, "bad_signature"),
    ({"signature": None}, "bad_signature"), ({"signature": "签名"}, "bad_signature"),
    ({"extra": "1"}, "bad_signature"), ({"timestamp": "0"}, "bad_signature"),
])
def test_what_was_changed_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(BadInput) as caught:
        verified({**signed({"mobile": "1"}, "k", "s"), **change}, "k", "s")
    assert caught.value.reason == reason


def test_anothers_key_and_old_messages_are_refused() -> None:
    with pytest.raises(BadInput, match="bad_key"):
        verified(signed({}, "other", "s"), "k", "s")
    with time_machine.travel("2027-03-01T08:00:00Z", tick=False):
        old = signed({}, "k", "s")
    with time_machine.travel("2027-03-01T08:05:00Z", tick=False):
        verified(old, "k", "s")
    for moment in ("2027-03-01T08:05:01Z", "2027-03-01T07:54:59Z"):
        with time_machine.travel(moment, tick=False), pytest.raises(BadInput, match="stale"):
            verified(old, "k", "s")
