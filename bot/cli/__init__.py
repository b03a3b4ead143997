"""The command line. Knows how to ask and how to say it; the work is done in the rooms below."""

from bot.cli.commands import main

__all__ = ["main"]
