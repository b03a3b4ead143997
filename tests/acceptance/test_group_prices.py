"""A button under somebody else's result shows their price: for others it may be another."""

from pathlib import Path

from story import Story, is_media, living_bot, served_town, settings_for, words
from telling import next_result, press

from bot import app
from bot.model import UserId
from bot.money import ledger
from bot.store.sqlite import open_store

PLANS = """
[prices]
image = 100
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = 8
threads = 20
"""


async def test_who_has_none_free_left_is_asked_their_own_price_by_name(tmp_path: Path) -> None:
    plans = tmp_path / "plans.toml"
    plans.write_text(PLANS)
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        an, ben = story.person("An", "en"), story.person("Ben", "en")
        group = story.group("Nhóm vẽ", an, ben)
        async with living_bot(settings_for(town, story.data_dir, BOT_PLANS_FILE=str(plans))):
            for prompt in ("a cat", "a dog"):  # all eight of his
                await ben.result_of(ben.say(f"/img {prompt}"))
            async with open_store(story.data_dir / app.DATABASE_NAME) as store:
                await store.write(
                    lambda tx: ledger.enter(
                        tx,
                        UserId(ben.user_id),
                        ledger.EntryKind.GRANT,
                        1_000,
                        ledger.Act("grant:1", "operator", "", app.wall_clock()),
                    )
                )
            grid = await an.result_of(an.say("/img a boat", chat=group), chat=group)
            assert "That price is for who asked" in await press(ben, grid, "V2")
            asked = await ben.sees("Ben, for you this costs ₫400", chat=group)
            assert "₫1,000" in words(await ben.answer_to(ben.say("/quota")))
            await press(ben, asked, "")
            assert is_media(await next_result(ben, asked, after=asked, chat=group))
            assert "₫600" in words(await ben.answer_to(ben.say("/quota")))
            assert "4 of 8" in words(await an.answer_to(an.say("/quota")))
