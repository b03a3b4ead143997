"""Settings: what the operator wrote is understood, or every mistake is named with its cure."""

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot import settings
from bot.errors import SettingsError
from bot.settings import Settings

TOKEN = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0"
ENOUGH = {"TELEGRAM_BOT_TOKEN": TOKEN, "APIFRAME_API_KEY": "af-key"}
FLOW = {"FLOW_API_KEY": "flow-key", "FLOW_URL": "https://flow.example/public/api/v1"}


def problems_of(environ: dict[str, str], env_file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings.load(environ, env_file)
    return caught.value.problems


def test_a_token_and_one_key_are_enough() -> None:
    loaded = settings.load(ENOUGH, None)

    assert loaded == Settings(
        telegram_bot_token=SecretStr(TOKEN), apiframe_api_key=SecretStr("af-key")
    )
    assert (loaded.telegram_updates, loaded.telegram_api_url) == (
        "polling",
        "https://api.telegram.org",
    )
    assert loaded.apiframe_url == "https://api.apiframe.ai/pro"
    assert loaded.apiframe_fetch_url == "https://api.apiframe.ai"
    assert (loaded.bot_language, loaded.bot_timezone) == ("vi", "Asia/Ho_Chi_Minh")
    assert (loaded.apiframe_threads, loaded.flow_threads, loaded.flow_hd) == (3, 3, True)
    assert loaded.web_address == ("127.0.0.1", 8080)


def test_everything_given_is_read() -> None:
    loaded = settings.load(
        {
            **ENOUGH,
            **FLOW,
            "APIFRAME_THREADS": "unlimited",
            "FLOW_THREADS": "0",
            "FLOW_HD": "false",
            "FLOW_URL": "https://flow.example/public/api/v1/",
            "TELEGRAM_UPDATES": "polling",
            "BOT_PUBLIC_URL": "https://easel.example:8443/",
            "BOT_WEB_LISTEN": "[::1]:80",
            "BOT_DATA_DIR": "/srv/easel",
            "BOT_PLANS_FILE": "own.toml",
            "BOT_ADMIN_IDS": " 12, 34 ,",
            "BOT_ACCESS": "approved",
            "BOT_IMAGE_PROVIDER": "flow",
            "BOT_POLL_SECONDS": "0.5",
            "BOT_DRAIN_SECONDS": "0",
            "BOT_LOG_FORMAT": "json",
            "PATH": "/bin",
        },
        None,
    )

    assert (loaded.apiframe_threads, loaded.flow_threads, loaded.flow_hd) == (None, 0, False)
    assert loaded.flow_url == "https://flow.example/public/api/v1"
    assert loaded.bot_public_url == "https://easel.example:8443"
    assert loaded.web_address == ("::1", 80)
    assert (loaded.bot_data_dir, loaded.bot_plans_file) == (Path("/srv/easel"), Path("own.toml"))
    assert loaded.bot_admin_ids == {12, 34}
    assert loaded.image_provider == "flow"
    assert (loaded.bot_poll_seconds, loaded.bot_drain_seconds) == (0.5, 0)


def test_pictures_are_made_where_a_key_is() -> None:
    only_flow = {"TELEGRAM_BOT_TOKEN": TOKEN, **FLOW}

    assert settings.load({**ENOUGH, **FLOW}, None).image_provider == "apiframe"
    assert settings.load(only_flow, None).image_provider == "flow"


def test_nothing_given_is_answered_with_where_to_get_it() -> None:
    assert problems_of({}) == [
        "TELEGRAM_BOT_TOKEN is missing: get one from @BotFather in Telegram.",
        (
            "No provider has a key: set APIFRAME_API_KEY (from the dashboard of app.apiframe.ai) "
            "or FLOW_API_KEY with FLOW_URL (from your Flow AI shop), or both."
        ),
    ]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("BOT_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("APIFRAME_KEY", "APIFRAME_API_KEY"),
        ("FLOW_THREAD", "FLOW_THREADS"),
        ("bot_language", "BOT_LANGUAGE"),
        ("BOT_LANGUAGE_FILE", "BOT_LANGUAGE"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_nearest_known_one(
    tmp_path: Path, name: str, near: str
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"\n{name}=x\n", encoding="utf-8")

    assert [f"{name} in the environment is no setting: did you mean {near}?"] == problems_of(
        {**ENOUGH, name: "x"}
    )
    assert [f"{name} in {env_file} is no setting: did you mean {near}?"] == problems_of(
        ENOUGH, env_file
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("APIFRAME_THREADS", "many", "expected a whole number, 0 or more, or `unlimited`"),
        ("APIFRAME_THREADS", "-1", "expected a whole number, 0 or more, or `unlimited`"),
        ("FLOW_THREADS", "1.5", "expected a whole number, 0 or more, or `unlimited`"),
        ("FLOW_HD", "maybe", "expected `true` or `false`"),
        ("BOT_POLL_SECONDS", "nan", "expected a number of seconds"),
        ("BOT_IMAGE_DEADLINE_S", "unlimited", "expected a number of seconds"),
        ("BOT_ADMIN_IDS", "12,@me", "expected Telegram user ids separated by commas"),
        ("BOT_ADMIN_IDS", "-100", "expected Telegram user ids separated by commas"),
        ("BOT_LANGUAGE", "fr", "expected 'vi' or 'en'"),
        ("BOT_ACCESS", "closed", "expected 'open' or 'approved'"),
        ("BOT_LOG_FORMAT", "xml", "expected 'console' or 'json'"),
        ("TELEGRAM_UPDATES", "push", "expected 'polling' or 'webhook'"),
        ("BOT_TIMEZONE", "Asia/Hanoi", "no time zone: did you mean Asia/"),
        ("BOT_TIMEZONE", "../etc/passwd", "no time zone: did you mean "),
        ("BOT_DATABASE_URL", "postgresql://u:p@h/d", "keeps its data only in SQLite for now"),
        ("BOT_IMAGE_PROVIDER", "flow", "which has no key: set FLOW_API_KEY"),
        ("FLOW_API_KEY", "key", "FLOW_URL is missing"),
        ("FLOW_URL", "https://flow.example", "ends in /public/api/v1"),
        ("FLOW_URL", "flow.example/public/api/v1", "no address: write http"),
        ("FLOW_URL", "https://u:p@flow.example/x", "no user"),
        ("TELEGRAM_API_URL", "https://host:99999", "no address"),
        ("TELEGRAM_PROXY", "socks5://host:1", "no address of an HTTP proxy"),
        ("TELEGRAM_WEBHOOK_SECRET", "a b", "characters Telegram does not take"),
        ("TELEGRAM_UPDATES", "webhook", "BOT_PUBLIC_URL is missing, and TELEGRAM_UPDATES=webhook"),
        ("BOT_PUBLIC_URL", "http://easel.example", "is not encrypted"),
        ("BOT_PUBLIC_URL", "https://easel.example/bot", "is no origin"),
        ("BOT_WEB_LISTEN", "8080", "write HOST:PORT"),
        ("BOT_WEB_LISTEN", ":8080", "write HOST:PORT"),
        ("BOT_WEB_LISTEN", "127.0.0.1:70000", "write HOST:PORT"),
        ("TELEGRAM_BOT_TOKEN", "hunter2", "no bot token"),
    ],
)
def test_a_value_that_cannot_work_is_named_once_with_the_cure(
    name: str, value: str, expected: str
) -> None:
    (problem,) = problems_of({**ENOUGH, name: value})

    assert expected in problem
    assert re.match(r"[A-Z_]+ ", problem)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "easel.localhost"])
def test_a_public_address_on_this_machine_may_be_plain_http(host: str) -> None:
    loaded = settings.load({**ENOUGH, "BOT_PUBLIC_URL": f"http://{host}"}, None)

    assert loaded.bot_public_url == f"http://{host}"


def test_webhooks_nobody_listens_for_are_noticed() -> None:
    environ = {**ENOUGH, "BOT_PUBLIC_URL": "https://easel.example", "BOT_WEB_LISTEN": ""}

    (problem,) = problems_of(environ)

    assert "nobody would hear" in problem


@pytest.mark.parametrize("url", ["https://easel.example:8080", "http://127.0.0.1:8080"])
def test_a_public_address_telegram_never_calls_is_noticed(url: str) -> None:
    environ = {**ENOUGH, "TELEGRAM_UPDATES": "webhook", "BOT_PUBLIC_URL": url}

    (problem,) = problems_of(environ)

    assert "is not where Telegram calls" in problem


def test_a_telegram_server_of_ones_own_calls_any_port() -> None:
    environ = {
        **ENOUGH,
        "TELEGRAM_API_URL": "http://127.0.0.1:8081",
        "TELEGRAM_UPDATES": "webhook",
        "BOT_PUBLIC_URL": "http://127.0.0.1:8080",
    }

    assert "webhook" == settings.load(environ, None).telegram_updates


def test_an_empty_listen_address_switches_the_web_off() -> None:
    assert settings.load({**ENOUGH, "BOT_WEB_LISTEN": ""}, None).web_address is None


def test_any_other_setting_left_empty_keeps_its_default() -> None:
    loaded = settings.load({**ENOUGH, "BOT_LANGUAGE": "", "FLOW_THREADS": " "}, None)

    assert (loaded.bot_language, loaded.flow_threads) == ("vi", 3)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(
        f'# ours\nexport TELEGRAM_BOT_TOKEN="{TOKEN}"\nBOT_LANGUAGE=en # or vi\n'
        "BOT_ACCESS=approved\nAPIFRAME_API_KEY=a$HOME'b\nOTHERS=1\n",
        encoding="utf-8-sig",
    )

    loaded = settings.load({"BOT_ACCESS": "open"}, env_file)

    assert (loaded.bot_language, loaded.bot_access) == ("en", "open")
    assert loaded.apiframe_api_key.get_secret_value() == "a$HOME'b"


def test_a_file_that_is_not_there_is_as_good_as_empty(tmp_path: Path) -> None:
    assert settings.load(ENOUGH, tmp_path / ".env") == settings.load(ENOUGH, None)


def test_a_line_that_says_nothing_is_named_by_its_number(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("# ours\n\nBOT_LANGUAGE\nBOT_ACCESS='open\n", encoding="utf-8")

    assert problems_of(ENOUGH, env_file) == [
        f"{env_file}, line 3 is not of the form NAME=value: correct it.",
        f"{env_file}, line 4 is not of the form NAME=value: correct it.",
    ]


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"BOT_LANGUAGE=\xff")

    (problem,) = problems_of(ENOUGH, env_file)

    why = "line 1 is not written in UTF-8; save the file as UTF-8"
    assert problem == f"{env_file} cannot be read: {why}."


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    env_file = tmp_path / ".env"
    env_file.write_text("TELEGRAM_BOT_TOKEN=1:older\n", encoding="utf-8")

    loaded = settings.load(
        {"TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "token"), "APIFRAME_API_KEY": "k"}, env_file
    )

    assert loaded.telegram_bot_token.get_secret_value() == TOKEN


def test_a_secrets_file_that_does_not_serve_is_named_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    missing = problems_of(
        {"TELEGRAM_BOT_TOKEN": TOKEN, "FLOW_API_KEY_FILE": str(tmp_path / "none")}
    )
    empty = problems_of(
        {"TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "empty"), "APIFRAME_API_KEY": "k"}
    )
    both = problems_of({**ENOUGH, "TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "empty")})

    reason = "which cannot be read (No such file or directory): correct the path."
    assert missing == [f"FLOW_API_KEY_FILE names {tmp_path}/none, {reason}"]
    assert empty == [
        f"TELEGRAM_BOT_TOKEN_FILE names {tmp_path}/empty, which is empty: put the secret in."
    ]
    names = "TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_TOKEN_FILE"
    assert both == [f"{names} are both given in the environment: keep one."]


def test_every_problem_is_told_at_once() -> None:
    environ = {"BOT_LANGUAGE": "fr", "BOT_TOKEN": "x", "BOT_TIMEZONE": "Mars", "FLOW_HD": "?"}

    names = [problem.split()[0] for problem in problems_of(environ)]

    assert names == ["BOT_TOKEN", "FLOW_HD", "BOT_LANGUAGE", "No", "BOT_TIMEZONE"]


def test_commands_on_the_data_alone_need_no_token() -> None:
    assert settings.read({"BOT_DATA_DIR": "elsewhere"}, None).bot_data_dir == Path("elsewhere")
    with pytest.raises(SettingsError, match="BOT_DATA_DIR"):
        settings.read({"BOT_DATADIR": "elsewhere"}, None)


def test_secrets_show_in_no_representation_and_in_no_complaint() -> None:
    environ = {**ENOUGH, **FLOW, "TELEGRAM_PROXY": "http://me:pass@host:1"}
    loaded = settings.load(environ, None)

    assert set(loaded.secrets()) == {TOKEN, "af-key", "flow-key", "http://me:pass@host:1"}
    for secret in loaded.secrets():
        assert secret not in repr(loaded)
    (problem,) = problems_of({**ENOUGH, "TELEGRAM_BOT_TOKEN": "hunter2"})
    assert "hunter2" not in problem


def test_settings_built_by_hand_take_nothing_from_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(os.environ, "BOT_LANGUAGE", "en")

    built = Settings(telegram_bot_token=SecretStr(TOKEN))

    assert built.bot_language == "vi"
    assert settings.problems(built)[0].startswith("No provider has a key")
    with pytest.raises(ValidationError, match="frozen"):
        built.bot_language = "en"
