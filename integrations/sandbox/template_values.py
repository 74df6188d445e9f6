"""The values of template messages: since 2023 each keyword has a type, told by its name (``thing3``), and a limit.

https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html, limits of the values
"""

from __future__ import annotations

import re
from typing import Any

from integrations.sandbox.refusal import PlayRefusal

HANZI, YUAN = "\u4e00-\u9fff", "\u5143"
_TYPES = {
    "thing": r"(?s).{1,20}",
    "number": r"[0-9.]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": r"[^\n]{1,40}",
    "date": r"[^\n]{1,40}",
    "amount": rf"[¥\uffe5$]?[0-9][0-9,]{{0,9}}(\.[0-9]{{1,2}})?{YUAN}?",
    "phone_number": r"[0-9+() -]{1,17}",
    "car_number": r".{1,8}",
    "name": rf"[{HANZI}*·]{{1,10}}|[A-Za-z .*·]{{1,20}}",
    "phrase": rf"[{HANZI}]{{1,5}}",
    "const": r".{1,20}",
}
_KEY = re.compile(r"([a-z_]+?)(\d+)(?:\.DATA)?$")


def checked_values(data: Any) -> dict[str, str]:
    """Name -> value of each keyword.

    :raises PlayRefusal: 47003 for a value that is missing, too long or of the wrong type
    """
    if not isinstance(data, dict) or not data:
        raise PlayRefusal(47003, "argument invalid! data is empty")
    values = {}
    for name, entry in data.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        if value in (None, ""):
            raise PlayRefusal(47003, f"argument invalid! data.{name}.value is empty")
        values[name] = str(value)
        # Names of the old kind (first, keyword1, remark) have no type.
        kind = _KEY.match(name)
        pattern = _TYPES.get(kind[1]) if kind else None
        if pattern and not re.fullmatch(pattern, values[name]):
            raise PlayRefusal(47003, f"argument invalid! data.{name}.value invalid")
    return values
