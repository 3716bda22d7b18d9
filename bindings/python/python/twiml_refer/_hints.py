"""The names that annotations use; their modules take longer to import than the whole package.

They are imported when something evaluates an annotation, as `typing.get_type_hints` does.
"""

from __future__ import annotations

# False. Completion by jedi would skip what is imported under a plain False.
TYPE_CHECKING = __name__ == ""
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, ClassVar, Literal
else:

    class _Hint:
        def __init__(self, module, name):
            self.module, self.name = module, name

        def __getitem__(self, item):
            from importlib import import_module

            return getattr(import_module(self.module), self.name)[item]

    ClassVar, Literal = (_Hint("typing", name) for name in ("ClassVar", "Literal"))
    Iterable, Iterator, Mapping, Sequence = (
        _Hint("collections.abc", name) for name in ("Iterable", "Iterator", "Mapping", "Sequence")
    )
    Any = object

__all__ = [
    "TYPE_CHECKING",
    "Any",
    "ClassVar",
    "Iterable",
    "Iterator",
    "Literal",
    "Mapping",
    "Sequence",
]
