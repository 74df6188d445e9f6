"""What a push says on each way: the same facts as a chat message, as values of a template, as parameters of an SMS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.context import Context
from bot.talk.messages import Message, load_messages
from bot.talk.pushes import PushKind
from flows.notices import rules


@dataclass(frozen=True, slots=True)
class Words:
    """`messages` for the chat, `values` by the keywords of the channel's template, `params` of the text message."""

    messages: tuple[Message, ...]
    values: dict[str, str]
    params: dict[str, str]
    url: str = ""


def words_of(context: Context, kind: PushKind, sealed: str) -> Words:
    """The words of a push from its stored facts. They are made when it leaves, so that 明天 is right then. `options`
    among them are what may be answered, where a flow was begun to listen."""
    facts: dict[str, Any] = json.loads(sealed)
    url, wording = str(facts.get("url", "")), context.wording
    text = wording.render(kind.template, **facts)
    if "messages" in facts:  # a conversation's own words, as they were; other ways only say that there are some
        return Words(load_messages(facts["messages"]), _values(context, kind, facts, text), {}, url)
    links = ((wording.render("notices/chat/link"), url),) if url else ()
    options = tuple((number, label) for number, label in facts.get("options", ()))
    words = (Message(text, options, links),)
    return Words(words, _values(context, kind, facts, text), _params(context, kind, facts), url)


def _values(context: Context, kind: PushKind, facts: Mapping[str, Any], text: str) -> dict[str, str]:
    """By the hospital's own template file (keywords differ by account), the kind's mapping, or just the title."""
    name = kind.values_template
    if context.wording.has(name):
        values = rules.read_values(context.wording.render(name, **facts))
    elif kind.values:
        values = {keyword: str(facts.get(fact, "")) for keyword, fact in kind.values.items()}
    else:
        values = {"thing1": rules.split_title(text)[0]}
    return rules.fitting(values)


def _params(context: Context, kind: PushKind, facts: Mapping[str, Any]) -> dict[str, str]:
    """Lines `name: value` of templates/<area>/sms/<what>_params.j2, or the facts that the approved text names."""
    name = kind.params_template
    if context.wording.has(name):
        return rules.read_values(context.wording.render(name, **facts))
    if not context.wording.has(kind.sms_template):
        return {}
    # What the text does not name is no business of the gateway's.
    return {fact: str(facts[fact]) for fact in sorted(context.wording.uses(kind.sms_template)) if fact in facts}
