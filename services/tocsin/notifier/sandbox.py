"""The Jinja environment that operators' templates run in: nothing to call, nothing to run for long.

Jinja's own sandbox keeps templates away from Python, but not from looping for ever or making gigabytes of text. Here
loops count against a budget, and what could grow without a loop (multiplying strings, methods, macros, includes)
is not there.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from jinja2 import BaseLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tocsin.notifier.markup import escape, link
from tocsin.ports.sender import Dialect

LOOPS: Final = 2_000
"""Turns that all loops of one rendering may take together."""

_FILTERS: Final = (
    "abs default d e escape first float int join last length count list lower round sort title trim truncate upper"
)
_FORBIDDEN: Final[dict[type[nodes.Node], str]] = {
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.FilterBlock: "filter",
}
_budget: Final = threading.local()


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates in one dialect: what they print is escaped for it."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, dialect: Dialect, loader: BaseLoader, *, auto_reload: bool = True) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=dialect == "html",
            finalize=partial(escape, dialect=dialect) if dialect == "markdown" else None,
            auto_reload=auto_reload,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=500,
        )
        allowed = _FILTERS.split()
        self.filters = {name: self.filters[name] for name in allowed}
        self.globals = {"link": lambda label, url: link(label, url, dialect), "_bounded": _bounded}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for kind, word in _FORBIDDEN.items():
            for found in tree.find_all(kind):
                raise TemplateSyntaxError(f"{{% {word} %}} is not available here", found.lineno, name, filename)
        for loop in tree.find_all(nodes.For):
            if loop.recursive:
                raise TemplateSyntaxError("recursive loops are not available here", loop.lineno, name, filename)
            loop.iter = nodes.Call(nodes.Name("_bounded", "load"), [loop.iter], [], None, None).set_lineno(loop.lineno)
        for call in tree.find_all(nodes.Call):
            if not isinstance(call.node, nodes.Name):
                raise TemplateSyntaxError("only link() can be called here", call.lineno, name, filename)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Values, and no methods."""
        return super().is_safe_attribute(obj, attr, value) and not callable(value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic is for numbers."""
        if isinstance(left, (int, float)) and isinstance(right, (int, float)) and operator != "**":
            return super().call_binop(context, operator, left, right)
        raise SecurityError(f"{operator} is for numbers here; put texts side by side")

    def rendered(self, name: str, values: Mapping[str, Any]) -> str:
        """The template's text. Raises jinja2.TemplateError (or what its values raise) for one that cannot be used."""
        _budget.left = LOOPS
        return self.get_template(name).render(values)


def _bounded(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _budget.left -= 1
        if _budget.left < 0:
            raise SecurityError(f"the loops take more than {LOOPS} turns")
        yield item
