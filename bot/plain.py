"""Macros of plain templates (say.j2: chat, pushes, text messages) in pages: what they give is text, which pages escape.

Jinja would take for markup whatever a macro gives to a page, also where the macro's own template escapes nothing.
"""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Macro


class PlainMacro(Macro):
    """Markup only where its own template escapes."""

    def _invoke(self, arguments: list[Any], autoescape: bool) -> str:
        return super()._invoke(arguments, autoescape and self._default_autoescape)


class _Generator(CodeGenerator):
    def macro_def(self, *args: Any) -> None:
        self.write("environment.")
        super().macro_def(*args)


class Environment(jinja2.Environment):
    """Of macros that are as safe as the template they stand in."""

    code_generator_class = _Generator
    Macro = PlainMacro
