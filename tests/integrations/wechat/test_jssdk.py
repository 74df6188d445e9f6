from __future__ import annotations

import json
from pathlib import Path

from integrations.wechat.jssdk import sign

VECTOR = Path(__file__).parent / "fixtures" / "jssdk__official.json"


def test_the_official_vector() -> None:
    vector = json.loads(VECTOR.read_text("utf-8"))
    made = sign(vector["jsapi_ticket"], vector["noncestr"], int(vector["timestamp"]), vector["url"])
    assert made == vector["signature"] == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_the_fragment_does_not_count() -> None:
    assert sign("t", "n", 1, "https://h/p?x=1#foot") == sign("t", "n", 1, "https://h/p?x=1")
    assert sign("t", "n", 1, "https://h/p?x=1") != sign("t", "n", 1, "https://h/p?x=2")
