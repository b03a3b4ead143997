"""The page on adding a provider tells the truth: its example works in the whole bot as it stands."""

from pathlib import Path

from doodle_service import DoodleSandbox, connect_documented
from provider_pairs import KEY
from serving import listening, origin_of, served
from story import Story, living_bot, served_town, settings_for, words

from bot import app
from bot.runner.accounts import Account
from bot.sandbox import service
from bot.sandbox.tasks import Pace
from bot.settings import Settings


async def test_the_documented_provider_draws_for_the_chat_that_names_it(tmp_path: Path) -> None:
    listener = listening()
    home = tmp_path / "doodle"
    doodle = DoodleSandbox(service.Account(KEY, Pace(speed=60), origin_of(listener), home))

    def make_accounts(settings: Settings) -> dict[str, Account]:
        provider = connect_documented(KEY, origin_of(listener))
        return {**app.make_accounts(settings), "doodle": Account(provider, lanes=2)}

    async with served(doodle.app, listener), served_town(tmp_path / "town") as town:
        environ = settings_for(town, tmp_path / "data")
        async with living_bot(environ, make_accounts):
            story = Story(town, tmp_path / "data")
            an = story.person("An", "en")
            asked = an.say("/img a cat --with doodle")
            status = await an.answer_to(asked)
            assert "Doodle" in words(status)
            result = await an.result_of(asked)

    assert ["a cat"] == [task.body["text"] for task in doodle.tasks.values()]
    assert "photo" in result
    assert "Doodle" in words(result)
    assert {} == {**town.apiframe.tasks, **town.flow.tasks}


async def test_a_provider_is_named_with_the_others_when_a_name_is_wrong(tmp_path: Path) -> None:
    def make_accounts(settings: Settings) -> dict[str, Account]:
        provider = connect_documented(KEY, "http://127.0.0.1:9")
        return {**app.make_accounts(settings), "doodle": Account(provider, lanes=2)}

    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        async with living_bot(settings_for(town, story.data_dir), make_accounts):
            an = story.person("An", "en")
            answer = words(await an.answer_to(an.say("/img a cat --with dodle")))

    assert "doodle" in answer
    assert "local" not in answer
