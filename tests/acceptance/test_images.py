"""Pictures, as people order them: chat in, chat out."""

import io

from PIL import Image
from story import Story, code_in, labels, words


async def test_img_is_answered_at_once_and_becomes_a_grid_with_buttons(story: Story) -> None:
    an = story.person("An")
    asked = an.say("/img một chú mèo cam bên cửa sổ")
    status = await an.answer_to(asked)
    assert "một chú mèo cam bên cửa sổ" in words(status)
    assert "Midjourney" in words(status)
    assert "Miễn phí" in words(status)
    result = await an.result_of(asked)
    assert status["message_id"] == result["message_id"]
    assert [
        ["1", "2", "3", "4"],
        ["V1", "V2", "V3", "V4"],
        ["🔄 Làm lại", "📁 Tệp gốc"],
    ] == labels(result)
    assert code_in(status) == code_in(result)
    assert 1 == len(an.from_bot())


async def test_the_grid_is_square_for_square_tiles_and_wide_for_wide_ones(story: Story) -> None:
    an = story.person("An", "en")
    wide = await an.result_of(an.say("/img waves at dawn --ar 16:9"))
    with Image.open(io.BytesIO(story.picture_of(wide))) as picture:
        assert 16 / 9 == round(picture.width / picture.height * 9) / 9
