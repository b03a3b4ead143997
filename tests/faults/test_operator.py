"""The operator at night: commands beside the running bot, and the button that settles a doubt."""

import socket

from process import Host
from story import Person, labels, words


async def quota(person: Person) -> str:
    asked = person.say("/quota")
    return words(await person.answer_to(asked))


async def test_check_names_everything_that_is_missing_and_where_to_get_it(host: Host) -> None:
    nothing = {name: "" for name in host.environ if name.startswith(("TELEGRAM", "API", "FLOW"))}
    found = await host.command("check", **nothing)
    assert 2 == found.code
    for word in ("TELEGRAM_BOT_TOKEN", "@BotFather", "APIFRAME_API_KEY", "FLOW_API_KEY"):
        assert word in found.err
    assert "Traceback" not in found.err
    same = await host.command("run", **nothing)
    assert (2, found.err) == (same.code, same.err)


async def test_check_is_content_with_good_settings_and_asks_telegram_when_told(host: Host) -> None:
    found = await host.command("check --online")
    assert (0, "") == (found.code, found.err)
    assert "@easel_bot" in found.out


async def test_a_misspelt_setting_is_refused_with_the_nearest_name(host: Host) -> None:
    for command in ("check", "run"):
        found = await host.command(command, TELEGRAM_BOT_TOKN="x")
        assert 2 == found.code
        assert "TELEGRAM_BOT_TOKN" in found.err
        assert "TELEGRAM_BOT_TOKEN" in found.err.replace("TELEGRAM_BOT_TOKN", "")


async def test_every_mistake_in_the_plan_file_is_named_where_it_stands(host: Host) -> None:
    own = host.folder / "own.toml"
    own.write_text("[prices]\nimage = -1\n[plans.gold]\ndayz = 1\n", encoding="utf-8")
    for command in ("check", "run"):
        found = await host.command(command, BOT_PLANS_FILE=str(own))
        assert 2 == found.code
        assert found.err.splitlines() == [
            f"✗ {own}: prices.image: -1 is no whole number, 0 or more.",
            f"✗ {own}: plans.gold.dayz: no such key; did you mean days.",
            f"✗ {own}: plans.free: missing: it is what everybody has without another plan.",
        ]


async def test_webhook_mode_without_an_address_is_refused_in_words(host: Host) -> None:
    for command in ("check", "run"):
        found = await host.command(command, TELEGRAM_UPDATES="webhook")
        assert 2 == found.code
        assert "BOT_PUBLIC_URL is missing, and TELEGRAM_UPDATES=webhook needs it" in found.err
        assert "Traceback" not in found.err
        address = "https://bot.example.org"
        found = await host.command(command, TELEGRAM_UPDATES="webhook", BOT_PUBLIC_URL=address)
        assert 2 == found.code
        assert "BOT_WEB_LISTEN is empty" in found.err


async def test_a_taken_port_is_said_in_words(host: Host) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        found = await host.command("run", BOT_WEB_LISTEN=address)
    assert 2 == found.code
    assert f"BOT_WEB_LISTEN={address} cannot be used" in found.err
    assert "Traceback" not in found.err


async def test_a_grant_beside_the_running_bot_can_be_spent_at_once(host: Host) -> None:
    await host.start()
    an = host.story.person("An")
    assert "0 ₫" in await quota(an)
    granted = await host.command(f"grant {an.user_id} 50000")
    assert (0, "") == (granted.code, granted.err)
    assert f"{an.user_id} (An) now has 50000 đồng.\n" == granted.out
    await an.sees("🎁 Shop đã nạp 50.000 ₫ cho bạn")
    assert "50.000 ₫" in await quota(an)
    assert 0 == (await host.command("ledger --verify")).code
    assert 2 == (await host.command("grant 0 70000")).code
    for amount in ("-5", "0", "1.5", "lots", "99999999999999"):
        refused = await host.command(f"grant {an.user_id} {amount}")
        assert 2 == refused.code
    assert "50.000 ₫" in await quota(an)


async def test_a_group_is_granted_by_its_title_and_one_nobody_knows_is_refused(host: Host) -> None:
    await host.start()
    an = host.story.person("An")
    group = host.story.group("Painters \x1b[31m🎨", an)
    unknown = await host.command(f"grant {group} 70000")
    assert (2, "") == (unknown.code, unknown.out)
    assert f"never been in a group with the id {group}: add it there" in unknown.err
    await an.answer_to(an.say("/quota@easel_bot", chat=group), chat=group)
    granted = await host.command(f"grant {group} 70000")
    assert f"{group} (Painters [31m🎨) now has 70000 đồng.\n" == granted.out
    for mistyped in ("-5", str(group - 1)):
        assert 2 == (await host.command(f"grant {mistyped} 10")).code
    of_nobody = await host.command("grant 424242 10")
    assert (2, "") == (of_nobody.code, of_nobody.out)
    assert "never met anybody with the id 424242: ask them to write /start" in of_nobody.err
    assert [(70_000,)] == host.rows("SELECT SUM(amount_vnd) FROM ledger_entry")


async def test_a_grant_says_why_and_is_taken_back_only_as_far_as_it_is_left(host: Host) -> None:
    await host.start()
    an = host.story.person("An", "en")
    await quota(an)
    assert 0 == (await host.command(f"grant {an.user_id} 50k --reason prize")).code
    back = await host.command(f"grant {an.user_id} 20.000 --take-back --reason slip")
    assert f"{an.user_id} (An) now has 30000 đồng.\n" == back.out
    await an.sees("The shop took back ₫20,000 it had given you. You now have ₫30,000.\nWhy: slip")
    refused = await host.command(f"grant {an.user_id} 30001 --take-back")
    assert (2, "") == (refused.code, refused.out)
    assert f"Only 30000 đồng of {an.user_id} can be taken back; nothing was written" in refused.err
    assert [
        ("grant", 50_000, "bot grant", "prize"),
        ("correction", 20_000, "bot grant", "slip"),
    ] == host.rows("SELECT kind, amount_vnd, author, reason FROM ledger_entry ORDER BY entry_id")
    broken = host.folder / "plans.toml"
    broken.write_text("[plans.free]\nthreads = -1\n")
    refused = await host.command(f"grant {an.user_id} 5", BOT_PLANS_FILE=str(broken))
    assert 2 == refused.code
    assert "plans.free.threads" in refused.err
    assert 0 == (await host.command("ledger --verify")).code


async def test_killed_before_a_grant_in_the_chat_is_answered_it_is_given_once(host: Host) -> None:
    await host.start()
    an = host.story.person("An", "en")
    await quota(an)
    answer = host.story.world.hold_next("sendMessage")
    asked = host.operator.say(f"/grant {an.user_id} 50000")
    await answer.arrived()
    await host.restart()
    answer.release()
    assert "now has ₫50,000" in words(await host.operator.answer_to(asked))
    await an.sees("The shop gave you ₫50,000")
    await host.is_quiet()
    assert [("grant", 50_000)] == host.rows("SELECT kind, amount_vnd FROM ledger_entry")
    assert 0 == (await host.command("ledger --verify")).code


async def test_a_tampered_balance_is_found_by_verify(host: Host) -> None:
    await host.start()
    an = host.story.person("An")
    await quota(an)
    await host.command(f"grant {an.user_id} 50000")
    host.change("UPDATE wallet SET balance_vnd = balance_vnd + 1")
    found = await host.command("ledger --verify")
    assert 2 == found.code
    assert f"wallet {an.user_id}: balance 50001 ₫" in found.out


async def test_a_backup_taken_while_it_runs_can_be_restored(host: Host) -> None:
    await host.start()
    an = host.story.person("An")
    await quota(an)
    await host.command(f"grant {an.user_id} 50000")
    assert 0 == (await host.command("backup copy.db")).code
    await host.command(f"grant {an.user_id} 50000")
    refused = await host.command("restore copy.db --force")
    assert 2 == refused.code
    assert "Another `bot run`" in refused.err
    await host.kill()
    refused = await host.command("restore copy.db")
    assert 2 == refused.code
    assert "--force" in refused.err
    assert 0 == (await host.command("restore copy.db --force")).code
    await host.start()
    assert "50.000 ₫" in await quota(an)


async def test_a_doubtful_request_is_listed_and_closed_with_the_operators_button(
    host: Host,
) -> None:
    await host.start()
    an = host.story.person("An", "en")
    host.story.town.apiframe.lose_answer_of_next("/imagine")
    asked = an.say("/img a lighthouse")
    await an.sees("should the result turn up")
    notice = await host.operator.sees("Midjourney")
    listed = await host.command("jobs --stuck")
    assert "needs_review" in listed.out
    an.world.press(
        an.user_id,
        an.user_id,
        (await an.answer_to(asked))["message_id"],
        notice["reply_markup"]["inline_keyboard"][0][0]["callback_data"],
        forged=True,
    )
    assert "needs_review" in (await host.command("jobs --stuck")).out
    host.operator.press(notice, labels(notice)[0][0])
    await host.story.world.wait_for(
        lambda world: any(
            call.method == "answerCallbackQuery"
            and call.parameters.get("text") == "Closed; nothing was charged."
            for call in world.calls
        )
    )
    assert ["failed"] == host.states()
    assert "0 job(s)" in (await host.command("jobs --stuck")).out
    assert 0 == (await host.command("ledger --verify")).code


async def test_where_access_is_approved_only_the_known_get_in(host: Host) -> None:
    await host.start(BOT_ACCESS="approved")
    an = host.story.person("An", "en")
    refused = await an.answer_to(an.say("/img a cat"))
    assert "invited people only" in words(refused)
    await host.command(f"grant {an.user_id} 50000")
    assert await an.result_of(an.say("/img a cat"))


async def test_commands_say_in_words_what_they_cannot_work_with(host: Host) -> None:
    for command in ("ledger --verify", "jobs", "backup copy.db"):
        found = await host.command(command, BOT_DATA_DIR=str(host.folder / "nowhere"))
        assert 2 == found.code
        assert "There is no database" in found.err
    await host.start()
    (host.folder / "notes.txt").write_text("not to be lost")
    found = await host.command("backup notes.txt")
    assert (2, "not to be lost") == (found.code, (host.folder / "notes.txt").read_text())
    assert "is there already" in found.err
    found = await host.command("run", BOT_DATA_DIR=str(host.folder / "notes.txt"))
    assert 2 == found.code
    assert "cannot be used" in found.err
    assert "Traceback" not in found.err
