"""Who can do what to a picture: its own provider first, else somebody who is handed the picture."""

import dataclasses

import pytest
from market import BOTH, FILMER_ALONE, NOBODY, PAINTER_ALONE
from shop import CLIP, a_job, outputs

from bot.jobs.offers import derived_request, nearest_ratio
from bot.model import Asset, Job, Operation, Request, TaskId

PAINTED = a_job(task_id=TaskId("t-1"))
FILMED = a_job(provider="flow", task_id=TaskId("t-2"))
TILE = outputs(PAINTED, 4)[2]
"""Picture 2: the grid comes first."""


def who(job: Job, wanted: Operation) -> tuple[str, Operation, bool] | None:
    offer = BOTH.offer(job, wanted)
    return (offer.provider, offer.operation, offer.hands_over) if offer else None


@pytest.mark.parametrize(
    "wanted", [Operation.VARIATION, Operation.UPSCALE, Operation.PAN, Operation.ZOOM]
)
def test_midjourney_goes_on_from_its_own_pictures(wanted: Operation) -> None:
    assert ("apiframe", wanted, False) == who(PAINTED, wanted)


def test_a_variation_of_a_flow_picture_is_a_picture_from_that_picture() -> None:
    assert ("flow", Operation.REFERENCE_IMAGE, True) == who(FILMED, Operation.VARIATION)


@pytest.mark.parametrize("job", [PAINTED, FILMED])
def test_any_picture_is_animated_by_who_makes_videos(job: Job) -> None:
    assert ("flow", Operation.IMAGE_VIDEO, True) == who(job, Operation.IMAGE_VIDEO)


@pytest.mark.parametrize("job", [PAINTED, FILMED])
def test_any_picture_is_enlarged_here_to_a_size_that_is_asked_for(job: Job) -> None:
    assert ("local", Operation.ENLARGE, True) == who(job, Operation.ENLARGE)


@pytest.mark.parametrize("wanted", [Operation.UPSCALE, Operation.PAN, Operation.ZOOM])
def test_what_needs_the_task_it_came_from_only_its_own_provider_can_do(wanted: Operation) -> None:
    assert None is who(FILMED, wanted)
    stranger = dataclasses.replace(PAINTED, provider="gone")
    assert None is who(stranger, wanted)


@pytest.mark.parametrize("wanted", list(Operation))
def test_nothing_is_done_to_a_video(wanted: Operation) -> None:
    assert None is who(dataclasses.replace(FILMED, request=CLIP), wanted)


def test_buttons_offer_enlarging_here_only_where_no_provider_makes_a_picture_larger() -> None:
    assert Operation.ENLARGE not in BOTH.offers(PAINTED)
    assert Operation.ENLARGE in BOTH.offers(FILMED)
    assert {} == NOBODY.offers(PAINTED)
    assert Operation.IMAGE_VIDEO not in PAINTER_ALONE.offers(PAINTED)


def test_somebody_named_is_asked_alone() -> None:
    market = BOTH
    assert None is market.offer(PAINTED, Operation.VARIATION, provider="local")
    offer = market.offer(PAINTED, Operation.VARIATION, provider="flow")
    assert offer is not None
    assert ("flow", True) == (offer.provider, offer.hands_over)


def request_for(job: Job, wanted: Operation, picture: Asset = TILE) -> Request:
    offer = (BOTH if job is PAINTED else FILMER_ALONE).offer(job, wanted)
    assert offer is not None
    return derived_request(offer, job, picture)


def test_who_is_handed_the_picture_gets_its_file_and_the_words() -> None:
    assert request_for(FILMED, Operation.VARIATION) == Request(
        Operation.REFERENCE_IMAGE,
        prompt="a cat at the window",
        ratio="1:1",
        tile=2,
        references=(TILE.path,),
    )


def test_the_provider_of_the_task_gets_the_tile_alone() -> None:
    assert request_for(PAINTED, Operation.PAN) == Request(
        Operation.PAN, prompt="a cat at the window", count=4, direction="left", tile=2
    )


def test_a_picture_between_two_shapes_stays_lying_or_standing() -> None:
    assert "16:9" == nearest_ratio(4, 3, ("1:1", "16:9", "9:16"))
    assert "9:16" == nearest_ratio(3, 4, ("1:1", "16:9", "9:16"))


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(1024, 1024, "1:1"), (1456, 816, "16:9"), (816, 1456, "9:16"), (1100, 1000, "1:1")],
)
def test_a_film_of_a_picture_has_the_shape_most_like_it(
    width: int, height: int, expected: str
) -> None:
    tall = dataclasses.replace(TILE, width=width, height=height)
    assert expected == request_for(PAINTED, Operation.IMAGE_VIDEO, tall).ratio
    assert expected == nearest_ratio(width, height, ("16:9", "9:16", "1:1"))
