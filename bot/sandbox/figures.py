"""What stands in front of the scenery: a cat, a fox, a boat, a tree, balloons, birds, flowers.

Knows nothing of prompts: it paints on the canvas it is given.
"""

import math

from bot.sandbox.palette import mix
from bot.sandbox.scenery import Canvas, Point, Stencil


def cat(canvas: Canvas) -> None:
    """A cat sitting with its back to us, looking at the light."""
    size = canvas.unit * canvas.rng.uniform(15, 19)
    x = _beside_sun(canvas, size)
    ground = canvas.height * 0.9
    shape = Stencil(canvas)
    mound = canvas.unit * 34
    shape.ellipse(x, ground + mound * 0.36, mound * 1.6, mound * 0.42)
    shape.ellipse(x, ground - size * 0.36, size * 0.44, size * 0.46)
    shape.ellipse(x, ground - size * 0.72, size * 0.3, size * 0.46)
    shape.ellipse(x, ground - size * 1.24, size * 0.31, size * 0.25)
    for side in (-1, 1):
        shape.polygon(
            [
                (x + side * size * 0.27, ground - size * 1.66),
                (x + side * size * 0.3, ground - size * 1.26),
                (x + side * size * 0.03, ground - size * 1.44),
            ]
        )
    side = 1 if x < canvas.width / 2 else -1
    tail = [
        (
            x + side * size * (0.3 + 0.55 * math.sin(turn * 1.7)),
            ground - size * (0.1 + 0.6 * turn**1.4),
        )
        for turn in (step / 20 for step in range(21))
    ]
    shape.stroke(tail, size * 0.11)
    shape.ellipse(*tail[-1], size * 0.055, size * 0.055)
    shape.fill(mix(canvas.palette.near, (0, 0, 0), 0.35), canvas.palette.near)


def fox(canvas: Canvas) -> None:
    """A fox sitting with its back to us, its brush beside it."""
    size = canvas.unit * canvas.rng.uniform(15, 19)
    x = _beside_sun(canvas, size)
    ground = canvas.height * 0.9
    mound = Stencil(canvas)
    mound.ellipse(x, ground + canvas.unit * 12.2, canvas.unit * 54, canvas.unit * 14.3)
    mound.fill(mix(canvas.palette.near, (255, 255, 255), 0.75), canvas.palette.far)
    side = 1 if x < canvas.width / 2 else -1
    brush, tip = Stencil(canvas), Stencil(canvas)
    for step in range(21):
        turn = step / 20
        at_x = x + side * size * (0.25 + 0.75 * turn)
        at_y = ground - size * (0.12 + 0.5 * turn**2)
        thick = size * (0.1 + 0.13 * math.sin(math.pi * min(1.0, turn * 0.9 + 0.1)))
        (tip if turn > 0.8 else brush).ellipse(at_x, at_y, thick, thick * 0.8)
    body = Stencil(canvas)
    body.ellipse(x, ground - size * 0.36, size * 0.4, size * 0.46)
    body.ellipse(x, ground - size * 0.78, size * 0.25, size * 0.46)
    body.ellipse(x, ground - size * 1.14, size * 0.3, size * 0.24)
    for ear in (-1, 1):
        body.polygon(
            [
                (x + ear * size * 0.27, ground - size * 1.66),
                (x + ear * size * 0.31, ground - size * 1.14),
                (x + ear * size * 0.02, ground - size * 1.3),
            ]
        )
    red, dark = (206, 92, 36), (150, 58, 24)
    brush.fill(red, dark)
    tip.fill((246, 240, 232))
    body.fill(red, dark)


def boat(canvas: Canvas) -> None:
    """A small sailing boat out on the water."""
    size = canvas.unit * canvas.rng.uniform(7, 11)
    x = _beside_sun(canvas, size)
    y = canvas.skyline + (canvas.height - canvas.skyline) * canvas.rng.uniform(0.2, 0.36)
    hull = Stencil(canvas)
    hull.polygon(
        [
            (x - size * 0.8, y),
            (x + size * 0.9, y),
            (x + size * 0.55, y + size * 0.28),
            (x - size * 0.55, y + size * 0.28),
        ]
    )
    hull.stroke([(x, y), (x, y - size * 1.65)], size * 0.05)
    hull.fill(canvas.palette.near)
    sails = Stencil(canvas)
    sails.polygon(
        [
            (x + size * 0.06, y - size * 1.6),
            (x + size * 0.8, y - size * 0.14),
            (x + size * 0.06, y - size * 0.1),
        ]
    )
    sails.polygon(
        [
            (x - size * 0.06, y - size * 1.4),
            (x - size * 0.58, y - size * 0.14),
            (x - size * 0.06, y - size * 0.1),
        ]
    )
    sails.fill(mix(canvas.palette.light, (255, 255, 255), 0.4), canvas.palette.accent)


def tree(canvas: Canvas) -> None:
    """One broad tree on a rise."""
    size = canvas.unit * canvas.rng.uniform(17, 23)
    x = _beside_sun(canvas, size)
    ground = canvas.height * 0.88
    dark = mix(canvas.palette.near, (0, 0, 0), 0.2)
    wood = Stencil(canvas)
    wood.ellipse(x, ground + size * 0.6, size * 3.4, size * 0.66)
    wood.polygon(
        [
            (x - size * 0.13, ground + size * 0.1),
            (x - size * 0.05, ground - size),
            (x + size * 0.05, ground - size),
            (x + size * 0.13, ground + size * 0.1),
        ]
    )
    wood.fill(dark)
    for share, opacity in ((0.35, 1.0), (0.72, 0.5)):
        crown = Stencil(canvas)
        for _ in range(22):
            turn, reach = canvas.rng.uniform(0, math.tau), canvas.rng.random() ** 0.5
            leaf = size * canvas.rng.uniform(0.14, 0.26)
            at_x = x + math.cos(turn) * reach * size * 0.66
            crown.ellipse(
                at_x, ground - size * 1.2 + math.sin(turn) * reach * size * 0.45, leaf, leaf
            )
        crown.fill(mix(dark, canvas.palette.accent, share), dark, opacity=opacity)


def balloons(canvas: Canvas) -> None:
    """Hot-air balloons, the farther the smaller."""
    p = canvas.palette
    count = canvas.rng.randint(2, 4)
    places = canvas.rng.sample(range(count), count)
    for number, place in enumerate(places):
        size = canvas.unit * canvas.rng.uniform(5, 7.5) / (1 + 0.55 * number)
        x = canvas.width * (place + canvas.rng.uniform(0.3, 0.7)) / count
        y = canvas.skyline * canvas.rng.uniform(0.25, 0.7)
        bag = Stencil(canvas)
        bag.ellipse(x, y, size, size * 1.05)
        bag.polygon(
            [
                (x - size * 0.88, y + size * 0.56),
                (x + size * 0.88, y + size * 0.56),
                (x + size * 0.2, y + size * 1.55),
                (x - size * 0.2, y + size * 1.55),
            ]
        )
        bag.fill(p.accent, mix(p.accent, p.near, 0.3))
        stripe = Stencil(canvas)
        stripe.ellipse(x, y, size * 0.4, size * 1.05)
        stripe.fill(p.light, p.accent, opacity=0.8)
        basket = Stencil(canvas)
        basket.polygon(
            [
                (x - size * 0.2, y + size * 1.72),
                (x + size * 0.2, y + size * 1.72),
                (x + size * 0.15, y + size * 2.02),
                (x - size * 0.15, y + size * 2.02),
            ]
        )
        basket.fill(p.near)


def birds(canvas: Canvas) -> None:
    """A loose flock far away."""
    flock = Stencil(canvas)
    x, y = (
        canvas.width * canvas.rng.uniform(0.2, 0.7),
        canvas.skyline * canvas.rng.uniform(0.2, 0.55),
    )
    for _ in range(canvas.rng.randint(5, 9)):
        at_x = x + canvas.unit * canvas.rng.uniform(-9, 14)
        at_y = y + canvas.unit * canvas.rng.uniform(-5, 6)
        span = canvas.unit * canvas.rng.uniform(0.8, 1.5)
        flock.stroke(_wing(at_x, at_y, -span), span * 0.16)
        flock.stroke(_wing(at_x, at_y, span), span * 0.16)
    flock.fill(mix(canvas.palette.near, canvas.palette.far, 0.2), opacity=0.85)


def flowers(canvas: Canvas) -> None:
    """A border of flowers at the foot of the picture."""
    p = canvas.palette
    stalks, spots = Stencil(canvas), []
    for number in range(20):
        x = canvas.width * (number + canvas.rng.uniform(-0.3, 0.3)) / 19
        y = canvas.height * canvas.rng.uniform(0.7, 0.93)
        lean = canvas.unit * canvas.rng.uniform(-2, 2)
        stalks.stroke(
            [(x + lean, canvas.height), (x + lean * 0.3, y + canvas.unit * 6), (x, y)],
            canvas.unit * 0.4,
        )
        spots.append((x, y, canvas.unit * canvas.rng.uniform(1.6, 3.1)))
    stalks.fill(mix(p.near, p.far, 0.25), p.near)
    colours = [p.accent, p.light, mix(p.accent, p.light, 0.5)]
    for turn, colour in enumerate(colours):
        petals, hearts = Stencil(canvas), Stencil(canvas)
        for x, y, size in spots[turn::3]:
            for petal in range(6):
                angle = petal / 6 * math.tau + x
                petals.ellipse(
                    x + math.cos(angle) * size * 0.7,
                    y + math.sin(angle) * size * 0.7,
                    size * 0.55,
                    size * 0.55,
                )
            hearts.ellipse(x, y, size * 0.42, size * 0.42)
        petals.fill(colour, mix(colour, p.near, 0.3))
        hearts.fill(mix(p.accent, (90, 50, 20), 0.5))


def _wing(x: float, y: float, span: float) -> list[Point]:
    return [(x, y), (x + span * 0.45, y - abs(span) * 0.42), (x + span, y - abs(span) * 0.2)]


def _beside_sun(canvas: Canvas, size: float) -> float:
    """Somewhere not quite in the middle, so that figure and light look at each other."""
    away = canvas.width * canvas.rng.uniform(0.2, 0.32)
    x = canvas.sun[0] + (away if canvas.sun[0] < canvas.width / 2 else -away)
    return min(max(x, size), canvas.width - size)
