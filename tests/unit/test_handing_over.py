"""Pictures on their way to a provider: in a shape it takes, or the job ends before its submit."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import samples
from PIL import Image
from shop import Shop

from bot.jobs import book
from bot.jobs.facts import Fact
from bot.model import Job, JobId, JobState, Operation, Reason, Request, TaskId
from bot.providers.port import (
    Capabilities,
    OperationSpec,
    Provider,
    RemoteAsset,
    Snapshot,
    Submission,
    Uploads,
)
from bot.runner.accounts import Account, Timing
from bot.runner.work import Work


async def no_bytes() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece


class Easel(Provider):
    """A provider that takes small JPEGs and PNGs only, and remembers what it was handed."""

    name = "flow"
    title = "Flow AI"
    capabilities = Capabilities(
        {Operation.REFERENCE_IMAGE: OperationSpec(typical_s=30.0)},
        prompt_max=900,
        uploads=Uploads(("image/jpeg", "image/png"), max_bytes=200_000),
    )

    def __init__(self) -> None:
        self.handed: list[tuple[str, int]] = []
        self.submits = 0

    async def upload(self, file: Path) -> str:
        self.handed.append((file.name, file.stat().st_size))
        return file.name

    async def submit(self, submission: Submission) -> TaskId:
        self.submits += 1
        return TaskId(f"task-of-{'-'.join(submission.references)}")

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        return {}

    @contextlib.asynccontextmanager
    async def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        yield no_bytes()

    async def aclose(self) -> None: ...


async def submitted(shop: Shop, folder: Path, easel: Easel, *references: str) -> Job:
    """A job made from these pictures, after its submit was tried."""
    request = Request(Operation.REFERENCE_IMAGE, "in oil", references=references)
    accepted = await shop.order(1, request, provider="flow")
    job = await shop.admit(provider="flow")
    assert job is not None

    async def move(job_id: JobId, fact: Fact) -> Job | None:
        assert job_id == accepted.job_id
        return await shop.happens(accepted, fact)

    timing = Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0)
    work = Work(shop.store, data_dir=folder, timing=timing, clock=shop.now, move=move)
    await work.submit(job, Account(easel, lanes=3))
    found = await book.find_job(shop.store, job.job_id)
    assert found is not None
    return found


async def test_a_picture_too_large_for_the_provider_is_handed_over_smaller(
    shop: Shop, tmp_path: Path
) -> None:
    Image.effect_noise((900, 700), 60).convert("RGB").save(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(samples.picture(30, 30))
    easel = Easel()
    job = await submitted(shop, tmp_path, easel, "1.png", "2.png")
    assert JobState.RUNNING is job.state
    copy = f"upload-{job.job_id}-1.jpg"
    assert [copy, "2.png"] == [name for name, _ in easel.handed]
    assert all(size <= 200_000 for _, size in easel.handed)
    assert f"task-of-{copy}-2.png" == job.task_id
    assert ["1.png", "2.png"] == sorted(path.name for path in tmp_path.glob("*.*g"))


async def test_a_picture_that_is_gone_ends_the_job_before_anything_is_ordered(
    shop: Shop, tmp_path: Path
) -> None:
    easel = Easel()
    free = await shop.free_left(1)
    job = await submitted(shop, tmp_path, easel, "gone.png")
    assert (JobState.FAILED, Reason.FAILED) == (job.state, job.reason)
    assert (0, free) == (easel.submits, await shop.free_left(1))
