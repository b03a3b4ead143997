"""`python -m bench`: every part, one after the other, its ratios printed as it ends.

Knows nothing of what a part measures.
"""

from __future__ import annotations

import time

import click

from bench import crowds, money, polling

PARTS = (money, polling, crowds)


def main() -> None:
    for part in PARTS:
        click.echo(f"\n{part.TITLE}\n")
        began = time.monotonic()
        for line in part.measure():
            click.echo(f"  {line}")
        click.echo(f"\n  ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
