"""Every word that a patient or a member of staff reads comes from here: templates/<area>/{chat,push,h5,desk,print}.

A hospital's own folder stands before ours, file by file. An own template can build on ours:
``{% extends "ours/booking/chat/booked.j2" %}``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import structlog
from jinja2 import meta, nodes

from bot import masking
from bot.clock import HospitalClock
from bot.plain import Environment
from bot.said import Key, Said
from bot.spoken import Spoken

if TYPE_CHECKING:
    from bot.settings import Settings

OURS = Path(__file__).resolve().parent.parent / "templates"
log = structlog.get_logger()
_BLANK = re.compile(r"[^\S\n]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_ANY = "*"
"""Among the facts of a template: it includes another one whose name is a fact."""
_LATIN = re.compile("[A-Za-z]")
# Where a Latin name, masked (J*** S***) or whole, meets Chinese. Not a single letter or digit: it is one word with it.
_MEETS = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=[A-Z](?:\*{3}|[a-z]{2}))|(?:(?<=[A-Za-z]\*{3})|(?<=[A-Za-z][a-z]{2}))(?=[\u4e00-\u9fff])"
)


class Wording:
    """Renders templates by name; ``.j2`` may be left out: ``render("booking/chat/booked", doctor=…)``.

    ``*.html.j2`` is HTML with escaping; everything else is plain text, trimmed, at most one blank line together.
    A missing fact is an error (StrictUndefined), never a hole in a sentence. If a hospital's own template fails, ours
    is used and the failure logged: a slip in a text must not silence the hospital. In `debug` it is raised, and
    changed files are read again. A plain text is remembered for half a second (bot.said). `always` are facts that
    every template has; `hospital`, `phone_desk` and `emergency_phone` are always there, empty where nobody set them.
    """

    def __init__(
        self, templates_dir: Path | None = None, override_dir: Path | None = None, *,
        clock: HospitalClock | None = None, debug: bool = False, always: Mapping[str, Any] | None = None,
    ) -> None:
        self.debug = debug
        self._templates: dict[str, jinja2.Template] = {}
        self._named: dict[tuple[str, str, str], str] = {}
        self._said, self._remembered_by = Said(), dict[str, tuple[str, ...] | None]()
        facts = {"hospital": "", "phone_desk": "", "emergency_phone": "", **(always or {})}
        ours = jinja2.FileSystemLoader(templates_dir or OURS)
        self.words = _words(templates_dir or OURS)
        self.spoken = Spoken(self.words, clock or HospitalClock())
        self._ours = self._environment(ours, self.spoken, facts)
        self.environment = self._ours
        if override_dir is not None:
            self.words = _merged(self.words, _words(override_dir))
            self.spoken = Spoken(self.words, clock or HospitalClock())
            own = jinja2.FileSystemLoader(override_dir)
            loader = jinja2.ChoiceLoader([own, ours, jinja2.PrefixLoader({"ours": ours})])
            self.environment = self._environment(loader, self.spoken, facts)

    @classmethod
    def of(cls, settings: Settings, *, debug: bool = False, **always: Any) -> Wording:
        """As the settings say: override folder; the hospital's clock, name and phones in every template."""
        facts = {"hospital": settings.hospital.name, "phone_desk": settings.phone_desk,
                 "emergency_phone": settings.emergency_phone, **always}
        clock = HospitalClock(settings.timezone)
        return cls(None, settings.templates_override, clock=clock, debug=debug, always=facts)

    def render(self, name: str, /, **facts: Any) -> str:
        """The text of template `name`. Raises jinja2.TemplateNotFound, or UndefinedError for a fact that is missing."""
        name = _file(name)
        key = self._key(name, facts)
        if key is not None and (said := self._said.get(key)) is not None:
            return said
        try:
            text = self._template(name).render(facts)
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            if self.environment is self._ours:
                raise
            text, key = self._ours_instead(name, facts, error), None
        if ".html." in name:
            return text
        text = tidy(text)
        if key is not None:
            self._said.keep(key, text)
        return text

    def macro(self, template: str, macro: str) -> Callable[..., str]:
        """A macro of a template as a function."""
        found = getattr(self._template(_file(template)).module, macro)
        return lambda *args, **facts: tidy(str(found(*args, **facts)))

    def named(self, template: str, macro: str, name: str) -> str:
        """What a macro says of `name`, a word of ours (a kind, a relation): said once and remembered. Never for what
        somebody told us: it would stay in memory."""
        key = (template, macro, name)
        found = self._named.get(key)
        if found is None:
            found = self.macro(template, macro)(name=name)
            if not self.debug:
                self._named[key] = found
        return found

    def _key(self, name: str, facts: Mapping[str, Any]) -> Key | None:
        """By what the text is remembered; None: it is not."""
        if name not in self._remembered_by:
            self._remembered_by[name] = None if self.debug or ".html." in name else self._all_facts(name)
        by = self._remembered_by[name]
        return None if by is None else self._said.key(name, by, facts)

    def _all_facts(self, name: str) -> tuple[str, ...] | None:
        """All that a text can depend on; None where that is not known."""
        try:
            facts = self._facts(name, set())
        except jinja2.TemplateError:
            return None
        return None if _ANY in facts else tuple(facts)

    def _template(self, name: str) -> jinja2.Template:
        """Jinja's own cache asks for keys and locks; a message renders several templates, so ours is a dict."""
        found = self._templates.get(name)
        if found is None:
            found = self.environment.get_template(name)
            # Each rendering copies the globals: as the chain of mappings that they come as, ten times as slow.
            found.globals = dict(found.globals)
            if not self.debug:
                self._templates[name] = found
        return found

    def has(self, name: str) -> bool:
        """Whether there is such a template, ours or the hospital's."""
        return _file(name) in self._listed

    def names(self) -> list[str]:
        """All templates, without ``.j2``, sorted."""
        return sorted(name.removesuffix(".j2") for name in self._listed)

    def uses(self, name: str) -> frozenset[str]:
        """The facts that a template, or one that it includes, extends or imports, names. Facts behind an ``if`` count,
        those that every template has do not."""
        return frozenset(self._facts(_file(name), set()) - set(self.environment.globals) - {_ANY})

    @cached_property
    def _listed(self) -> frozenset[str]:
        names = self.environment.list_templates(extensions=["j2"])
        return frozenset(name for name in names if not name.startswith("ours/"))

    @cached_property
    def _filters(self) -> frozenset[str]:
        return frozenset(self.environment.filters)

    def _facts(self, name: str, seen: set[str]) -> set[str]:
        if name in seen or self.environment.loader is None:
            return set()
        seen.add(name)
        undeclared, named, others = _parts(
            self.environment.loader.get_source(self.environment, name)[0], self._filters
        )
        facts = undeclared | (named & self.environment.globals.keys())
        for other in others:
            facts |= self._facts(other, seen) if other else {_ANY}
        return facts

    def _ours_instead(self, name: str, facts: dict[str, Any], error: Exception) -> str:
        """Ours in place of the hospital's own one that failed; raises `error` where ours is all there is."""
        if self.debug:
            raise error
        try:
            template = self._ours.get_template(name)
        except jinja2.TemplateNotFound:
            raise error from None
        log.error("template_failed", template=name, kind=type(error).__name__)
        return template.render(facts)

    def _environment(self, loader: jinja2.BaseLoader, spoken: Spoken, always: Mapping[str, Any]) -> jinja2.Environment:
        environment = Environment(
            loader=loader, undefined=jinja2.StrictUndefined, auto_reload=self.debug, cache_size=2000,
            autoescape=lambda name: name is None or ".html." in name, trim_blocks=True, lstrip_blocks=True,
        )
        environment.filters |= spoken.filters()
        environment.filters |= {
            "mask_name": masking.mask_name, "mask_number": masking.mask_number, "mask_mobile": masking.mask_mobile,
            "spaced": spaced,
        }
        environment.globals |= {"words": spoken.words, **always}
        return environment


@lru_cache(maxsize=2000)
def _parts(source: str, filters: frozenset[str]) -> tuple[set[str], set[str], tuple[str | None, ...]]:
    """Of a template: the names that it does not declare itself, all that it names, and the templates it refers to
    (None: one whose name is a fact). To take one apart takes longer than to render it, and most import the same few.

    :raises jinja2.TemplateError: it is no template, or uses a filter that is not among `filters`
    """
    environment = jinja2.Environment()
    environment.filters |= dict.fromkeys(filters, str)
    tree = environment.parse(source)
    named = {each.name for each in tree.find_all(nodes.Name)}
    return meta.find_undeclared_variables(tree), named, tuple(meta.find_referenced_templates(tree))


def spaced(text: str) -> str:
    """A space where a Latin name (J*** S***) meets Chinese. Plain texts have it; pages ask for it."""
    return _MEETS.sub(" ", text) if _LATIN.search(text) else text


def tidy(text: str) -> str:
    """No spaces at the ends of lines, at most one blank line together, none at either end; Latin names spaced."""
    text = spaced(text)
    if "\n" not in text and "\r" not in text:
        return text.strip()
    return _EMPTY_LINES.sub("\n\n", _BLANK.sub("", text.replace("\r\n", "\n"))).strip()


def _file(name: str) -> str:
    return name if name.endswith(".j2") else name + ".j2"


def _words(folder: Path) -> dict[str, Any]:
    path = folder / "common" / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _merged(ours: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(ours)
    for name, value in own.items():
        merged[name] = _merged(ours[name], value) if isinstance(value, dict) and name in ours else value
    return merged
