"""The chat page's server: who may talk to it, what it tells, what it takes."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from botapi_client import BareBot, bare_bot
from page_story import AN, BEN, GROUP, empty_world, keyboard, pressed, presses
from programs import ROOT
from samples import picture
from serving import listening, served
from starlette.applications import Starlette

from bot.sandbox.page import page
from bot.sandbox.tasks import Pace
from bot.sandbox.world import World

TOKEN = "k3v9"
HOST = "127.0.0.1:8765"
PATIENCE_S = 120
PARTS = sorted(path.name for path in (ROOT / "bot/sandbox/page").iterdir())


@pytest.fixture
def world() -> World:
    return empty_world()


@pytest.fixture
async def easel(world: World) -> AsyncIterator[BareBot]:
    async with bare_bot(world) as easel:
        yield easel


@pytest.fixture
def pace() -> Pace:
    return Pace(speed=10)


@pytest.fixture
def app(world: World, pace: Pace) -> Starlette:
    return page(world, token_path=TOKEN, pace=pace)


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}/{TOKEN}/") as client:
        yield client


async def test_the_page_opens_with_a_policy_that_allows_only_itself(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get("")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", PARTS)
async def test_every_part_of_the_page_is_served(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(name)).status_code == 200


@pytest.mark.parametrize("name", ["page.py", "..%2Fpage.py", "%2e%2e/page.py", "nothing.js"])
async def test_nothing_but_the_page_is_served(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(name)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/wrong/", "/wrong/state", "/state"])
async def test_without_the_right_token_in_the_path_there_is_nothing(
    browser: httpx.AsyncClient, path: str
) -> None:
    assert (await browser.get(f"http://{HOST}{path}")).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1", "localhost:8765", "[::1]:8765"])
async def test_loopback_hosts_are_let_in(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("state", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765", "10.0.0.5", ""],
)
async def test_any_other_host_is_refused(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("state", headers={"Host": host})).status_code == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"https://{HOST}", "http://127.0.0.1:9", ""]
)
async def test_another_origin_is_refused_and_says_nothing(
    browser: httpx.AsyncClient, world: World, origin: str
) -> None:
    said = {"user_id": AN, "chat_id": AN, "text": "hi"}

    answer = await browser.post("send", json=said, headers={"Origin": origin})

    assert answer.status_code == 403
    assert world.messages(AN) == []


async def test_its_own_origin_is_let_in(browser: httpx.AsyncClient) -> None:
    said = {"user_id": AN, "chat_id": AN, "text": "hi"}

    answer = await browser.post("send", json=said, headers={"Origin": f"http://{HOST}"})

    assert answer.status_code == 200


async def test_the_state_holds_people_chats_and_messages(
    browser: httpx.AsyncClient, easel: BareBot
) -> None:
    await easel.say(AN, "Chào An")

    state = (await browser.get("state")).json()

    assert [each["user"]["first_name"] for each in state["users"]] == ["An", "Ben"]
    assert [chat["id"] for chat in state["users"][0]["chats"]] == [AN, GROUP]
    assert [message["text"] for message in state["messages"][str(AN)]] == ["Chào An"]
    assert [state["speed"], state["speeds"]] == [10.0, [1, 5, 10, 30]]


async def test_a_sent_text_is_in_the_chat_as_the_person_typed_it(
    browser: httpx.AsyncClient, world: World, easel: BareBot
) -> None:
    first = await easel.say(AN, "Chào")
    said = {"user_id": AN, "chat_id": AN, "text": "<b>x</b>", "reply_to": first["message_id"]}

    answer = await browser.post("send", json=said)

    assert answer.json() == world.messages(AN)[-1]
    assert answer.json()["text"] == "<b>x</b>"
    assert answer.json()["reply_to_message"]["text"] == "Chào"


async def test_a_person_speaks_only_in_chats_they_are_in(
    browser: httpx.AsyncClient, world: World
) -> None:
    answer = await browser.post("send", json={"user_id": BEN, "chat_id": AN, "text": "hi"})

    assert answer.status_code == 403
    assert world.messages(AN) == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"user_id": AN},
        {"user_id": "one", "chat_id": AN, "text": "x"},
        {"user_id": True, "chat_id": AN, "text": "x"},
        {"user_id": AN, "chat_id": AN, "text": ""},
        {"user_id": AN, "chat_id": AN, "text": ["x"]},
    ],
)
async def test_a_request_that_lacks_something_is_explained(
    browser: httpx.AsyncClient, said: dict[str, object]
) -> None:
    answer = await browser.post("send", json=said)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


async def test_a_form_of_another_site_cannot_pass_for_json(browser: httpx.AsyncClient) -> None:
    content = json.dumps({"user_id": AN, "chat_id": AN, "text": "x"})

    answer = await browser.post("send", content=content, headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415


async def test_several_pictures_are_uploaded_as_one_album_with_its_caption(
    browser: httpx.AsyncClient, world: World
) -> None:
    pictures = [("files", (f"{n}.jpg", picture(60, 40, "JPEG"), "image/jpeg")) for n in range(2)]

    place = {"user_id": str(AN), "chat_id": str(AN), "caption": "/img"}
    answer = await browser.post("upload", data=place, files=pictures)

    one, two = answer.json()
    assert one["media_group_id"] == two["media_group_id"]
    assert [one["caption"], two.get("caption")] == ["/img", None]
    assert [one["photo"][0]["width"], one["photo"][0]["height"]] == [60, 40]


async def test_a_file_that_is_no_picture_travels_as_a_document(
    browser: httpx.AsyncClient, world: World
) -> None:
    place = {"user_id": str(AN), "chat_id": str(AN)}
    files = [("files", ("../../page.html", b"<script>alert(1)</script>", "image/png"))]

    [message] = (await browser.post("upload", data=place, files=files)).json()

    assert message["document"]["file_name"] == "page.html"
    served = await browser.get(f"file/{message['document']['file_id']}")
    assert served.headers["content-type"] == "application/octet-stream"
    assert served.headers["content-disposition"] == "attachment"


async def test_an_upload_without_a_file_is_refused(browser: httpx.AsyncClient) -> None:
    place = {"user_id": (None, str(AN)), "chat_id": (None, str(AN))}

    assert (await browser.post("upload", files=place)).status_code == 400


async def test_a_picture_is_served_as_what_its_first_bytes_say_and_in_ranges(
    browser: httpx.AsyncClient, easel: BareBot
) -> None:
    original = picture(60, 40, "JPEG")
    message = await easel.show(AN, "document", ("original.txt", original))
    path = f"file/{message['document']['file_id']}"

    whole = await browser.get(path)
    part = await browser.get(path, headers={"Range": "bytes=0-9"})

    assert [original, "image/jpeg"] == [whole.content, whole.headers["content-type"]]
    assert [206, original[:10]] == [part.status_code, part.content]


async def test_an_unknown_file_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("file/nothing")).status_code == 404


async def test_a_button_of_the_message_is_pressed_and_no_other(
    browser: httpx.AsyncClient, world: World, easel: BareBot
) -> None:
    message = await easel.say(AN, "Pick", reply_markup=keyboard("1|2"))
    press = {"user_id": AN, "chat_id": AN, "message_id": message["message_id"]}

    answer = await browser.post("press", json={**press, "data": "2"})
    forged = await browser.post("press", json={**press, "data": "all"})

    [query] = presses(world)
    assert answer.json() == {"callback_query_id": query["id"]}
    assert [(AN, AN, message["message_id"], "2")] == pressed(world)
    assert 409 == forged.status_code
    assert "has no button 'all'" in forged.json()["error"]


async def test_only_an_admin_speaks_as_the_group(browser: httpx.AsyncClient, world: World) -> None:
    said = {"chat_id": GROUP, "text": "/settings", "as_chat": True}

    answer = await browser.post("send", json={"user_id": AN, **said})

    assert GROUP == answer.json()["sender_chat"]["id"]
    assert 403 == (await browser.post("send", json={"user_id": BEN, **said})).status_code


async def test_ones_own_message_is_edited_and_nobody_elses(
    browser: httpx.AsyncClient, world: World
) -> None:
    own = world.send_text(AN, GROUP, "helo")
    edit = {"chat_id": GROUP, "message_id": own["message_id"], "text": "hello"}

    assert (await browser.post("edit", json={"user_id": BEN, **edit})).status_code == 403
    assert (await browser.post("edit", json={"user_id": AN, **edit})).json()["text"] == "hello"


async def test_the_speed_turns_to_the_speeds_on_the_dial_only(
    browser: httpx.AsyncClient, pace: Pace
) -> None:
    assert (await browser.post("speed", json={"speed": 30})).json() == {"speed": 30}
    assert (await browser.post("speed", json={"speed": 1000})).status_code == 400
    assert pace.speed == 30


async def test_the_menu_shows_the_commands_the_bot_has_set(browser: httpx.AsyncClient) -> None:
    menu = (await browser.get(f"commands?chat_id={AN}&language_code=vi")).json()

    assert menu[0]["command"] == "img"


async def test_what_happens_arrives_while_it_happens_and_nothing_between_is_lost(
    app: Starlette, easel: BareBot
) -> None:
    async with (
        served(app, listening()) as origin,
        httpx.AsyncClient(trust_env=False) as client,
        client.stream("GET", f"{origin}/{TOKEN}/events") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == "event: hello"
        sent = await easel.say(AN, "Xin\nchào")
        edited = await easel.edit(sent, "Xong")
        told = [json.loads(line[6:]) async for line in _data(lines, 2)]

    assert [
        {"type": "message", "chat_id": AN, "message": sent},
        {"type": "edited", "chat_id": AN, "message": edited},
    ] == told


async def test_a_browser_that_leaves_is_forgotten(app: Starlette, world: World) -> None:
    readers = world.watch._subscriptions
    async with served(app, listening()) as origin, httpx.AsyncClient(trust_env=False) as client:
        async with client.stream("GET", f"{origin}/{TOKEN}/events") as stream:
            assert await anext(stream.aiter_lines()) == "event: hello"
            assert 1 == len(readers)
        async with asyncio.timeout(PATIENCE_S):
            while readers:
                await asyncio.sleep(0.01)


async def _data(lines: AsyncIterator[str], count: int) -> AsyncIterator[str]:
    async for line in lines:
        if not line.startswith("data: ") or line == "data: {}":
            continue
        yield line
        count -= 1
        if count == 0:
            return
