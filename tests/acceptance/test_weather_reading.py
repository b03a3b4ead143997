"""Asking how work stands, in every weather: nothing an answer says or fails to say loses a job."""

from typing import Any

import pytest
from skies import BOTH, FLOW, MIDJOURNEY, SAD_PAGE, Service, Sky
from story import labels, words


@pytest.fixture(params=BOTH, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    chosen: Service = request.param
    return chosen


async def test_reads_that_fail_are_repeated_more_and_more_rarely(
    sky: Sky, service: Service
) -> None:
    an = await sky.person()
    sky.sandbox(service).fail_next(service.read, status=500, times=3)
    sky.sandbox(service).fail_next(service.read, status=502, body=SAD_PAGE, times=3)
    sky.sandbox(service).fail_next(service.read, status=200, body=SAD_PAGE, times=3)
    sky.sandbox(service).fail_next(service.read, status=200, body=b"", times=3)
    await an.result_of(an.say(service.said))
    await sky.settled(an, paid_vnd=service.price_vnd)
    assert (1, []) == (sky.submits(service), sky.heard())


async def test_a_provider_in_trouble_is_not_hammered_by_many_jobs(sky: Sky) -> None:
    flow = sky.sandbox(FLOW)
    people = [await sky.person(name) for name in ("An", "Bình", "Chi")]
    flow.fail_next("/jobs/*", status=500, times=45)
    asked = [person.say(f"/img mèo {person.user_id} --with flow") for person in people]
    for person, message in zip(people, asked, strict=True):
        await person.result_of(message)
        await sky.settled(person, paid_vnd=100)
    failed = [call.at for call in flow.calls if call.status == 500]
    assert 45 == len(failed)
    # Five rounds of three tries each: with no back-off they would be over in a quarter second.
    assert failed[-1] - failed[0] > 1.0
    assert [] == sky.heard()


async def test_a_read_that_is_asked_to_wait_longer_than_the_deadline_ends_at_the_deadline(
    short_sky: Sky, service: Service
) -> None:
    an = await short_sky.person()
    short_sky.sandbox(service).never_finish()
    short_sky.sandbox(service).fail_next(
        service.read, status=429, headers={"Retry-After": "31536000"}
    )
    an.say(service.said)
    await an.sees("Chờ quá lâu nên mình đã dừng. Bạn không bị tính phí")
    await short_sky.settled(an, paid_vnd=0)
    assert 1 == short_sky.submits(service)


async def test_a_task_the_provider_forgot_ends_at_the_deadline_and_its_lane_with_it(
    short_sky: Sky, service: Service
) -> None:
    an, ben = await short_sky.person(), await short_sky.person("Ben", "en")
    sandbox = short_sky.sandbox(service)
    for path in (service.read, "/fetch-many"):  # one alone, or theirs together
        sandbox.fail_next(path, status=404, body=b'{"detail": "Job not found"}', times=10_000)
    an.say(service.said)
    await an.sees("Chờ quá lâu nên mình đã dừng. Bạn không bị tính phí; hãy thử lại.")
    ben.say(service.said_in_english)
    await ben.sees("It took too long, so I stopped waiting. Nothing was charged; you can try again")
    await short_sky.settled(an, paid_vnd=0)
    assert 2 == short_sky.submits(service)
    await short_sky.told_operator(f"{service.title} không làm xong yêu cầu")
    assert 1 == len(short_sky.heard())  # once an hour, however many
    await lanes_free(short_sky, service)


async def lanes_free(sky: Sky, service: Service) -> None:
    async def is_free() -> bool:
        row = await sky.store.one("lanes_taken", provider=service.name)
        return row is not None and row["taken"] == 0

    while not await is_free():
        await sky.nudge()


@pytest.mark.parametrize("said", ["40", 40, 40.7, "40%", " 40 % "])
async def test_progress_is_shown_in_whatever_form_it_is_told(
    sky: Sky, service: Service, said: object
) -> None:
    an = await sky.person()
    field = "percentage" if service is MIDJOURNEY else "progress"
    status = "processing" if service is MIDJOURNEY else "running"
    lie = {"status": status, field: said}
    sky.sandbox(service).never_finish()
    sky.sandbox(service).alter_next(service.read, lambda told: told | lie, times=10_000)
    asked = an.say(service.said)
    await an.sees(lambda m: "▓▓▓▓" in words(m) and "%" in words(m))
    assert 1 == sky.submits(service)
    assert asked


STRANGE: list[dict[str, Any]] = [
    {"percentage": None, "progress": None},
    {"percentage": "soon", "progress": "soon"},
    {"status": "pondering"},
    {"status": None},
    {"status": 7},
    {"status": "retrying"},
    {"status": "retry"},
]


@pytest.mark.parametrize("strange", STRANGE, ids=str)
async def test_words_nobody_documented_keep_the_job_running_until_it_is_done(
    sky: Sky, service: Service, strange: dict[str, Any]
) -> None:
    an = await sky.person()
    running = {"status": "running", "progress": 5, "images": [], "videos": []}
    if service is MIDJOURNEY:
        running = {"status": "processing", "percentage": "5"}

    def lie(told: dict[str, Any]) -> dict[str, Any]:
        handle = {name: told[name] for name in ("task_id", "job_id") if name in told}
        return handle | running | strange

    sky.sandbox(service).alter_next(service.read, lie, times=6)
    await an.result_of(an.say(service.said))
    await sky.settled(an, paid_vnd=service.price_vnd)
    assert (1, []) == (sky.submits(service), sky.heard())


async def test_a_picture_beside_a_running_status_is_a_preview_and_not_delivered(sky: Sky) -> None:
    an = await sky.person()
    town = sky.story.town
    preview = {"status": "processing", "percentage": "60", "image_url": f"{town.address}/none.png"}

    def lie(told: dict[str, Any]) -> dict[str, Any]:
        return {"task_id": told["task_id"], "task_type": "imagine", **preview}

    sky.sandbox(MIDJOURNEY).alter_next("/fetch", lie, times=4)
    result = await an.result_of(an.say("/img mèo"))
    assert 1 == len(sky.results(an, result["reply_to_message"]))
    assert 0 == sum("none.png" in call.path for call in town.apiframe.calls)
    await sky.settled(an, paid_vnd=400)
    assert [] == sky.heard()


async def test_done_with_an_error_and_no_file_is_a_failure_in_the_providers_words(
    sky: Sky, service: Service
) -> None:
    an, ben = await sky.person(), await sky.person("Ben", "en")
    done = "finished" if service is MIDJOURNEY else "completed"

    def lie(told: dict[str, Any]) -> dict[str, Any]:
        handle = {name: told[name] for name in ("task_id", "job_id") if name in told}
        return handle | {"status": done, "error": "unsafe", "images": [], "images_count": 0}

    sky.sandbox(service).alter_next(service.read, lie, times=2)
    an.say(service.said)
    await an.sees("Bộ kiểm duyệt của nhà cung cấp đã chặn yêu cầu này. Bạn không bị tính phí;")
    ben.say(service.said_in_english)
    await ben.sees("The provider's safety check stopped this. Nothing was charged")
    await sky.settled(an, paid_vnd=0)
    assert (2, []) == (sky.submits(service), sky.heard())
    await an.result_of(an.say(f"{service.said} lần nữa"))


async def test_done_before_the_files_are_told_is_read_again_until_they_are(sky: Sky) -> None:
    an = await sky.person()
    empty: list[dict[str, Any]] = [{}, {"image_urls": []}, {"image_urls": ["file:///etc/passwd"]}]

    def lie(told: dict[str, Any]) -> dict[str, Any]:
        return {"task_id": told["task_id"], "status": "finished", **empty.pop()}

    sky.sandbox(MIDJOURNEY).alter_next("/fetch", lie, times=len(empty))
    await an.result_of(an.say("/img mèo"))
    await sky.settled(an, paid_vnd=400)
    assert ([], 1, []) == (empty, sky.submits(MIDJOURNEY), sky.heard())


async def test_done_without_ever_telling_a_file_ends_at_the_deadline(short_sky: Sky) -> None:
    an = await short_sky.person()

    def lie(told: dict[str, Any]) -> dict[str, Any]:
        return {"task_id": told["task_id"], "status": "finished"}

    short_sky.sandbox(MIDJOURNEY).alter_next("/fetch", lie, times=10_000)
    an.say("/img mèo")
    await an.sees("Chờ quá lâu nên mình đã dừng. Bạn không bị tính phí")
    await short_sky.settled(an, paid_vnd=0)
    assert 1 == short_sky.submits(MIDJOURNEY)


async def test_a_failed_task_says_why_and_costs_nothing(sky: Sky, service: Service) -> None:
    an = await sky.person()
    sandbox = sky.sandbox(service)
    sandbox.never_finish()
    an.say(service.said)
    await sky.calls(service, service.submit, 1)
    while not sandbox.tasks:
        await sky.nudge()
    sandbox.fail_task(next(iter(sandbox.tasks)), "no <b>cats</b> today")
    await an.sees("Nhà cung cấp làm không thành công. Bạn không bị tính phí")
    await sky.settled(an, paid_vnd=0)
    assert (1, []) == (sky.submits(service), sky.heard())


async def test_done_with_an_error_beside_its_files_is_delivered(sky: Sky, service: Service) -> None:
    an = await sky.person()
    sky.sandbox(service).alter_next(
        service.read, lambda told: told | {"error": "one of them was blocked"}, times=10_000
    )
    await an.result_of(an.say(service.said))
    await sky.settled(an, paid_vnd=service.price_vnd)


async def test_fewer_pictures_than_asked_are_delivered_and_the_rest_is_given_back(sky: Sky) -> None:
    an = await sky.person()

    def fewer(told: dict[str, Any]) -> dict[str, Any]:
        if told.get("status") != "completed":
            return told
        return told | {"images_count": 2, "images": told["images"][:2]}

    sky.sandbox(FLOW).alter_next("/jobs/*", fewer, times=10_000)
    await an.result_of(an.say("/img mèo --with flow --n 4"))
    await sky.settled(an, paid_vnd=200)
    assert (1, []) == (sky.submits(FLOW), sky.heard())


async def test_a_missing_picture_leaves_the_others_their_numbers_for_whatever_follows(
    sky: Sky,
) -> None:
    an = await sky.person("An", "en")
    apiframe = sky.sandbox(MIDJOURNEY)

    def without_second(told: dict[str, Any]) -> dict[str, Any]:
        urls = told.get("image_urls")
        return told | {"image_urls": [urls[0], None, *urls[2:]]} if urls else told

    apiframe.alter_next("/fetch", without_second, times=10_000)
    result = await an.result_of(an.say("/img a cat"))
    assert ["1", "3", "4"] == labels(result)[0]
    gap = "There is no picture 2; this result has 3."
    assert gap == words(await an.answer_to(an.say("/vary 2", to=result)))
    assert gap == words(await an.answer_to(an.say("2", to=result)))
    assert "photo" in await an.answer_to(an.say("4", to=result))
    await an.result_of(an.say("/vary 3", to=result))
    assert ["3"] == [task.body["index"] for task in apiframe.tasks.values() if "index" in task.body]


async def test_more_pictures_than_asked_are_delivered_and_cost_what_was_agreed(sky: Sky) -> None:
    an = await sky.person()

    def more(told: dict[str, Any]) -> dict[str, Any]:
        urls = told.get("image_urls")
        return told | {"image_urls": [*urls, urls[0]]} if urls else told

    sky.sandbox(MIDJOURNEY).alter_next("/fetch", more, times=10_000)
    await an.result_of(an.say("/img mèo"))
    await sky.settled(an, paid_vnd=400)
    assert (1, []) == (sky.submits(MIDJOURNEY), sky.heard())


async def test_a_batch_that_is_refused_or_leaves_tasks_out_loses_none(sky: Sky) -> None:
    people = [await sky.person(name) for name in ("An", "Bình", "Chi")]
    apiframe = sky.sandbox(MIDJOURNEY)
    apiframe.fail_next("/fetch-many", status=400, body=b'{"errors": [{"msg": "task_ids"}]}')
    apiframe.alter_next("/fetch-many", lambda told: {"tasks": told["tasks"][:1]}, times=2)
    asked = [person.say(f"/img mèo {person.user_id}") for person in people]
    for person, message in zip(people, asked, strict=True):
        await person.result_of(message)
        await sky.settled(person, paid_vnd=400)
    assert (3, []) == (sky.submits(MIDJOURNEY), sky.heard())
