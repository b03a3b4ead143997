"""Killed with -9 while somebody's picture is on its way, the next start makes the one job of it."""

import samples
from orders import Order, check_done_once, is_answered, is_under_way, replies_to
from process import Host, until
from story import Message, Person

PHOTO = samples.picture(640, 480, "JPEG", "orange")
BLEND = Order("/img sơn dầu", "flow", "/reference-to-image", "/jobs/", "/image", 1)
ANIMATE = Order("/video nắng lên", "flow", "/image-to-video", "/jobs/", "/video", 1)


def send(person: Person, order: Order, *more: bytes) -> Message:
    files = [("photo.jpg", data) for data in (PHOTO, *more)]
    first, *_ = person.world.send_files(person.user_id, person.user_id, files, caption=order.text)
    return first


async def test_a_picture_being_fetched_is_fetched_again(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    held = world.hold_next("getFile")
    await host.start()
    asked = send(an, BLEND)
    await held.arrived()
    await host.kill()
    held.release()
    assert [] == host.states()
    await host.start()
    await check_done_once(host, an, asked, BLEND)
    assert 1 == len(replies_to(an, asked))
    assert [] == host.rows("SELECT draft_id FROM draft")


async def test_an_album_still_arriving_is_gathered_after_the_restart(host: Host) -> None:
    an = host.story.person("An")
    await host.start()
    asked = send(an, BLEND, samples.picture(640, 480, "JPEG", "teal"))
    await until(lambda: len(host.rows("SELECT 1 FROM album_item")) == 2, "the album to arrive")
    await host.restart()
    await check_done_once(host, an, asked, BLEND)
    [(request,)] = host.rows("SELECT request FROM job")
    assert 2 == request.count("references/")


async def test_a_picture_being_handed_to_the_provider_is_handed_over_again(host: Host) -> None:
    an = host.story.person("An")
    upload = host.story.town.flow.hold_next("/upload-image")
    await host.start()
    asked = send(an, ANIMATE)
    await is_answered(host, an, asked)
    await upload.arrived()
    await host.kill()
    upload.release()
    await host.start()
    await check_done_once(host, an, asked, ANIMATE)


async def test_work_from_a_picture_goes_on_after_a_restart(host: Host) -> None:
    an, town = host.story.person("An"), host.story.town
    await host.start()
    town.pace.speed = 0.01
    asked = send(an, BLEND)
    await is_under_way(host, BLEND)
    await host.restart()
    town.pace.speed = 60.0
    await check_done_once(host, an, asked, BLEND)
