"""HTTP to providers: JSON calls, uploads and downloads; what breaks on the way becomes our errors.

The one place that imports httpx. Knows nothing of any provider's routes or words, of jobs or
money; what an answer means is told by `answers`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import os
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import stamina

from bot.errors import BadAddress, NotReady, NotSent, OutcomeUnknown, Rejected, Unreachable
from bot.providers import answers
from bot.providers.addresses import Resolver, is_public, resolve_host
from bot.providers.answers import Answer

_CONNECTIONS = 8
_ANSWER_BYTES = 8 * 1024 * 1024
_ERROR_BYTES = 16 * 1024
_PIECE_BYTES = 256 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MAX = 5
_ADDRESSES_TRIED = 3
_PATIENCE_S = 10.0
"""A longer Retry-After is the caller's to wait for."""
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
NO_ANSWER = (httpx.HTTPError, OSError)
"""What breaks on the way."""

_Origin = tuple[str, str, int | None]


@functools.cache
def trusted(*, machine_says: bool) -> ssl.SSLContext:
    """By which certificates servers are believed to be who they say; for every client.

    Read once: reading them takes longer than a call, and holds megabytes. ``machine_says``: its
    SSL_CERT_FILE or SSL_CERT_DIR counts, where it has one.
    """
    return httpx.create_ssl_context(trust_env=machine_says)


def _three_tries() -> stamina.AsyncRetryingCaller:
    return stamina.AsyncRetryingCaller(
        attempts=3, timeout=45.0, wait_initial=0.5, wait_max=5.0, wait_jitter=1.0
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Network:
    """How the wire is used: patience, names and the way out."""

    connect_s: float = 10.0
    silence_s: float = 45.0
    """The longest wait for the next byte."""
    answer_s: float = 90.0
    """The longest a JSON call may take in all; more than connecting can."""
    upload_s: float = 300.0
    """The longest an upload may take in all."""
    download_s: float = 900.0
    """The longest a download may take in all."""
    reads: stamina.AsyncRetryingCaller = dataclasses.field(default_factory=_three_tries)
    """How a read that failed is repeated."""
    resolve: Resolver = resolve_host
    transport: httpx.AsyncBaseTransport | None = None
    """Where bytes leave; None: real connections."""


class Http:
    """One provider account's way to the network.

    ``key_header`` is sent to ``origins`` (URLs of which scheme, host and port count) and
    nowhere else. Those origins may lie on this machine; any other address must be public.
    """

    def __init__(
        self,
        provider: str,
        *,
        key_header: tuple[str, str],
        origins: Iterable[str],
        network: Network,
    ) -> None:
        self._provider = provider
        self.key = dict([key_header])
        self._secret = key_header[1]
        self._origins = frozenset(_origin_of(httpx.URL(url)) for url in origins)
        self._network = network
        # No connection is kept: a submit sent into one that the server is just closing could
        # not be told from a submit that arrived, and one host's never carries another's call.
        self._client = httpx.AsyncClient(
            transport=network.transport,
            verify=trusted(machine_says=False),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=0),
            timeout=httpx.Timeout(network.silence_s, connect=network.connect_s, pool=20.0),
            headers={"Accept-Encoding": "identity", "User-Agent": "easel-bot"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,  # a proxy or .netrc of the machine would see keys and pick addresses
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def submit(self, url: str, body: Mapping[str, Any]) -> Any:
        """POST once, whatever happens; the answer's JSON.

        Raises NotSent, OutcomeUnknown, Rejected, AccountUnusable.
        """
        try:
            answer = await self._exchange(self._request("POST", url, body), self._network.answer_s)
        except _NOTHING_SENT as error:
            raise NotSent(self._provider, type(error).__name__) from error
        except NO_ANSWER as error:
            raise OutcomeUnknown(self._provider, type(error).__name__) from error
        answers.check_submit(self._provider, answer)
        return answer.data

    async def upload(self, url: str, field: str, file: Path) -> Any:
        """POST a file from the disk as the form's ``field``, once; the answer's JSON.

        At most a piece of it is in memory. It orders nothing, so that whatever goes wrong on the
        way is NotSent. Raises NotSent, Rejected (also of a file we cannot read), AccountUnusable.
        """
        try:
            content = await asyncio.to_thread(file.open, "rb")
        except OSError as error:
            raise Rejected(self._provider, f"{file.name} cannot be read") from error
        try:
            request = await self._form(url, field, file.name, content)
            answer = await self._exchange(request, self._network.upload_s)
        except NO_ANSWER as error:
            raise NotSent(self._provider, type(error).__name__) from error
        finally:
            await asyncio.to_thread(content.close)
        answers.check_upload(self._provider, answer)
        return answer.data

    async def read(self, url: str, body: Mapping[str, Any] | None = None) -> Any:
        """GET, or POST when there is a body, repeated while that may help; the answer's JSON.

        Raises Unreachable, AccountUnusable, Rejected (another 4xx).
        """
        return await self._network.reads(_is_worth_repeating, self._read_once, url, body)

    async def _read_once(self, url: str, body: Mapping[str, Any] | None) -> Any:
        request = self._request("GET" if body is None else "POST", url, body)
        try:
            answer = await self._exchange(request, self._network.answer_s)
        except NO_ANSWER as error:
            raise Unreachable(self._provider, type(error).__name__) from error
        answers.check_read(self._provider, answer)
        return answer.data

    @contextlib.asynccontextmanager
    async def stream(
        self, url: str, *, headers: Mapping[str, str], max_bytes: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes at an address, following at most five redirects.

        ``headers`` go to the address's own origin when it is one of ours, and never on to
        another. Raises, on entering and while read: Unreachable, BadAddress, Rejected (gone,
        or more than ``max_bytes``), AccountUnusable (only where ``headers`` went).
        """
        try:
            async with asyncio.timeout(self._network.download_s) as limit:
                response = await self._network.reads(
                    _is_worth_repeating, self._open_once, url, headers
                )
                async with (
                    contextlib.aclosing(response),
                    contextlib.aclosing(self._capped(response, max_bytes)) as chunks,
                ):
                    yield chunks
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise Unreachable(self._provider, "the download took too long") from error

    @contextlib.asynccontextmanager
    async def result(
        self, url: str, *, headers: Mapping[str, str], max_bytes: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """As `stream`, of a file the provider told of: 404 raises NotReady.

        It may have been told of before it was copied everywhere, and a paid result is not given
        up for that.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                chunks = await stack.enter_async_context(
                    self.stream(url, headers=headers, max_bytes=max_bytes)
                )
            except Rejected as error:
                if error.status != 404:
                    raise
                raise NotReady(self._provider, error.detail, status=404) from error
            yield chunks

    def _request(self, method: str, url: str, body: Mapping[str, Any] | None) -> httpx.Request:
        return self._client.build_request(method, url, json=body, headers=self._key_for(url))

    async def _form(self, url: str, field: str, name: str, content: BinaryIO) -> httpx.Request:
        """A form around a file that is read piece by piece, off the event loop."""
        # httpx reads files of a form where it sends them, so it frames an empty one.
        empty = self._client.build_request("POST", url, files={field: (name, b"")})
        head, blank, tail = empty.read().partition(b"\r\n\r\n")
        size = await asyncio.to_thread(os.fstat, content.fileno())
        headers = {
            "Content-Type": empty.headers["Content-Type"],
            "Content-Length": str(len(head) + len(blank) + size.st_size + len(tail)),
            **self._key_for(url),
        }
        pieces = _framed(head + blank, content, tail)
        return self._client.build_request("POST", url, content=pieces, headers=headers)

    async def _exchange(self, request: httpx.Request, within_s: float) -> Answer:
        async with asyncio.timeout(within_s):
            response = await self._client.send(request, stream=True)
            async with contextlib.aclosing(response):
                content = await _first_bytes(response, _ANSWER_BYTES)
        return self._read_answer(response, content)

    def _key_for(self, url: str) -> Mapping[str, str]:
        return self.key if _origin_of(httpx.URL(url)) in self._origins else {}

    def _read_answer(self, response: httpx.Response, content: bytes) -> Answer:
        return answers.read_answer(
            response.status_code,
            response.headers.get("Retry-After"),
            content,
            secret=self._secret,
        )

    async def _open_once(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """The answer at the end of the redirects, its body unread; a good one only."""
        target = self._parse(url)
        home = _origin_of(target)
        carried = headers if home in self._origins else {}
        for _ in range(_REDIRECTS_MAX + 1):
            try:
                response = await self._get(target, carried)
            except NO_ANSWER as error:
                raise Unreachable(self._provider, type(error).__name__) from error
            if 200 <= response.status_code < 300:
                return response
            async with contextlib.aclosing(response):
                if response.status_code not in _REDIRECTS:
                    refusal = await self._read_refusal(response)
                    if carried:  # elsewhere 403 is said of the file, not of our key
                        answers.check_account(self._provider, refusal)
                    answers.raise_unread(self._provider, refusal)
            target = self._parse(response.headers.get("Location", ""), base=target)
            if _origin_of(target) != home:
                carried = {}
        raise BadAddress(self._provider, "too many redirects")

    async def _read_refusal(self, response: httpx.Response) -> Answer:
        try:
            content = await _first_bytes(response, _ERROR_BYTES)
        except NO_ANSWER:
            content = b""
        return self._read_answer(response, content)

    def _parse(self, url: str, base: httpx.URL | None = None) -> httpx.URL:
        try:
            return httpx.URL(url) if base is None else base.join(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise BadAddress(self._provider, "not an address") from error

    async def _get(self, target: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        if _origin_of(target) in self._origins:
            request = self._client.build_request("GET", target, headers=headers)
            return await self._client.send(request, stream=True)
        failure: httpx.TransportError = httpx.ConnectError("no address")
        for address in await self._public_addresses(target):
            try:
                return await self._client.send(self._pinned(target, address), stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _public_addresses(self, target: httpx.URL) -> list[str]:
        """The addresses of a host that is none of ours. Raises BadAddress, OSError."""
        if target.scheme != "https" or not target.host or target.userinfo:
            raise BadAddress(self._provider, "only https addresses are fetched")
        addresses = await self._network.resolve(_ascii_host(target), target.port or 443)
        if not all(is_public(address) for address in addresses):
            raise BadAddress(self._provider, "the address is not public")
        return list(addresses[:_ADDRESSES_TRIED])

    def _pinned(self, target: httpx.URL, address: str) -> httpx.Request:
        """The request, sent to the very address that was checked: asking the name server again
        when connecting could give another. The certificate is still checked for the name.
        """
        return self._client.build_request(
            "GET",
            target.copy_with(host=address),
            headers={"Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": _ascii_host(target)},
        )

    async def _capped(
        self, response: httpx.Response, max_bytes: int
    ) -> AsyncGenerator[bytes, None]:
        too_large = Rejected(self._provider, f"the file is larger than {max_bytes} bytes")
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > max_bytes:
            raise too_large
        received = 0
        try:
            async for chunk in response.aiter_bytes():
                received += len(chunk)
                if received > max_bytes:
                    raise too_large
                yield chunk
        except NO_ANSWER as error:
            raise Unreachable(self._provider, type(error).__name__) from error


def _origin_of(url: httpx.URL) -> _Origin:
    return url.scheme, url.host.lower(), url.port  # httpx drops the scheme's own port


def _ascii_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").strip("[]")


async def _framed(head: bytes, content: BinaryIO, tail: bytes) -> AsyncIterator[bytes]:
    yield head
    while piece := await asyncio.to_thread(content.read, _PIECE_BYTES):
        yield piece
    yield tail


async def _first_bytes(response: httpx.Response, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > limit:
            break
    return bytes(content[:limit])


def _is_worth_repeating(error: Exception) -> bool | float:
    """Whether a read is repeated, or after how many seconds the provider wants it to be."""
    if not isinstance(error, Unreachable):
        return False
    if error.retry_after_s is None:
        return True
    return error.retry_after_s if error.retry_after_s <= _PATIENCE_S else False
