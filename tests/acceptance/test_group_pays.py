"""The group pays: its wallet, a member's limit, and what is said when it has too little."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clubs import DRAW, PAYS, Club, built_club
from story import Person, code_in, labels
from story import words as said
from telling import next_result, press

from bot.jobs.rules import GroupRules, Payer
from bot.money import ledger


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    async with built_club(tmp_path) as club:
        yield club


async def test_the_status_and_the_caption_say_that_the_group_pays_and_the_ledger_does_so(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(PAYS)
        await club.grant(1_000)
        held = club.story.town.apiframe.hold_next("/imagine")
        asked = club.chi.say(f"{DRAW} hồ sen", chat=club.group)
        status = await club.chi.answer_to(asked, chat=club.group)
        assert "Nhóm trả 400 ₫" in said(status)
        assert ledger.Wallet(600, 400) == await club.wallet()
        held.release()
        result = await club.chi.result_of(asked, chat=club.group)
        assert "nhóm trả 400 ₫" in said(result)
        assert "V1 · 400 ₫" == labels(result)[1][0]
        assert ledger.Wallet(600, 0) == await club.wallet()
        free = said(await club.chi.answer_to(club.chi.say("/quota")))
        assert "còn 40/40" in free


async def test_a_press_in_the_group_takes_what_the_button_said_from_the_groups_wallet(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(PAYS)
        await club.grant(1_000)
        grid = await club.an.result_of(
            club.an.say(f"{DRAW} a lake", chat=club.group), chat=club.group
        )
        assert "the group paid ₫400" in said(grid)
        assert "Đã nhận!" == await press(club.chi, grid, "V1 · ₫400")
        await next_result(club.chi, grid, after=grid, chat=club.group)
        assert ledger.Wallet(200, 0) == await club.wallet()


async def test_a_result_shown_in_the_private_chat_says_what_it_takes_there(club: Club) -> None:
    async with club.opened():
        await club.decides(PAYS)
        await club.grant(1_000)
        asked = club.an.say(f"{DRAW} a lake", chat=club.group)
        grid = await club.an.result_of(asked, chat=club.group)
        at_home = await club.an.result_of(club.an.say(f"/show {code_in(grid)}"))
        assert ["V1", "V2", "V3", "V4"] == labels(at_home)[1]
        await press(club.an, at_home, "V1")
        await next_result(club.an, at_home, after=at_home)
        assert ledger.Wallet(600, 0) == await club.wallet()


@pytest.mark.parametrize(
    ("who", "rules", "granted", "asked", "told"),
    [
        (
            "an",
            PAYS,
            0,
            "/img@easel_bot a lake",
            (
                "This costs ₫400, and the group’s wallet is empty. Nothing was charged.\n"
                "An admin of the group can top it up through @shop, or let everybody pay for themselves in /settings@easel_bot."
            ),
        ),
        (
            "chi",
            PAYS,
            300,
            "/img@easel_bot hồ sen",
            (
                "Giá là 400 ₫ mà ví của nhóm chỉ còn 300 ₫. Chưa ai bị tính phí.\n"
                "Quản trị viên của nhóm có thể nạp thêm qua @shop, hoặc vào /settings@easel_bot để mỗi người tự trả."
            ),
        ),
        (
            "an",
            GroupRules(payer=Payer.GROUP, cap_vnd=300),
            1_000,
            "/img@easel_bot a lake",
            (
                "This costs ₫400, and a member’s limit for today leaves ₫300 of the group’s wallet."
                " Nothing was charged.\n"
                "There is more tomorrow; or an admin of the group raises the limit in /settings@easel_bot."
            ),
        ),
        (
            "chi",
            PAYS,
            1_000,
            "/video@easel_bot sóng biển",
            (
                "Video chưa có giá nên ví của nhóm chưa trả được. Chưa ai bị tính phí.\n"
                "Hãy hỏi giá @shop; hoặc nhờ quản trị viên vào /settings@easel_bot để mỗi người tự trả."
            ),
        ),
    ],
)
async def test_what_the_group_lacks_is_said_with_the_next_step(
    club: Club, who: str, rules: GroupRules, granted: int, asked: str, told: str
) -> None:
    async with club.opened():
        await club.decides(rules)
        if granted:
            await club.grant(granted)
        person: Person = getattr(club, who)
        assert told == said(await club.asked_by(person, asked))
        assert not club.orders()


async def test_quota_in_a_group_that_pays_tells_its_wallet_and_what_is_left_of_it_today(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, cap_vnd=900, ask_above_vnd=400))
        await club.grant(2_000)
        await club.an.result_of(club.an.say(f"{DRAW} a lake", chat=club.group), chat=club.group)
        told = said(await club.asked_by(club.an, "/quota@easel_bot")).splitlines()
        assert [
            "The group pays here. Its wallet: ₫1,600 (set aside: ₫0)",
            "Of it you may still spend today: ₫500 (limit: ₫900 a day)",
            "Above ₫400 an admin’s tap approves it first.",
        ] == told[:3]
        assert "Free pictures today: 40 of 40 left" in told
        admins = said(await club.asked_by(club.binh, "/quota@easel_bot"))
        assert "bấm duyệt" not in admins
        assert "group" not in said(await club.an.answer_to(club.an.say("/quota")))
