"""The plan file: what the shipped one says, and how a mistake in an own one is named."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.model import Operation, Request
from bot.money.plans import Plan, Plans, PriceKey, Stars, load_plans, price_key, price_of

FREE = "[plans.free]\n"


def plans_of(tmp_path: Path, text: str) -> Plans:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_plans(path)


def mistakes_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        plans_of(tmp_path, text)
    return [problem.removeprefix(f"{tmp_path}/own.toml: ") for problem in caught.value.problems]


def test_the_shipped_file_says_what_the_shop_sells() -> None:
    plans = load_plans(None)

    assert plans.prices == {"image": 100, "image_hd": 150, "image_turbo": 200}
    assert Stars(vnd_per_star=330, packs=(200, 500, 1500)) == plans.stars
    assert plans.contact == "@your_shop"
    assert list(plans.plans) == ["free", "prepaid", "monthly", "unlimited", "turbo"]
    assert plans.plans["free"] == Plan("free", free_images_per_day=40, free_videos_per_day=2)
    assert plans.plans["prepaid"] == Plan("prepaid", min_topup=50_000, threads=3)
    assert plans.plans["monthly"] == Plan(
        "monthly",
        price=5_000_000,
        days=30,
        max_images_per_day=3_000,
        refund=Decimal("0.70"),
        threads=3,
    )
    assert plans.plans["unlimited"] == Plan("unlimited", price=5_000_000, threads=3)
    assert plans.plans["turbo"] == Plan(
        "turbo",
        prices={"image": 200, "image_hd": 200},
        min_topup=5_000_000,
        threads=6,
        priority=True,
    )


def test_the_smallest_plan_file_gives_nothing_and_sells_nothing(tmp_path: Path) -> None:
    plans = plans_of(tmp_path, FREE)

    assert Plans(prices={}, stars=None, contact="", plans={"free": Plan("free")}) == plans


def test_unlimited_is_a_count_and_zero_is_zero(tmp_path: Path) -> None:
    text = '[plans.free]\nthreads = "unlimited"\nfree_images_per_day = "unlimited"\n'

    plans = plans_of(tmp_path, text + "max_images_per_day = 0\n")

    free = plans.plans["free"]
    assert free == Plan("free", threads=None, free_images_per_day=None, max_images_per_day=0)


def test_a_plans_own_price_goes_before_the_common_one() -> None:
    plans = load_plans(None)
    turbo, free = plans.plans["turbo"], plans.plans["free"]

    assert price_of(plans, turbo, "image") == 200
    assert price_of(plans, free, "image") == 100
    assert price_of(plans, turbo, "image_turbo") == 200
    assert price_of(plans, turbo, "video") is None


def test_a_price_of_zero_is_a_price(tmp_path: Path) -> None:
    plans = plans_of(tmp_path, FREE + "prices = { image = 0 }\n[prices]\nimage = 5\n")

    assert price_of(plans, plans.plans["free"], "image") == 0


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request(Operation.IMAGE), "image"),
        (Request(Operation.VARIATION), "image"),
        (Request(Operation.IMAGE, mode="fast"), "image"),
        (Request(Operation.IMAGE, mode="turbo"), "image_turbo"),
        (Request(Operation.IMAGE, hd="2k"), "image_hd"),
        (Request(Operation.UPSCALE, mode="turbo"), "image_hd"),
        (Request(Operation.VIDEO, hd="4k", mode="turbo"), "video"),
    ],
)
def test_every_request_has_one_price(request_: Request, expected: PriceKey) -> None:
    assert expected == price_key(request_)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "plans: missing: a table [plans.free] is needed at least."),
        (
            "[plans.gold]\n",
            "plans.free: missing: it is what everybody has without another plan.",
        ),
        (FREE + "thread = 3\n", "plans.free.thread: no such key; did you mean threads."),
        (FREE + "[price]\n", "price: no such key; did you mean prices."),
        (FREE + "[prices]\nimages = 1\n", "prices.images: no such key; did you mean image."),
        (FREE + "[shop]\ncontakt = ''\n", "shop.contakt: no such key; did you mean contact."),
        (FREE + "[prices]\nimage = -1\n", "prices.image: -1 is no whole number, 0 or more."),
        (FREE + "[prices]\nimage = 1.5\n", "prices.image: 1.5 is no whole number, 0 or more."),
        (FREE + "[prices]\nimage = true\n", "prices.image: true is no whole number, 0 or more."),
        (FREE + "price = '5'\n", 'plans.free.price: "5" is no whole number, 0 or more.'),
        (
            FREE + "price = 'unlimited'\n",
            'plans.free.price: "unlimited" is no whole number, 0 or more.',
        ),
        (
            FREE + "threads = 1.0\n",
            'plans.free.threads: 1.0 is no whole number, 0 or more, nor "unlimited".',
        ),
        (
            FREE + "days = 0\n",
            'plans.free.days: 0 is no whole number, 1 or more, nor "unlimited".',
        ),
        (
            FREE + "refund = 70\n",
            "plans.free.refund: 70 is no share from 0 to 1, such as 0.70.",
        ),
        (
            FREE + "refund = nan\n",
            "plans.free.refund: NaN is no share from 0 to 1, such as 0.70.",
        ),
        (FREE + "priority = 1\n", "plans.free.priority: 1 is neither true nor false."),
        (FREE + "prices = 100\n", "plans.free.prices: 100 is no table."),
        (
            FREE + "prices = { hd = 1 }\n",
            "plans.free.prices.hd: no such key; did you mean image_hd.",
        ),
        (FREE + "[shop]\ncontact = 9\n", "shop.contact: 9 is no text in quotes."),
        (
            FREE + "[stars]\npacks = [1]\n",
            "stars.vnd_per_star: missing: the đồng credited for one Star.",
        ),
        (
            FREE + "[stars]\nvnd_per_star = 1\n",
            "stars.packs: a list of Stars such as [200, 500] is expected.",
        ),
        (
            FREE + "[stars]\nvnd_per_star = 1\npacks = [99999]\n",
            "stars.packs: 99999 is no number of Stars, 1 to 25000.",
        ),
        (
            FREE + "[plans.'Big One']\n",
            "plans.Big One: a plan's name has a-z, 0-9, _ and -, and begins with a letter.",
        ),
        (FREE + "[plans]\nextra = 1\n", "plans.extra: 1 is no table."),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_cure(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert [expected] == mistakes_of(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "[prices]\nimage = -1\nvideo = 1.5\n[plans.gold]\nthreads = true\ndayz = 1\n"

    assert mistakes_of(tmp_path, text) == [
        "prices.image: -1 is no whole number, 0 or more.",
        "prices.video: 1.5 is no whole number, 0 or more.",
        'plans.gold.threads: true is no whole number, 0 or more, nor "unlimited".',
        "plans.gold.dayz: no such key; did you mean days.",
        "plans.free: missing: it is what everybody has without another plan.",
    ]


@pytest.mark.parametrize("content", [b"[plans.free", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match=r"own\.toml: cannot be read as a plan file"):
        load_plans(path)


scalars = st.one_of(
    st.integers(), st.booleans(), st.sampled_from(['"unlimited"', "nan", "inf", "0.7", '"x"', "[]"])
)
lines = st.tuples(
    st.sampled_from(["threads", "price", "refund", "days", "priority", "prices", "min_topup"]),
    scalars.map(lambda value: str(value).lower()),
)


@given(wish=st.lists(lines, unique_by=lambda line: line[0]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_stands_in_a_plan_is_understood_or_named(
    tmp_path: Path, wish: list[tuple[str, str]]
) -> None:
    text = FREE + "".join(f"{key} = {value}\n" for key, value in wish)
    try:
        plan = plans_of(tmp_path, text).plans["free"]
    except SettingsError as error:
        places = [problem.split(": ")[1].removeprefix("plans.free.") for problem in error.problems]
        known = [key for key, _ in wish]
        assert set(places) <= set(known)  # either way out is right here
    else:
        assert plan.price is None or plan.price >= 0
        assert 0 <= plan.refund <= 1
