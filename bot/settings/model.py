"""The typed form of the settings. Knows nothing of where they come from or whether they suffice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


def _read_count(value: object) -> object:
    if value == "unlimited":
        return None
    if isinstance(value, str) and not re.fullmatch(r"\d+", value, re.ASCII):
        raise ValueError("a whole number, 0 or more, or `unlimited`")
    return value


def _read_number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[1-9]\d*", value, re.ASCII):
        raise ValueError("a whole number, 1 or more")
    return value


def _read_seconds(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        raise ValueError("a number of seconds, 0 or more, such as 3 or 0.5")
    return value


def _read_switch(value: object) -> object:
    if not isinstance(value, str):
        return value
    match value.lower():
        case "true" | "yes" | "on" | "1":
            return True
        case "false" | "no" | "off" | "0":
            return False
        case _:
            raise ValueError("`true` or `false`")


def _read_ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    ids = [part.strip() for part in value.split(",") if part.strip()]
    if not all(re.fullmatch(r"[1-9]\d*", part, re.ASCII) for part in ids):
        raise ValueError("Telegram user ids separated by commas, such as 12345,67890")
    return frozenset(int(part) for part in ids)


def _strip_slash(value: str) -> str:
    return value.rstrip("/")


Count = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_read_count)]
"""How many; None is unlimited."""
Number = Annotated[int, BeforeValidator(_read_number), Field(ge=1)]
Seconds = Annotated[float, BeforeValidator(_read_seconds), Field(ge=0)]
Switch = Annotated[bool, BeforeValidator(_read_switch)]
Ids = Annotated[frozenset[int], BeforeValidator(_read_ids)]
Url = Annotated[str, AfterValidator(_strip_slash)]
"""Without a slash at the end; empty: not given."""
NO_SECRET = SecretStr("")


class Settings(BaseSettings):
    """docs/settings.md. Whatever may be left out and is, is empty: "" or NO_SECRET.

    Built by hand it takes nothing from the environment; ``load`` does the reading.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    telegram_bot_token: SecretStr = NO_SECRET
    telegram_api_url: Url = "https://api.telegram.org"
    telegram_updates: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr = NO_SECRET
    telegram_proxy: SecretStr = NO_SECRET
    """A secret because it may hold a password."""

    apiframe_api_key: SecretStr = NO_SECRET
    apiframe_url: Url = "https://api.apiframe.ai/pro"
    apiframe_fetch_url: Url = "https://api.apiframe.ai"
    apiframe_webhook_secret: SecretStr = NO_SECRET
    apiframe_threads: Count = 3

    flow_api_key: SecretStr = NO_SECRET
    flow_url: Url = ""
    flow_threads: Count = 3
    flow_hd: Switch = True
    flow_video_references: Number = 3

    bot_public_url: Url = ""
    bot_web_listen: str = "127.0.0.1:8080"
    bot_data_dir: Path = Path("data")
    bot_database_url: str = Field(default="", repr=False)
    bot_plans_file: Path | None = None
    bot_admin_ids: Ids = frozenset()
    bot_access: Literal["open", "approved"] = "open"
    bot_language: Literal["vi", "en"] = "vi"
    bot_timezone: str = "Asia/Ho_Chi_Minh"
    bot_image_provider: Literal["apiframe", "flow"] | None = None
    """The operator's wish; ``image_provider`` is what it comes to."""
    bot_poll_seconds: Seconds = 3
    bot_image_deadline_s: Seconds = 600
    bot_video_deadline_s: Seconds = 1200
    bot_drain_seconds: Seconds = 20
    bot_log_format: Literal["console", "json"] = "console"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        # The library's own sources accept a misspelt name in silence: load() reads instead.
        return (init_settings,)

    @property
    def image_provider(self) -> Literal["apiframe", "flow"]:
        """Who makes pictures when the request does not say."""
        if self.bot_image_provider is not None:
            return self.bot_image_provider
        return "apiframe" if self.apiframe_api_key.get_secret_value() else "flow"

    @property
    def web_address(self) -> tuple[str, int] | None:
        """Host and port to listen on; None when switched off. Raises ValueError if malformed."""
        if not self.bot_web_listen:
            return None
        host, colon, port = self.bot_web_listen.rpartition(":")
        if not colon or not host or not re.fullmatch(r"\d{1,5}", port, re.ASCII):
            raise ValueError("no HOST:PORT")
        if int(port) > 65535:
            raise ValueError("a port ends at 65535")
        return host.removeprefix("[").removesuffix("]"), int(port)

    def secrets(self) -> tuple[str, ...]:
        """Every secret given, to be kept out of the log."""
        values = (getattr(self, field) for field in type(self).model_fields)
        secrets = (value.get_secret_value() for value in values if isinstance(value, SecretStr))
        return tuple(secret for secret in secrets if secret)


def setting_names() -> tuple[str, ...]:
    """Every setting as it is written in the environment."""
    return tuple(field.upper() for field in Settings.model_fields)


def secret_names() -> tuple[str, ...]:
    """The settings that may also be given as a file, ``NAME_FILE``."""
    fields = Settings.model_fields.items()
    return tuple(name.upper() for name, field in fields if field.annotation is SecretStr)
