"""Where the chat page pays: invoices looked at, Stars spent, the bot's no brought back.

It knows nothing of how the page shows it. A payment that did not come about is an answer too:
`refused` holds the words, the bot's own or a short one of Telegram's (see `till`).
"""

from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.said import read_json, reasons, whole, words
from bot.sandbox.till import PaymentRefused
from bot.sandbox.world import World


class PayDesk:
    """The routes that cost Stars."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        return [
            Route("/invoice", self.show),
            Route("/pay", self.pay, methods=["POST"]),
            Route("/pay_link", self.pay_link, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The invoice a link leads to."""
        with reasons():
            invoice = self._world.till.invoice_at(words(request.query_params, "url"))
        return JSONResponse({**invoice.shown(), "is_subscription": invoice.is_subscription})

    async def pay(self, request: Request) -> Response:
        said = await read_json(request)
        place = (whole(said, "user_id"), whole(said, "chat_id"), whole(said, "message_id"))
        return await _told(self._world.pay(*place))

    async def pay_link(self, request: Request) -> Response:
        said = await read_json(request)
        return await _told(self._world.pay_link(whole(said, "user_id"), words(said, "url")))


async def _told(paying: Awaitable[str]) -> Response:
    with reasons():
        try:
            return JSONResponse({"charge_id": await paying})
        except PaymentRefused as refused:
            return JSONResponse({"refused": refused.words})
