"""YAML as plain data, with the line of every key kept beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from ioscore.errors import Problem, RubricError

Path = tuple[str | int, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(
    text: str, name: str, *, as_written: bool = False
) -> tuple[dict[str, Any], dict[Path, int]]:
    """Read a YAML mapping.

    Parameters
    ----------
    text : str
        The document.
    name : str
        What the file is called in messages.
    as_written : bool
        Every value as text: YAML takes 010 for eight, and 1:30 for ninety.

    Returns
    -------
    data : dict
    lines : dict of path to int
        Line (from 1) of each key and list item, by its path from the root.

    Raises
    ------
    RubricError
        For broken YAML, a key that stands twice, an anchor with alias (which could build a
        cycle), or a document that is no mapping.
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise _error(where, f"broken YAML: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise _error(name, "the document is nested too deeply") from None
    if not isinstance(root, yaml.MappingNode):
        raise _error(name, "the document is no mapping of keys to values")
    lines: dict[Path, int] = {}
    try:
        scalar = _text if as_written else _scalar
        data = _build(root, (), lines, set(), name, scalar)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _error(name, f"a value cannot be read: {error}") from None
    return data, lines


def _build(
    node: Any,
    path: Path,
    lines: dict[Path, int],
    seen: set[int],
    name: str,
    scalar: Callable[[Any], Any],
) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise _error(
            f"{name}, line {line}",
            "an alias (*) repeats an anchored (&) part, which could refer to itself in a cycle",
        )
    seen.add(id(node))
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise _error(f"{name}, line {key_line}", "a key must be a plain word")
            key = key_node.value
            if key in result:
                raise _error(f"{name}, line {key_line}, {key}", "the key stands twice here")
            lines[(*path, key)] = key_line
            result[key] = _build(value, (*path, key), lines, seen, name, scalar)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*path, i), lines, seen, name, scalar) for i, item in enumerate(node.value)
        ]
    return scalar(node)


_constructor: Any = yaml.constructor.SafeConstructor()


def _scalar(node: Any) -> Any:
    value = _constructor.construct_object(node)
    # A date is no value that a rubric has; what looks like one stays text.
    return value if isinstance(value, str | int | float | bool | type(None)) else node.value


def _text(node: Any) -> str:
    return str(node.value)


def _error(where: str, found: str) -> RubricError:
    return RubricError(Problem(where=where, found=found, mend="Mend the YAML there."))
