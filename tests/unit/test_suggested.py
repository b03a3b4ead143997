"""Whatever is suggested or told of in help can be made as it stands, whoever works here."""

import itertools
import re
from collections.abc import Iterator

import pytest
from market import BOTH, FILMER_ALONE, HOUSE, NOBODY, PAINTER_ALONE

from bot.chat import grammar
from bot.chat.helping import TOPICS, Helping
from bot.chat.parsed import Complaint, ImageCommand, NotForUs, Typed, VideoCommand
from bot.chat.suggested import EXAMPLES, GAP, PRESETS, Suggestion, command_line, find
from bot.i18n import LANGUAGES, I18n
from bot.jobs.offers import Market
from bot.model import Operation
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow

MIDJOURNEY = Apiframe(
    key="k", base_url="https://a.example", fetch_url="https://a.example"
).capabilities
VEO = Flow(key="k", base_url="https://f.example", offers_hd=True).capabilities
VEO_SMALL = Flow(key="k", base_url="https://f.example", offers_hd=False).capabilities
REAL = Market({"apiframe": MIDJOURNEY, "flow": VEO, "local": HOUSE}, {Operation.IMAGE: "apiframe"})
MARKETS = {
    "both": BOTH,
    "painter": PAINTER_ALONE,
    "filmer": FILMER_ALONE,
    "real": REAL,
    "real, flow preferred": REAL.preferring("flow"),
    "midjourney": Market({"apiframe": MIDJOURNEY}, {}),
    "flow": Market({"flow": VEO, "local": HOUSE}, {}),
    "flow without hd": Market({"flow": VEO_SMALL}, {}),
}


@pytest.fixture(params=MARKETS)
def market(request: pytest.FixtureRequest) -> Market:
    return MARKETS[request.param]


def read(line: str, market: Market, *, pictures: int = 0, is_reply: bool = False) -> object:
    return grammar.parse(
        Typed(line, is_reply=is_reply, pictures=pictures),
        username="easel_bot",
        providers=market.providers,
        default_provider=market.default_provider,
    )


def lines_of(suggestion: Suggestion, market: Market) -> Iterator[str]:
    kind = "example" if suggestion in EXAMPLES else "preset"
    for language in LANGUAGES:
        tongue = I18n.load().tongue(language)
        gap = {} if suggestion in EXAMPLES else {"product": GAP}
        words = tongue.text(f"{kind}.{suggestion.name}_prompt", **gap)
        yield command_line(suggestion, words, market).replace(GAP, "a lamp", 1)


def test_every_example_and_preset_that_is_offered_reads_as_what_it_says(market: Market) -> None:
    offered = [each for each in (*EXAMPLES, *PRESETS) if each.is_offered(market)]
    assert offered
    for suggestion in offered:
        for line in lines_of(suggestion, market):
            command = read(line, market)
            assert isinstance(command, ImageCommand | VideoCommand), line
            assert suggestion.operation == command.request.operation
            assert suggestion.ratio in {None, command.request.ratio}


def test_a_preset_answered_with_a_picture_is_no_mistake_either(market: Market) -> None:
    for preset in PRESETS:
        is_video = preset.operation is Operation.VIDEO
        kin = Operation.IMAGE_VIDEO if is_video else Operation.REFERENCE_IMAGE
        if preset.is_offered(market) and market.doing(kin):
            for line in lines_of(preset, market):
                command = read(line, market, pictures=1)
                assert isinstance(command, ImageCommand | VideoCommand), line
                assert preset.ratio == command.request.ratio


def test_4k_is_asked_for_only_where_it_can_be_had() -> None:
    [product, *_] = PRESETS
    assert "--hd 4k" in command_line(product, "a lamp", MARKETS["flow"])
    assert "--hd 4k" in command_line(product, "a lamp", MARKETS["real, flow preferred"])
    for name in ("real", "midjourney", "flow without hd"):
        assert "--hd" not in command_line(product, "a lamp", MARKETS[name])


def test_nothing_is_suggested_where_nobody_works() -> None:
    assert not [each for each in (*EXAMPLES, *PRESETS) if each.is_offered(NOBODY)]
    assert find(PRESETS, "product", NOBODY) is None


def test_an_advert_is_suggested_only_where_it_can_become_a_video() -> None:
    assert find(PRESETS, "advert", PAINTER_ALONE) is None
    assert find(PRESETS, "advert", REAL) is not None


def commands_in(page: str) -> list[str]:
    found = re.findall(r"<code>(.+?)</code>", page)
    return [line for line in found if line.startswith("/") and "{" not in line]


def test_every_example_in_help_is_read_as_a_command(market: Market) -> None:
    helping = Helping(market, "easel_bot")
    for language in LANGUAGES:
        tongue = I18n.load().tongue(language)
        for topic, at in itertools.product(helping._offered(), ("", "@easel_bot")):
            for told in helping._page(topic, at):
                text = tongue.text(str(told["key"]), **told["values"])
                for line in commands_in(text):
                    pictures = 2 if "--voice" in line else int(topic in {"picture", "next"})
                    if told["key"] == "help.animate":
                        pictures = 1
                    is_reply = topic == "next"
                    parsed = read(line, market, pictures=pictures, is_reply=is_reply)
                    assert not isinstance(parsed, Complaint | NotForUs), line


def test_every_topic_has_something_to_tell_somewhere() -> None:
    assert list(TOPICS) == Helping(MARKETS["real, flow preferred"], "easel_bot")._offered()


def test_a_topic_nobody_here_can_do_is_left_out() -> None:
    assert "video" not in Helping(PAINTER_ALONE, "easel_bot")._offered()
    assert {"image", "picture", "video"}.isdisjoint(Helping(NOBODY, "easel_bot")._offered())
