"""The signature of a page for WeChat's JS-SDK.

https://developers.weixin.qq.com/doc/service/guide/h5/jssdk.html, appendix 1
"""

from __future__ import annotations

import hashlib


def sign(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """SHA-1 (40 hex digits) over the four, the address without its fragment and with nothing escaped anew."""
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
