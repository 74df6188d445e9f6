"""Messages of a turn -> the texts that WeChat shows: for the passive reply and for customer-service messages alike.

WeChat's text knows no buttons, only two kinds of ``<a>``: a web address, and ``weixin://bizmsgmenu``, which sends its
msgmenucontent as if the contact had written it (developers.weixin.qq.com/doc/service/api/customer/message, msgmenu).
A tap sends the option's label, as WeChat's own menu messages do: a tap in an old list can then not choose what has
the same number in a newer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote

from bot.talk.messages import Message

LIMIT = 2048  # bytes of one text, UTF-8, markup included
LONGEST_TAP = 20  # characters: a longer label would fill the contact's own bubble, so its number is sent

_ANCHOR = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML 1.0 cannot carry
_HAN = "[\u4e00-\u9fff]"
# Each begins with the character itself: the search then goes from one to the next, and not through every place.
_TIGHT = re.compile(
    rf" (?:(?<=[0-9A-Z] )(?={_HAN})"  # a number and what it counts: 25.00 yuan, floor 2, area B
    rf"|(?<=\s{_HAN} )(?=\d)"  # a word of one character and its number: No. 3, 2 left
    rf"|(?<={_HAN} )(?=\d\d?:\d\d)"  # the part of the day and the time
    r"|(?<=\d )(?=\d))"  # a phone number in groups
)
_DASH = re.compile(r"–(?<=\d–)(?=\d)")
_NO_BREAK, _JOINED = "\u00a0", "–\u2060"
_ADDRESS = re.compile(r"https?://[^\s<>\"']+\Z", re.IGNORECASE)

Style = Callable[[int, str], str]  # number and label of an option -> its line


def compose(messages: Iterable[Message], *, taps: bool = True, limit: int = LIMIT) -> list[str]:
    """The texts to send, each of at most ``limit`` bytes; one whenever it all fits, none for no words.

    Options are tappable where ``taps`` allows it and the whole then still fits into one text; else plain lines,
    broken at the border of a message, then of a line, and only within a line that is itself too long.
    """
    messages = list(messages)
    for style in (_tap_label, _tap_number, _plain) if taps else (_plain,):
        whole = "\n\n".join(block for block in ("\n".join(_lines(each, style)) for each in messages) if block)
        if len(whole.encode()) <= limit:
            return [whole] if whole else []
    return _broken([_lines(each, _plain) for each in messages], limit)


def _lines(message: Message, style: Style) -> list[str]:
    lines = _safe(message.text).strip().split("\n") if message.text else []
    lines += [style(number, label) for number, label in message.options]
    lines += _safe(message.hint).strip().split("\n") if message.hint else []
    lines += [_link(_word(title), address) for title, address in message.links]
    return lines


def _safe(text: str) -> str:
    """Words as words: whoever can put a name of theirs into a text must not be able to put a link there."""
    if "<" in text:
        text = _ANCHOR.sub("＜", text)
    return _tight(_UNFIT.sub("", text))


def _tight(text: str) -> str:
    """What belongs together is never torn by the edge of a small phone: an amount, a time, a number."""
    return _DASH.sub(_JOINED, _TIGHT.sub(_NO_BREAK, text))


def _word(text: str) -> str:
    """Words on one line."""
    return " ".join(_UNFIT.sub("", _ANCHOR.sub("＜", text)).split())


def _plain(number: int, label: str) -> str:
    return f"{number} {_tight(_word(label))}"


@lru_cache(maxsize=4096)  # the same departments and doctors all day long; quoting is most of the time of a list
def _tap_label(number: int, label: str) -> str:
    label = _word(label)
    return _tap(number, label, label if len(label) <= LONGEST_TAP else str(number))


def _tap_number(number: int, label: str) -> str:
    return _tap(number, _word(label), str(number))


def _tap(number: int, label: str, content: str) -> str:
    return (f'<a href="weixin://bizmsgmenu?msgmenucontent={quote(content, safe="")}&msgmenuid={number}">'
            f"{number} {_tight(label)}</a>")


def _link(title: str, address: str) -> str:
    """An address that is none of the web's, or would break out of the markup, leaves its title as plain words."""
    return f'<a href="{address}">{title}</a>' if _ADDRESS.match(address) else title


def _broken(blocks: Sequence[list[str]], limit: int) -> list[str]:
    """Lines of messages packed into as few texts as the borders allow: each costs of the contact's message quota."""
    texts: list[str] = []
    open_text = ""
    for lines in blocks:
        whole = "\n".join(lines)
        if len(whole.encode()) <= limit:  # a message stays together
            lines = [whole] if whole else []
        for index, line in enumerate(piece for each in lines for piece in _cut(each, limit)):
            joined = f"{open_text}{'' if not open_text else chr(10) if index else chr(10) * 2}{line}"
            if len(joined.encode()) <= limit:
                open_text = joined
                continue
            texts.append(open_text)
            open_text = line
    return [*texts, open_text] if open_text else texts


def _cut(line: str, limit: int) -> list[str]:
    """A line in pieces of at most ``limit`` bytes, never within a character; markup that long becomes its words."""
    if len(line.encode()) <= limit:
        return [line]
    raw, pieces = re.sub(r"<a href=[^>]*>|</a>", "", line).encode(), []
    while raw:
        piece = raw[:limit].decode(errors="ignore")
        pieces.append(piece)
        raw = raw[len(piece.encode()):]
    return pieces
