"""Notices: what is Alipay's and for us is read, and nothing else."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from bot.errors import BadInput
from integrations.alipay_pay import notices
from integrations.alipay_pay.merchant import Merchant, load
from integrations.alipay_pay.signing import require_notice
from integrations.paying.port import Back, Standing
from tests.integrations.alipay_pay.counter import APP, BUYER, SELLER, key, settings
from tests.integrations.alipay_pay.test_peers import FIELDS

OFFICIAL = json.loads((Path(__file__).parent / "fixtures" / "notices__official.json").read_text("utf-8"))
MERCHANT = load("main", settings(), "")


def signed(
    fields: dict[str, str], *, whose: str = "alipay", digest: HashAlgorithm | None = None, charset: str = "utf-8",
    with_type: bool = False, kind: str = "RSA2",
) -> bytes:
    """A notice's body; `with_type` signs by the other rule, which leaves out the signature alone."""
    facts = fields | ({"sign_type": kind} if with_type else {})
    said = "&".join(f"{name}={facts[name]}" for name in sorted(facts) if facts[name])
    sign = key(whose).sign(said.encode(), PKCS1v15(), digest or SHA256())
    whole = {**fields, "sign_type": kind, "sign": base64.b64encode(sign).decode()}
    return "&".join(f"{name}={quote_from_bytes(value.encode(charset))}" for name, value in whole.items()).encode()


def read(body: bytes, merchant: Merchant = MERCHANT) -> notices.Notice:
    return notices.read(merchant, body)


def test_official_samples_are_read_by_the_rule_for_trades() -> None:
    for sample in OFFICIAL:
        merchant = load("main", settings(public_key=sample["alipay_public_key"]), "")
        fields = notices.fields(sample["form_body"].encode())
        if sample["verify_drop_sign_and_sign_type"]:
            require_notice(merchant.theirs.values(), fields)
        else:  # of an app's gateway, by another rule: not for this address
            with pytest.raises(BadInput, match="bad_signature"):
                require_notice(merchant.theirs.values(), fields)


def test_what_is_told_of_a_payment() -> None:
    notice = read(signed(FIELDS))
    assert (notice.id, notice.event) == (FIELDS["notify_id"], "TRADE_SUCCESS")
    assert isinstance(notice.said, Standing)
    assert (notice.said.state, notice.said.amount, notice.said.payer) == ("paid", 1250, BUYER)
    assert notice.said.paid_at and notice.said.paid_at.isoformat() == "2027-03-01T09:00:05+08:00"
    closed = {**FIELDS, "trade_status": "TRADE_CLOSED", "gmt_payment": ""}
    assert read(signed(closed)).said == Standing("0" * 32, "closed")


def test_gbk_is_decoded_once_by_its_own_name() -> None:
    fields = {**FIELDS, "charset": "GBK"}
    said = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    assert "门诊" in said
    with pytest.raises(BadInput, match="not_a_form"):
        read(signed({**FIELDS, "charset": "utf-8"}, charset="gbk"))
    assert notices.fields(signed(fields, charset="gbk"))["subject"] == FIELDS["subject"]


def test_a_refund_is_told_as_being_known_and_no_more() -> None:
    """The amount is the sum of all refunds: how much of it is this one, only the question tells."""
    back = {**FIELDS, "refund_fee": "3.00", "gmt_refund": "2027-03-02 09:00:00.123", "out_biz_no": "r" * 32}
    assert read(signed(back)).said == Back("r" * 32, "processing", channel_refund="r" * 32)
    assert read(signed(back | {"out_biz_no": ""})).said is None
    reversed_ = {**FIELDS, "trade_status": "TRADE_CLOSED"}
    assert read(signed(reversed_)).said is None


def test_what_is_no_trade_says_nothing() -> None:
    notice = read(signed({**FIELDS, "notify_type": "dut_user_sign"}))
    assert (notice.event, notice.said) == ("dut_user_sign", None)


@pytest.mark.parametrize(("body", "reason"), [
    (signed(FIELDS, whose="somebody"), "bad_signature"),
    (signed(FIELDS, whose="app"), "bad_signature"),
    (signed(FIELDS, with_type=True), "bad_signature"),
    (signed(FIELDS, digest=SHA1(), kind="RSA"), "unknown_algorithm"),
    (signed(FIELDS, digest=SHA1()), "bad_signature"),
    (signed({**FIELDS, "app_id": "2021000000000009"}), "wrong_app"),
    (signed({**FIELDS, "app_id": ""}), "wrong_app"),
    (signed({**FIELDS, "seller_id": "2088000000000009"}), "wrong_merchant"),
    (signed({name: value for name, value in FIELDS.items() if name != "seller_id"}), "wrong_merchant"),
    (signed({**FIELDS, "notify_id": ""}), "no_id"),
    (signed({**FIELDS, "notify_id": "n" * 129}), "no_id"),
    (signed({**FIELDS, "notify_id": "通知"}), "no_id"),
    (signed({**FIELDS, "total_amount": "12.505"}), "incomplete"),
    (signed({**FIELDS, "total_amount": "1e9"}), "incomplete"),
    (signed({**FIELDS, "gmt_payment": "gestern"}), "incomplete"),
    (signed({**FIELDS, "out_trade_no": ""}), "incomplete"),
    (signed({**FIELDS, "out_trade_no": "9" * 65}), "incomplete"),
    (urlencode(FIELDS).encode(), "unsigned"),
    (b"", "unsigned"),
    (b"\xff\xfe", "not_a_form"),
    (b"&".join(b"a%d=1" % n for n in range(81)), "not_a_form"),
    (signed({**FIELDS, "charset": "utf-7"}), "not_a_form"),
    (signed(FIELDS) + b"&out_trade_no=1", "field_twice"),
    (signed(FIELDS) + b"&sign=", "field_twice"),
    (signed(FIELDS).replace(b"sign=", b"sign=%21"), "bad_signature"),
])
def test_what_is_not_alipays_or_not_ours_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(body)
    assert caught.value.reason == reason


def test_one_field_changed_is_a_forgery() -> None:
    fields = dict(parse_qsl(signed(FIELDS).decode()))
    assert fields["app_id"] == APP and fields["seller_id"] == SELLER
    with pytest.raises(BadInput, match="bad_signature"):
        read(urlencode(fields | {"total_amount": "0.01"}).encode())
    with pytest.raises(BadInput, match="bad_signature"):
        read(urlencode(fields | {"more": "1"}).encode())
