"""A group's rules as its admins left them, written where the bot reads them.

Knows nothing of the page they are set on: what comes of a rule is another story than setting it.
"""

from story import Story

from bot.jobs.rules import GroupRules, set_rules
from bot.model import ChatId
from bot.store.sqlite import open_store


async def rule(story: Story, group: int, rules: GroupRules) -> None:
    """From now on the group's rules are these."""
    async with open_store(story.data_dir / "bot.db") as store:
        await store.write(lambda tx: set_rules(tx, ChatId(group), rules))
