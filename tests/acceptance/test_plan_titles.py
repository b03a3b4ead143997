"""A plan that the shop has given a title: people read that and never the name behind it.

Where there is a title in each language, they read the one in theirs.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from counters import Counter, built_counter, is_thanks
from handing import book, run_by, said, told
from story import Message, Person, labels, words
from telling import press, said_to, until

PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = 330
packs = [100]
[plans.free]
[plans.m30]
title = "Gói tháng vàng"
price = 330_000
days = 30
refund = 0.70
[plans.week]
price = 90_000
days = 7
"""
IN_EACH = """
[prices]
image = 100
[stars]
vnd_per_star = 330
packs = [100]
[plans.free]
[plans.week]
price = 90_000
days = 7
[plans.week.title]
vi = "Theo tuần"
en = "Weekly"
[plans.season]
price = 330_000
days = 90
[plans.season.title]
vi = "Theo quý"
en = "Quarterly"
[plans.saver]
min_topup = 10_000
[plans.saver.title]
vi = "Tiết kiệm"
en = "Saver"
[plans.club.title]
vi = "Câu lạc bộ"
en = "Circle"
"""


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with built_counter(tmp_path) as counter:
        yield counter


async def bought(counter: Counter, an: Person) -> None:
    """By what /buy sells, from its button to the thanks."""
    sold = await an.answer_to(an.say("/buy"))
    assert "Gói tháng vàng" in words(sold)
    await press(an, sold, "Gói tháng vàng")
    asked = await an.sees(lambda m: "renewed every 30 days" in words(m))
    assert "Gói tháng vàng" in words(asked)
    (url,) = [b["url"] for row in asked["reply_markup"]["inline_keyboard"] for b in row]
    await counter.story.world.pay_link(an.user_id, url)
    assert "Gói tháng vàng" in words(await an.sees(is_thanks))


def all_read(person: Person) -> str:
    """Every word and button in their private chat, for nobody to shout over."""
    sent = [(words(each), str(labels(each))) for each in person.from_bot()]
    return str(sent).lower()


async def test_a_title_is_read_from_buying_to_the_early_end(counter: Counter) -> None:
    an, boss = counter.story.person("An", "en"), counter.story.person("Boss", "en")
    async with counter.opened({"BOT_ADMIN_IDS": str(boss.user_id)}, text=PLANS):
        await bought(counter, an)
        assert "Plan: Gói tháng vàng" in await said_to(an, "/quota")
        assert "Plan: Gói tháng vàng" in await said_to(an, "/receipts")
        plans = await an.answer_to(an.say("/plans"))
        assert "The plan Gói tháng vàng renews itself" in words(plans)
        await press(an, plans, "🔁 Stop renewing Gói tháng vàng")
        await press(an, await an.sees("Stop renewing the plan Gói tháng vàng?"), "Yes")
        await an.sees("The plan Gói tháng vàng is not renewed any more")
        assert "Gói tháng vàng (m30)" in await told(boss, f"/plan {an.user_id}")
        another = await told(boss, f"/plan {an.user_id} week")
        assert "Gói tháng vàng (m30)" in another
        question = await said(boss, f"/plan {an.user_id} free")
        assert "Gói tháng vàng (m30)" in words(question)
        await press(boss, question, "⏹")
        await an.sees("⏹ Your plan Gói tháng vàng has ended early")
        await until(lambda: "⏹ the plan gói tháng vàng (m30) of an" in all_read(boss))
        assert "m30" not in all_read(an)


async def test_a_title_is_read_when_what_bought_it_goes_back(counter: Counter) -> None:
    an, boss = counter.story.person("An", "en"), counter.story.person("Boss", "en")
    async with counter.opened({"BOT_ADMIN_IDS": str(boss.user_id)}, text=PLANS):
        await bought(counter, an)
        overview = await boss.answer_to(boss.say("/admin"))
        await press(boss, overview, "⭐ Payments")
        page = await boss.sees("Payments in Stars")
        assert "Gói tháng vàng (m30)" in words(page)
        await press(boss, page, "↩️ Refund #1")
        await press(boss, await boss.sees("Refund ⭐"), "↩️ Yes")
        over = await an.sees("You were given back ⭐ 1,000")
        assert "Gói tháng vàng" in words(over)
        assert "m30" not in all_read(an)


async def invoice(person: Person, sold: Message, label: str) -> Message:
    """What a button under /buy brings."""
    last = person.from_bot()[-1]
    await press(person, sold, label)
    return await person.sees(lambda m: "invoice" in m, after=last)


@pytest.mark.parametrize(
    ("name", "language", "week", "season", "saver", "runs"),
    [
        ("An", "vi", "Theo tuần", "Theo quý", "Tiết kiệm", "Gói Theo tuần đang chạy"),
        ("Ben", "en", "Weekly", "Quarterly", "Saver", "The plan Weekly is running"),
    ],
)
async def test_an_reads_vietnamese_names_of_the_plans_of_which_ben_reads_the_english_ones(
    counter: Counter, name: str, language: str, week: str, season: str, saver: str, runs: str
) -> None:
    person = counter.story.person(name, language)
    async with counter.opened(text=IN_EACH):
        plans = (await said_to(person, "/plans")).splitlines()
        assert {week, season, saver} <= set(plans)
        sold = await person.answer_to(person.say("/buy"))
        assert all(title in words(sold) for title in (week, season, saver))
        assert [label.split(" · ")[0] for [label] in labels(sold)] == ["⭐ 100", week, season]
        pack = await invoice(person, sold, "⭐ 100")
        assert saver in pack["invoice"]["description"]
        quarter = await invoice(person, sold, season)
        assert season == quarter["invoice"]["title"]
        chosen = await invoice(person, sold, week)
        assert week == chosen["invoice"]["title"]
        await counter.pay(person, chosen)
        assert week in words(await person.sees(is_thanks))
        assert runs in await counter.refused(person, quarter)
        assert week in words(await person.answer_to(person.say("/buy")))
        assert week in await said_to(person, "/quota")
        assert week in await said_to(person, "/receipts")
        others = {"vi": ("weekly", "quarterly", "saver"), "en": ("theo ", "tiết kiệm")}[language]
        assert not [title for title in others if title in all_read(person)]


async def test_an_operator_reads_it_in_their_own_language_with_what_is_typed_behind(
    counter: Counter,
) -> None:
    an, ben = counter.story.person("An", "vi"), counter.story.person("Ben", "en")
    boss, chi = counter.story.person("Boss", "en"), counter.story.person("Chi", "vi")
    admins = {"BOT_ADMIN_IDS": f"{boss.user_id},{chi.user_id}"}
    async with counter.opened(admins, text=IN_EACH):
        for person in (an, ben):
            await person.answer_to(person.say("/jobs"))
        assert "has the plan Quarterly (season)" in await told(boss, f"/plan {an.user_id} season")
        assert "có gói Theo quý (season)" in await told(chi, f"/plan {ben.user_id} season")
        await an.sees("Bạn đã có gói Theo quý")
        await ben.sees("You have the plan Quarterly")
        assert "có gói Theo quý (season)" in await told(chi, f"/plan {an.user_id} week")
        question = await said(chi, f"/plan {ben.user_id} free")
        assert "Theo quý (season)" in words(question)
        await press(chi, question, "⏹")
        await ben.sees("⏹ Your plan Quarterly has ended early")


async def test_several_plans_that_are_over_are_each_told_in_the_language_of_who_had_them(
    counter: Counter,
) -> None:
    an, boss = counter.story.person("An", "vi"), counter.story.person("Boss", "en")
    async with counter.opened({"BOT_ADMIN_IDS": str(boss.user_id)}, text=IN_EACH):
        await an.answer_to(an.say("/jobs"))
        for plan in ("saver", "club"):
            await told(boss, f"/plan {an.user_id} {plan}")
        over = await told(boss, f"/plan {an.user_id} free")
        assert "plan Circle (club), saver any more" in over
        await an.sees("Gói Câu lạc bộ, Tiết kiệm đã kết thúc")


@pytest.mark.parametrize(
    ("language", "meant", "example"),
    [
        (
            "vi",
            "“{}” là tên khách đọc: ý bạn là gói {}? Mình chưa ghi gì cả; hãy gửi như sau:\n/plan {}",
            "/plan @ten week để mở gói",
        ),
        (
            "en",
            (
                "“{}” is what people read: you mean the plan {}? Nothing was written yet; "
                "send it like this:\n/plan {}"
            ),
            "/plan @name week to give one",
        ),
    ],
)
async def test_an_operator_who_types_a_title_reads_the_line_with_the_name(
    tmp_path: Path, language: str, meant: str, example: str
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(IN_EACH)
    async with run_by(tmp_path, language, BOT_PLANS_FILE=str(file)) as (story, boss):
        an = story.person("An", language)
        await said(an, "/quota")
        for typed, title, name, rest in (
            ("Weekly", "Weekly", "week", ""),
            ("theo quy vì bạn hỏi", "theo quy", "season", " vì bạn hỏi"),
            ("Câu lạc bộ", "Câu lạc bộ", "club", ""),
            ("Miễn phí", "Miễn phí", "free", ""),
        ):
            answer = await told(boss, f"/plan {an.user_id} {typed}")
            assert meant.format(title, name, f"{an.user_id} {name}{rest}") == answer
        assert [] == book(story)
        assert example in await told(boss, "/plan")
