"""A mistake in the plan file is named with its place and its cure, and all are told at once."""

from pathlib import Path

import pytest
from plan_files import FREE, GOLD, mistakes_of

from bot.errors import SettingsError, why_unreadable
from bot.money.plan_file import load_plans

STARS = FREE + "[stars]\nvnd_per_star = 1\n"
NO_COUNT = 'is no whole number, 0 or more, nor "unlimited".'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "plans: missing: a table [plans.free] is needed at least."),
        ("plans = 5", "plans: 5 is no table."),
        (
            "[plans.gold]\n",
            "plans.free: missing: it is what everybody has without another plan.",
        ),
        (FREE + "thread = 3\n", "plans.free.thread: no such key; did you mean threads."),
        (FREE + "[price]\n", "price: no such key; did you mean prices."),
        (FREE + "[prices]\nimages = 1\n", "prices.images: no such key; did you mean image."),
        (FREE + "[shop]\ncontakt = ''\n", "shop.contakt: no such key; did you mean contact."),
        (
            FREE + "[limits]\nimages_a_day = 1\n",
            "limits.images_a_day: no such key; did you mean images_per_day.",
        ),
        (FREE + "[costs.flo]\nimage = 1\n", "costs.flo: no such key; did you mean flow."),
        (
            FREE + "[costs.flow]\nturbo = 1\n",
            "costs.flow.turbo: no such key; did you mean image_turbo.",
        ),
        (FREE + "[prices]\nimage = -1\n", "prices.image: -1 is no whole number, 0 or more."),
        (FREE + "[prices]\nimage = 1.5\n", "prices.image: 1.5 is no whole number, 0 or more."),
        (FREE + "[prices]\nimage = true\n", "prices.image: true is no whole number, 0 or more."),
        (
            FREE + "[prices]\nimage = 1_000_000_001\n",
            "prices.image: 1000000001 is too much: 1000000000 at most.",
        ),
        (
            FREE + "[prices]\nimage = 2020-01-02\n",
            "prices.image: 2020-01-02 is no whole number, 0 or more.",
        ),
        (GOLD + "price = '5'\n", 'plans.gold.price: "5" is no whole number, 1 or more.'),
        (
            GOLD + "price = 'unlimited'\n",
            'plans.gold.price: "unlimited" is no whole number, 1 or more.',
        ),
        (GOLD + "price = 0\n", "plans.gold.price: 0 is no whole number, 1 or more."),
        (GOLD + "min_topup = 0\n", "plans.gold.min_topup: 0 is no whole number, 1 or more."),
        (GOLD + "threads = -1\n", f"plans.gold.threads: -1 {NO_COUNT.replace('0', '1')}"),
        (FREE + "threads = 1.0\n", f"plans.free.threads: 1.0 {NO_COUNT.replace('0', '1')}"),
        (FREE + "threads = 0\n", f"plans.free.threads: 0 {NO_COUNT.replace('0', '1')}"),
        (
            FREE + "free_images_per_day = 'all'\n",
            f'plans.free.free_images_per_day: "all" {NO_COUNT}',
        ),
        (
            GOLD + "price = 5\ndays = 0\n",
            f"plans.gold.days: 0 {NO_COUNT.replace('0', '1')}",
        ),
        (
            GOLD + "price = 5\ndays = 36_501\n",
            "plans.gold.days: 36501 is too much: 36500 at most.",
        ),
        (GOLD + "refund = 70\n", "plans.gold.refund: 70 is no share from 0 to 1, such as 0.70."),
        (GOLD + "refund = nan\n", "plans.gold.refund: NaN is no share from 0 to 1, such as 0.70."),
        (
            GOLD + "refund = 1e99999999999999999999\n",
            "plans.gold.refund: Infinity is no share from 0 to 1, such as 0.70.",
        ),
        (GOLD + "refund = 0.705\n", "plans.gold.refund: 0.705 is no whole per cent, such as 0.70."),
        (GOLD + "priority = 1\n", "plans.gold.priority: 1 is neither true nor false."),
        (GOLD + "title = 5\n", "plans.gold.title: 5 is no text in quotes."),
        (
            GOLD + "title = 'Gói dành cho ai muốn thật nhiều ảnh'\n",
            (
                'plans.gold.title: "Gói dành cho ai muốn thật nhiều ảnh" is longer than one line of '
                "32 characters."
            ),
        ),
        (FREE + "prices = 100\n", "plans.free.prices: 100 is no table."),
        (
            FREE + "prices = { hd = 1 }\n",
            "plans.free.prices.hd: no such key; did you mean image_hd.",
        ),
        (FREE + "[shop]\ncontact = 9\n", "shop.contact: 9 is no text in quotes."),
        (
            FREE + '[shop]\ncontact = "a\\nb"\n',
            'shop.contact: "a\\nb" is longer than one line of 100 characters.',
        ),
        (
            FREE + "[stars]\npacks = [1]\n",
            "stars.vnd_per_star: missing: the đồng credited for one Star.",
        ),
        (STARS, "stars.packs: a list of Stars such as [200, 500] is expected."),
        (STARS + "packs = []\n", "stars.packs: a list of Stars such as [200, 500] is expected."),
        (STARS + "packs = 200\n", "stars.packs: a list of Stars such as [200, 500] is expected."),
        (STARS + "packs = [9_9999]\n", "stars.packs: 99999 is no number of Stars, 1 to 25000."),
        (STARS + "packs = [true]\n", "stars.packs: true is no number of Stars, 1 to 25000."),
        (STARS + "packs = [5, 9, 5, 5]\n", "stars.packs: 5 stands there twice."),
        (
            STARS + f"packs = {list(range(1, 22))}\n",
            "stars.packs: 21 are too many: 20 at most.",
        ),
        (
            GOLD + '[plans.silver]\ntitle = "Gold"\n',
            'plans.silver.title: "Gold" is what people read for gold as well.',
        ),
        (
            GOLD + 'title = "Vàng"\n[plans.silver]\ntitle = "va\u0300ng"\n',
            'plans.silver.title: "va\u0300ng" is what people read for gold as well.',
        ),
        (
            FREE + "[plans.a-b]\n[plans.a_b]\n",
            'plans.a_b: "A b" is what people read for a-b as well.',
        ),
        (
            GOLD + 'title = "free"\n',
            'plans.gold.title: "free" is what people read for free as well.',
        ),
        (
            GOLD + 'title = "Miễn  phí"\n',
            'plans.gold.title: "Miễn  phí" is what people read for free as well.',
        ),
        (FREE + "[plans.free_]\n", 'plans.free_: "Free" is what people read for free as well.'),
        (
            GOLD + 'title = "a\\u202eb"\n',
            'plans.gold.title: "a\\u202eb" has a letter that nobody sees.',
        ),
        (
            GOLD + 'title = "\\u200b"\n',
            'plans.gold.title: "\\u200b" has a letter that nobody sees.',
        ),
        (
            FREE + '[shop]\ncontact = "a\\u0000"\n',
            'shop.contact: "a\\x00" has a letter that nobody sees.',
        ),
        (
            FREE + "[stars]\npacks = [1]\nvnd_per_star = 0\n",
            "stars.vnd_per_star: 0 is no whole number, 1 or more.",
        ),
        (
            FREE + "[plans.'Big One']\n",
            "plans.Big One: a plan's name has a-z, 0-9, _ and -, and begins with a letter.",
        ),
        (
            FREE + '[plans."a\\nb"]\n',
            "plans.a\\nb: a plan's name has a-z, 0-9, _ and -, and begins with a letter.",
        ),
        (FREE + "[plans]\nextra = 1\n", "plans.extra: 1 is no table."),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_cure(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert [expected] == mistakes_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "price = 5\nmin_topup = 5\n",
            "plans.gold.min_topup: not beside price: a plan is bought, or entered by paying in.",
        ),
        (
            "days = 30\n",
            (
                "plans.gold.days: needs price beside it: what lapses after the days is what was "
                "bought."
            ),
        ),
        (
            "min_topup = 9\ndays = 30\n",
            (
                "plans.gold.days: needs price beside it: what lapses after the days is what was "
                "bought."
            ),
        ),
        (
            "price = 5\nrefund = 0.7\n",
            (
                "plans.gold.refund: needs price and days beside it: it is for a plan ended before its "
                "end."
            ),
        ),
        (
            "price = 5\ndays = 'unlimited'\nrefund = 0.7\n",
            (
                "plans.gold.refund: needs price and days beside it: it is for a plan ended before its "
                "end."
            ),
        ),
        (
            "free_images_per_day = 40\nmax_images_per_day = 30\n",
            "plans.gold.max_images_per_day: 30 is less than free_images_per_day, which is 40.",
        ),
    ],
)
def test_keys_that_do_not_go_together_are_named(tmp_path: Path, text: str, expected: str) -> None:
    assert [expected] == mistakes_of(tmp_path, GOLD + text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("price = 5_000", "is never bought"),
        ("min_topup = 'x'", "is not entered by paying in"),
        ("days = 30", "never ends"),
        ("refund = 0.7", "never ends"),
        ("priority = true", "would put everybody before everybody"),
        ("title = 'Thử'", "has a name in each language already"),
    ],
)
def test_the_plan_everybody_has_is_neither_bought_nor_entered_nor_ended(
    tmp_path: Path, text: str, why: str
) -> None:
    key = text.split(" ", maxsplit=1)[0]
    expected = f"plans.free.{key}: not here: the plan that everybody has {why}."
    assert [expected] == mistakes_of(tmp_path, FREE + text)


def test_a_wrong_value_is_one_mistake_and_not_also_a_missing_one(tmp_path: Path) -> None:
    mistakes = mistakes_of(tmp_path, GOLD + "price = -5\ndays = 30\nrefund = 0.7\n")
    assert ["plans.gold.price: -5 is no whole number, 1 or more."] == mistakes


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "[prices]\nimage = -1\nvideo = 1.5\n[plans.gold]\nthreads = true\ndayz = 1\n"

    assert mistakes_of(tmp_path, text) == [
        "prices.image: -1 is no whole number, 0 or more.",
        "prices.video: 1.5 is no whole number, 0 or more.",
        'plans.gold.threads: true is no whole number, 1 or more, nor "unlimited".',
        "plans.gold.dayz: no such key; did you mean days.",
        "plans.free: missing: it is what everybody has without another plan.",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"[plans.free",
        b"[plans.free]\n[plans.free]\n",
        b"[plans.free]\nthreads = 1\nthreads = 2\n",
        b"\xff\xfe",
        b"a = " + b"1" * 5_000,
        b"a = " + b"[" * 5_000,
        None,
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match=r"own\.toml: cannot be read as a plan file"):
        load_plans(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "there is no such file; correct the path"),
        (
            b"[prices]\nimage = 100\n# gi\xe1\n",
            "line 3 is not written in UTF-8; save the file as UTF-8",
        ),
    ],
)
def test_why_it_cannot_be_read_is_said_in_words_with_the_cure(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load_plans(path)
    assert [f"{path}: cannot be read as a plan file: {why}."] == refused.value.problems


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (IsADirectoryError(21, "Is a directory"), "it is a folder; name the file in it"),
        (NotADirectoryError(20, "Not a directory"), "there is no such file; correct the path"),
        (
            PermissionError(13, "Permission denied"),
            "the user the bot runs as may not read it; change that",
        ),
        (OSError(5, "Input/output error"), "Input/output error; check the path and the disk"),
    ],
)
def test_each_way_a_file_cannot_be_read_has_a_cause_and_a_cure(error: OSError, why: str) -> None:
    assert why == why_unreadable(error)


def test_a_number_nobody_could_write_out_is_named_at_its_place(tmp_path: Path) -> None:
    [mistake] = mistakes_of(tmp_path, GOLD + "price = 0x" + "f" * 9_000)
    expected = "a number of very many digits is too much: 1000000000 at most."
    assert f"plans.gold.price: {expected}" == mistake
