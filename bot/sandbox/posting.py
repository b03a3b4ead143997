"""Updates brought to the bot's webhook: in order within a chat, again until they are taken.

It does not know what an update means. Up to `max_connections` calls at once; one that is not
answered with 2xx is made again after growing pauses, and what follows in its chat waits for it
(the Bot API server's source). Only addresses on this machine are called.
"""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus

from bot.sandbox.outgoing import is_here, post
from bot.sandbox.refusal import Json

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
_PATIENCE_S = 10.0
_LONGEST_PAUSE_S = 60.0
_CONNECTIONS = 40
"""Bot API, setWebhook, `max_connections`: the default."""


class Posting:
    """The calls to one webhook. `pending` is what waits, oldest first; `done` takes one out."""

    def __init__(
        self,
        pending: Callable[[], Sequence[Json]],
        done: Callable[[Json], None],
        clock: Callable[[], float],
        speed: Callable[[], float],
    ) -> None:
        self.last_error: Json = {}
        """`last_error_date` and `last_error_message` of getWebhookInfo, once there was one."""
        self._pending = pending
        self._done = done
        self._clock = clock
        self._speed = speed
        self._webhook: Json = {}
        self._connections = asyncio.Semaphore(_CONNECTIONS)
        self._lanes: dict[int, asyncio.Task[None]] = {}

    def begin(self, webhook: Json) -> None:
        """From now on this one is called, at once and anew for all that waits; {}: none is."""
        self._webhook = webhook if is_here(webhook.get("url")) else {}
        self._connections = asyncio.Semaphore(webhook.get("max_connections") or _CONNECTIONS)
        self.last_error = {}
        for task in self._lanes.values():
            task.cancel()
        self._lanes = {}
        self.stir()

    def stir(self) -> None:
        """Something waits that did not wait before."""
        if not self._webhook:
            return
        for lane in {_lane_of(update) for update in self._pending()} - self._lanes.keys():
            task = asyncio.create_task(self._bring(lane), name=f"sandbox webhook {lane}")
            self._lanes[lane] = task

    async def aclose(self) -> None:
        """No call is made from now on; one under way is broken off."""
        tasks = list(self._lanes.values())
        self.begin({})
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _bring(self, lane: int) -> None:
        failures = 0
        while update := self._first(lane):
            async with self._connections:
                error = await self._post(update)
            if error is None:
                failures = 0
                self._done(update)
                continue
            self.last_error = {
                "last_error_date": int(self._clock()),
                "last_error_message": error,
            }
            pause_s = min(_LONGEST_PAUSE_S, 2.0**failures)
            failures += 1
            await asyncio.sleep(pause_s / max(1.0, self._speed()))
        del self._lanes[lane]

    def _first(self, lane: int) -> Json | None:
        return next((each for each in self._pending() if _lane_of(each) == lane), None)

    async def _post(self, update: Json) -> str | None:
        """What was wrong, in Telegram's words; None: it was taken."""
        secret = self._webhook.get("secret_token")
        headers = {SECRET_HEADER: str(secret)} if secret else {}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                status = await post(str(self._webhook["url"]), update, headers)
        except TimeoutError:
            return "Read timeout expired"
        except (OSError, ValueError):
            return "Connection refused"
        if 200 <= status < 300:
            return None
        return f"Wrong response from the webhook: {status} {HTTPStatus(status).phrase}"


def _lane_of(update: Json) -> int:
    """The chat it happened in, or who asks beside all chats; what has neither shares a lane."""
    for kind, body in update.items():
        if isinstance(body, dict):
            message = body.get("message", body)
            owner = message.get("chat") if isinstance(message, dict) else None
            if isinstance(owner, dict):
                return hash(str(owner.get("id")))
            if isinstance(body.get("from"), dict):
                return hash(f"{kind} {body['from'].get('id')}")
    return 0
