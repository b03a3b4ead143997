"""Figures as people read them: aligned columns. Pure; knows nothing of what was measured."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines, the first column to the left and the others to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def as_time(seconds: float) -> str:
    """Milliseconds below a second, else seconds."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def verdict(figure: float, most: float) -> str:
    """A figure beside what it may be at most."""
    return f"{figure:.3f} (at most {most:g}: {'ok' if figure <= most else 'MISSED'})"


def at_least(figure: float, least: float) -> str:
    """A figure beside what it has to be."""
    return f"{figure:.2f} (at least {least:g}: {'ok' if figure >= least else 'MISSED'})"
