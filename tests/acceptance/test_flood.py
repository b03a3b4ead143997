"""Telegram's limits, all on: a crowd asks at once, nothing is refused, everybody is answered."""

import asyncio
from pathlib import Path

from story import Story, is_media, living_bot, served_town, settings_for, words
from telling import answers

from bot.app import Clocks
from bot.sandbox.limits import Limits

AT_ONCE = 6


async def test_a_flood_in_a_private_chat_and_a_group_meets_no_429_and_loses_nothing(
    tmp_path: Path,
) -> None:
    async with served_town(tmp_path / "town", limits=Limits()) as town:
        story = Story(town, tmp_path / "data")
        async with living_bot(settings_for(town, story.data_dir), clocks=Clocks()):
            an = story.person("An")
            crowd = [story.person(f"Bạn {number}") for number in range(AT_ONCE)]
            group = story.group("Nhóm vẽ", *crowd)
            hers = [an.say(f"/img mèo số {number}") for number in range(AT_ONCE)]
            theirs = [
                each.say(f"/img@easel_bot thuyền của {each.user_id}", chat=group) for each in crowd
            ]
            results = await asyncio.gather(
                *(an.result_of(asked) for asked in hers),
                *(
                    each.result_of(asked, chat=group)
                    for each, asked in zip(crowd, theirs, strict=True)
                ),
            )
            for asked, result in zip([*hers, *theirs], results, strict=True):
                assert answers(result, asked)
                assert asked["text"].split(maxsplit=1)[1] in words(result)
            assert [] == [call for call in town.world.calls if call.error_code == 429]
            assert AT_ONCE == len([m for m in an.from_bot() if is_media(m)])
