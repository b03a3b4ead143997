"""A failure in plain words: nobody reads another language, and what helps is said."""

import pytest

from bot.delivery.causes import failure
from bot.i18n import I18n
from bot.model import Reason

TONGUES = I18n.load()


def told(reason: Reason, detail: str, language: str) -> str:
    tongue = TONGUES.tongue(language)
    return failure(reason, detail, title="Midjourney", tongue=tongue).split(". ")[0]


@pytest.mark.parametrize(
    ("detail", "vietnamese", "english"),
    [
        (
            "Banned prompt detected",
            "⚠️ Midjourney không cho phép một số từ trong mô tả này",
            "⚠️ Midjourney does not allow something in this description",
        ),
        (
            "Invalid parameter: `--stylize 2000`",
            "⚠️ Midjourney không nhận <code>--stylize 2000</code>",
            "⚠️ Midjourney does not take <code>--stylize 2000</code>",
        ),
        (
            "the kiln is cold <b>",
            "⚠️ Midjourney không nhận yêu cầu này",
            "⚠️ Midjourney did not take this request: “the kiln is cold &lt;b&gt;”",
        ),
        (
            "503",
            "⚠️ Midjourney không nhận yêu cầu này: “503”",
            "⚠️ Midjourney did not take this request: “503”",
        ),
        (
            "",
            "⚠️ Midjourney không nhận yêu cầu này",
            "⚠️ Midjourney did not take this request",
        ),
    ],
)
def test_a_refusal_is_told_in_the_language_of_the_chat(
    detail: str, vietnamese: str, english: str
) -> None:
    assert vietnamese == told(Reason.REFUSED, detail, "vi")
    assert english == told(Reason.REFUSED, detail, "en")


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", TONGUES.languages)
def test_every_reason_has_a_sentence(reason: Reason, language: str) -> None:
    assert told(reason, "no such thing", language).startswith("⚠️ ")
