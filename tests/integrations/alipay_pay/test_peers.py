"""Other people's implementations of Alipay's signatures: what they sign we accept, what we sign they accept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from bot.errors import BadInput
from integrations.alipay_pay import notices
from integrations.paying.port import Standing
from tests.integrations.alipay_pay.authority import authority
from tests.integrations.alipay_pay.counter import APP, BUYER, SELLER, Counter, key, private_text, public_text
from tests.integrations.paying.contract import asking
from tests.support.node import run_node
from tests.support.peers import run_peer

SCRIPT = (Path(__file__).parents[2] / "peers" / "alipay.cjs").read_text()
PEERS = [pytest.param("npm alipay-sdk", marks=pytest.mark.node), "python-alipay-sdk"]
FIELDS = {
    "app_id": APP, "auth_app_id": APP, "buyer_id": BUYER, "charset": "utf-8", "gmt_payment": "2027-03-01 09:00:05",
    "notify_id": "2027030100222090005001", "notify_time": "2027-03-01 09:00:06", "notify_type": "trade_status_sync",
    "out_trade_no": "0" * 32, "seller_id": SELLER, "subject": "门诊挂号费 a+b&c=%2B", "total_amount": "12.50",
    "trade_no": "2027030122001400001", "trade_status": "TRADE_SUCCESS", "version": "1.0",
}


async def say(peer: str, act: str, **given: Any) -> dict[str, Any]:
    """What a peer answers. It is Alipay where it signs notices, and us where it signs requests."""
    whose = "alipay" if act == "notice" else "app"
    facts = {"act": act, "app": APP, "private": private_text(key(whose)), "public": public_text(key(whose)), **given}
    if peer == "python-alipay-sdk":
        said = await asyncio.to_thread(run_peer, "alipay.py", text=json.dumps(facts))
    else:
        said = await asyncio.to_thread(run_node, SCRIPT, text=json.dumps(facts))
    answer: dict[str, Any] = json.loads(said)
    return answer


@pytest.mark.parametrize("peer", PEERS)
async def test_their_notices_are_accepted_and_touched_ones_refused(counter: Counter, peer: str) -> None:
    made = await say(peer, "notice", fields=FIELDS)
    assert made["right"]
    notice = notices.read(counter.merchant, made["body"].encode())
    assert isinstance(notice.said, Standing) and (notice.said.amount, notice.said.payer) == (1250, BUYER)
    fields = dict(parse_qsl(made["body"]))
    for name in FIELDS:
        with pytest.raises(BadInput, match="bad_signature|not_a_form"):
            notices.read(counter.merchant, urlencode(fields | {name: "1"}).encode())


@pytest.mark.parametrize("peer", PEERS)
async def test_our_requests_are_right_for_them(counter: Counter, peer: str) -> None:
    """By the facts that a request carries and its signature; one that is changed on the way is not right any more."""
    sheet = await counter.client.ask_for(asking(counter, way="page", title="门诊挂号费 a+b&c=%2B"))
    params = {name: values[0] for name, values in parse_qs(urlsplit(sheet.address).query).items()}
    assert (await say(peer, "verify", params=params))["right"]
    assert not (await say(peer, "verify", params=params | {"notify_url": "https://else.example/"}))["right"]


@pytest.mark.parametrize("peer", PEERS)
async def test_the_played_alipay_takes_their_requests(counter: Counter, peer: str) -> None:
    query = (await say(peer, "request", facts={"out_trade_no": "0" * 32}))["query"]
    counter.play.wire.require_signed(dict(parse_qsl(query, keep_blank_values=True)))


@pytest.mark.node
async def test_certificates_have_the_numbers_that_alipays_own_sdk_gives_them() -> None:
    made = authority()
    said = await say("npm alipay-sdk", "numbers", certificate=made.app, roots=made.roots, alipay=made.alipay)
    assert {"app_cert_sn": said["app"], "alipay_root_cert_sn": said["roots"]} == made.app_numbers
    assert said["alipay"] == made.number
    assert len(said["roots"].split("_")) == 2  # the root of another kind of key has no part in it
