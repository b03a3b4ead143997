"""What may be wrong with the sentences people read: in the catalogues, and around them in the code.

Knows no sentence. Every finding is a line that names the key or the place and what is wrong.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from babel.messages.catalog import Catalog, Message

Entries = Mapping[str, list[str]]
KNOWN_TAGS = {"b", "i", "code"}
_TAG = re.compile(r"<(/?)([^>]*)>")
_GAP = re.compile(r"\{\w*\}")
_MONEY_BY_HAND = re.compile(
    r"\}\s?(?:₫|đ\b|đồng|VND|VNĐ|%)|(?:₫|\$)\s?\{|\d{1,3}[.,]\d{3}\b|\d\s?(?:₫|đồng|VND|VNĐ)\b"
)
_DATE_BY_HAND = re.compile(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")
_WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
_SPEC = re.compile(r"[,_]|\.\d|[dfg%]$")
_TOLD_TO_OPERATORS = {"log", "warnings", "metrics"}


def key_of(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def forms_of(message: Message) -> list[str]:
    """One, or as many as the language has plurals."""
    if isinstance(message.string, str) or message.string is None:
        return [message.string or ""]
    return list(message.string)


def entries(catalogue: Catalog) -> dict[str, list[str]]:
    return {key_of(message): forms_of(message) for message in catalogue if message.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def tags(text: str) -> list[str]:
    return sorted(f"{found[1]}{found[2]}" for found in _TAG.finditer(text))


def mistakes_of(catalogue: Catalog, forms: int) -> Iterator[str]:
    """What is wrong with one language; ``forms``: how many plurals it has."""
    if catalogue.num_plurals != forms:
        yield f"it should have {forms} plurals, not {catalogue.num_plurals}"
    for message in catalogue:
        if not message.id:
            continue  # the header
        key = key_of(message)
        if message.fuzzy:
            yield f"{key}: its translation is marked as doubtful"
        wanted = forms if message.pluralizable else 1
        if len(forms_of(message)) != wanted:
            yield f"{key}: it should have {wanted} forms"
        for text in forms_of(message):
            yield from (f"{key}: {wrong}" for wrong in _mistakes_in(text))


def _mistakes_in(text: str) -> Iterator[str]:
    if not text.strip():
        yield "it is empty"
    elif text.strip() != text:
        yield "it begins or ends with a space"
    if (wrong := _unclosed(text)) is not None:
        yield wrong
    if _MONEY_BY_HAND.search(text):
        yield "an amount is written by hand: give it to Babel as a value"
    if _DATE_BY_HAND.search(text):
        yield "a date is written by hand: give it to Babel as a value"


def _unclosed(text: str) -> str | None:
    """Tags are closed in the order they were opened, and Telegram knows them."""
    opened: list[str] = []
    for closes, name in _TAG.findall(text):
        if name not in KNOWN_TAGS:
            return f"<{name}> is no tag of ours"
        if not closes:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return f"</{name}> closes nothing"
    if opened:
        return f"<{opened[-1]}> is not closed"
    return "a < or > is no tag: write &lt;" if re.search(r"[<>]", _TAG.sub("", text)) else None


def differences(ours: Entries, theirs: Entries, alike: Mapping[str, str]) -> Iterator[str]:
    """What one language has and the other has not.

    ``alike``: sentences that may be the same in both, and why.
    """
    for key in sorted(ours.keys() ^ theirs.keys()):
        yield f"{key}: only one language has it"
    for key in ours.keys() & theirs.keys():
        for mine, other in ((mine, other) for mine in ours[key] for other in theirs[key]):
            if placeholders(mine) != placeholders(other):
                yield f"{key}: the values differ"
            if tags(mine) != tags(other):
                yield f"{key}: the tags differ"
            if mine == other and has_words(mine) and key not in alike:
                yield f"{key}: it is not translated"
    for key in alike:
        if not set(ours.get(key, [])) & set(theirs.get(key, [])):
            yield f"{key}: it is said to be alike and is not"


def has_words(text: str) -> bool:
    """Anything to be translated, beside values, tags and numbers."""
    return re.search(r"[^\W\d_]{2,}", _GAP.sub("", _TAG.sub("", text))) is not None


def literals_in(path: Path) -> Iterator[str]:
    """Sentences that stand in the code instead of a catalogue, and numbers formatted by hand.

    Not meant: documentation, and what only operators and developers read (errors, log, metrics).
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _told(tree):
        place = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _WORDS.search(node.value):
                yield f"{place}: a sentence in the code: {node.value!r}"
        elif isinstance(node, ast.FormattedValue) and _is_formatted(node):
            yield f"{place}: a number formatted by hand"
        elif isinstance(node, ast.Attribute) and node.attr == "strftime":
            yield f"{place}: a moment formatted by hand"
        elif isinstance(node, ast.JoinedStr) and _is_joined_by_hand(node):
            yield f"{place}: an amount joined by hand"


def _told(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes people may be shown something of."""
    if isinstance(node, ast.Raise | ast.Assert):
        return
    if isinstance(node, ast.Call) and _is_for_operators(node):
        return
    children = list(ast.iter_child_nodes(node))
    for child in children:
        # A string that stands alone documents what is above it.
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        yield child
        yield from _told(child)


def _is_for_operators(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id.endswith(("Error", "Gone", "Refused", "Later", "Moved"))
    root = function
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in _TOLD_TO_OPERATORS


def _is_formatted(value: ast.FormattedValue) -> bool:
    spec = value.format_spec
    parts = spec.values if isinstance(spec, ast.JoinedStr) else []
    return any(isinstance(part, ast.Constant) and _SPEC.search(str(part.value)) for part in parts)


def _is_joined_by_hand(joined: ast.JoinedStr) -> bool:
    """`f"{n} ₫"`, `f"{n}%"`."""
    return any(
        isinstance(before, ast.FormattedValue)
        and isinstance(after, ast.Constant)
        and re.match(r"\s?(?:₫|%|đ\b|VND)", str(after.value))
        for before, after in pairwise(joined.values)
    )
