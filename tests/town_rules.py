"""A bot living by its operator's own rules: another plan file, other providers.

Knows nothing of what is asked of it.
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from story import Story, living_bot, served_town, settings_for

CHEAP = """
[prices]
image = 100
[shop]
contact = "@shop"
[plans.free]
"""


@contextlib.asynccontextmanager
async def ruled_story(
    folder: Path, plans: str | None = None, *, without: str | None = None, **more: str
) -> AsyncIterator[Story]:
    """``plans``: the file's text; ``without``: a provider that has no key here."""
    async with served_town(folder / "town") as town:
        environ = settings_for(town, folder / "data", **more)
        if plans is not None:
            (folder / "plans.toml").write_text(plans)
            environ["BOT_PLANS_FILE"] = str(folder / "plans.toml")
        if without is not None:
            environ[f"{without.upper()}_API_KEY"] = ""
        async with living_bot(environ):
            yield Story(town, folder / "data")
