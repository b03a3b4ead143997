"""Killed with -9 while a submit is out, the webhook that comes after the restart settles it."""

import httpx
from orders import IMAGINE, check_done_once, is_answered
from process import Host, until
from serving import free_port

SECRET = "a secret between two"  # of a test


async def test_a_submit_cut_off_by_a_kill_is_found_by_its_webhook_and_charged_once(
    host: Host,
) -> None:
    an, apiframe = host.story.person("An"), host.story.town.apiframe
    origin = f"127.0.0.1:{free_port()}"
    public = {
        "BOT_WEB_LISTEN": origin,
        "BOT_PUBLIC_URL": f"http://{origin}",
        "APIFRAME_WEBHOOK_SECRET": SECRET,
    }
    submit = apiframe.hold_next(IMAGINE.submit, when="after")
    await host.start(**public)
    asked = an.say(IMAGINE.text)
    status = await is_answered(host, an, asked)
    await submit.arrived()
    await host.restart(**public)
    await until(lambda: host.states() == ["unknown"], "the lost submit to be noticed")
    ((reference,),) = host.rows("SELECT reference FROM job")
    (task,) = apiframe.tasks
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"http://{origin}/webhooks/apiframe/{reference}",
            headers={"x-webhook-secret": SECRET},
            json={"task_id": task, "status": "processing", "percentage": "10"},
        )
    assert 200 == answer.status_code
    result = await check_done_once(host, an, asked, IMAGINE)
    assert status["message_id"] == result["message_id"]
    submit.release()
