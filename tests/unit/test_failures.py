"""A failure in one sentence of the reader's language, whatever a provider said in whichever."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import a_job

from bot.delivery.failures import failure
from bot.i18n import LANGUAGES, I18n
from bot.jobs.causes import meaning_of
from bot.model import JobState, Reason
from bot.providers.answers import read_answer
from bot.providers.reading import DETAIL_MAX, clean_text

TONGUES = I18n.load()
FREE = {"vi": "Bạn không bị tính phí", "en": "Nothing was charged"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Banned prompt detected: blood", "words"),
        ("Your prompt contains a forbidden word", "words"),
        ("bad words", "words"),
        ("Mô tả có từ cấm", "words"),
        ("Request blocked by AI moderators", "moderated"),
        ("This may violate our content policy", "moderated"),
        ("PUBLIC_ERROR_UNSAFE_GENERATION: unsafe", "moderated"),
        ("nội dung không phù hợp", "moderated"),
        ("Invalid image URL", "picture"),
        ("Unsupported reference image format", "picture"),
        ("The uploaded file is too large", "picture"),
        ("Prompt is too long", "too_long"),
        ("prompt exceeds the maximum length of 4000 characters", "too_long"),
        ("Too many requests", "busy"),
        ("Rate limit exceeded", "busy"),
        ("Hệ thống đang bận", "busy"),
        ("Generation timed out", "slow"),
        ("Invalid parameter: --stylize", "option"),
        ("invalid aspect_ratio", "option"),
        ("Parent task not found", "origin"),
        ("no cats today", None),
        ("Internal Server Error", None),
        ("", None),
    ],
)
def test_what_providers_say_is_understood_or_left_alone(said: str, meant: str | None) -> None:
    assert meant == meaning_of(said)


@given(st.text(max_size=300))
def test_nothing_a_provider_says_is_shown_as_it_is_or_breaks_the_sentence(said: str) -> None:
    for reason in (Reason.REFUSED, Reason.FAILED):
        job = a_job(state=JobState.FAILED, reason=reason, detail=said)
        for language in LANGUAGES:
            told = failure(job, TONGUES.tongue(language))
            assert FREE[language] in told
            assert "{" not in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_failure_says_that_it_cost_nothing_and_quotes_nobody(
    language: str, reason: Reason
) -> None:
    job = a_job(state=JobState.FAILED, reason=reason, detail="no cats today")
    told = failure(job, TONGUES.tongue(language))
    assert FREE[language] in told
    assert "cats" not in told


KEY = "sk-live-4f9c2e7d1a8b6053c9d2"
PAGE = (
    f"<html><head><title>403 Forbidden</title></head><body><script>let k='{KEY}'</script>"
    f"<p>Key {KEY} from <a href='https://in.example/?token={KEY}'>https://in.example/?token={KEY}"
    f"</a></p><pre>Authorization: {KEY}</pre>{'lorem ipsum ' * 4_000}</body></html>"
)


@pytest.mark.parametrize("body", [PAGE, json.dumps({"errors": [{"msg": PAGE}]})])
@pytest.mark.parametrize("own", [KEY, "another-key-of-ours"])
def test_a_page_full_of_keys_and_addresses_leaves_none_of_them_behind(body: str, own: str) -> None:
    detail = read_answer(403, None, body.encode(), secret=own).detail
    assert len(detail) <= DETAIL_MAX
    for harm in (KEY, "in.example", "<", "script", "let k"):
        assert harm not in detail


@given(st.text(alphabet="ab1<>/:=-_ .htps", max_size=400))
def test_no_address_survives(said: str) -> None:
    assert not re.search(r"[a-z]://[^\s…]", clean_text(said))
