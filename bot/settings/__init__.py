"""What the operator sets: read from the environment and `.env`, typed, and judged in words.

Knows nothing of what the settings are for; only the composition root and the command line read
them.
"""

from bot.settings.checks import problems
from bot.settings.model import Settings
from bot.settings.reading import load, read

__all__ = ["Settings", "load", "problems", "read"]
