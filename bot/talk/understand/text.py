"""One form for the many ways to type the same."""

from __future__ import annotations

import re
import unicodedata

LIMIT = 1000
"""Characters of a message that are read; a WeChat text has at most about 2000, and nobody's answer is that long."""

_PLAIN = re.compile(r"[\x21-\x7e〇\u4e00-\u9fff]*")
_BARE = re.compile(r"[0-9a-z\u4e00-\u9fff]+")
_SPACES = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n[ \n]*")
# Sentence marks at either end of an answer say nothing: "1。", "(2)", "、3", “内科”.
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
# Keycaps (1️⃣) are a digit with these behind it.
_KEYCAP = str.maketrans("", "", "\ufe0e\ufe0f\u20e3")


def normalise(text: str, limit: int = LIMIT) -> str:
    """NFKC (full width becomes plain), control and invisible characters and lone surrogates out, runs of spaces made
    one, trimmed, at most `limit` characters. Line breaks stay, one at a time."""
    # Nearly every message is short and plain already.
    if len(text) <= limit and _PLAIN.fullmatch(text):
        return text
    text = unicodedata.normalize("NFKC", text[: limit * 2]).translate(_KEYCAP)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c if c == "\n" else _visible(c) for c in text)
    return _NEWLINES.sub("\n", _SPACES.sub(" ", text)).strip()[:limit].strip()


def bare(text: str, limit: int = LIMIT) -> str:
    """For comparing: normalised, small letters, no spaces, no marks at either end. "「内科」。 " -> "内科"."""
    if len(text) <= limit and _BARE.fullmatch(text):
        return text
    return _EDGES.sub("", "".join(normalise(text, limit).casefold().split()))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs") else character
