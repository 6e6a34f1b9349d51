"""An organisation chooses its hue; whatever it chooses can be read, in the light and in the dark."""

import math
import re
from collections.abc import Callable
from itertools import product

import pytest

from .double import ROOT

TOKENS = (ROOT / "core/web/static/tokens.css").read_text()
COLOUR = re.compile(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+|var\(--hue\))\)")
Lch = tuple[float, float, float]
Rgb = tuple[float, float, float]

TEXTS = ("accent", "accent-strong")
SURFACES = ("surface", "surface-2", "bg", "accent-soft")
PAIRS = [*product(TEXTS, SURFACES), ("accent-fg", "accent"), ("accent-fg", "accent-strong"), ("toast-action", "toast"),
         *((text, "accent-soft") for text in ("text", "text-2", "text-3"))]


def token(name: str, dark: bool, hue: int) -> Lch:
    [line] = re.findall(rf"--{name}: ([^;]+);", TOKENS)
    found = COLOUR.findall(line)
    lightness, chroma, angle = found[-1 if dark else 0]
    return float(lightness), float(chroma), hue if angle.startswith("var") else float(angle)


def linear(colour: Lch) -> Rgb:
    """OKLCH to linear sRGB, which may leave the gamut."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long, middle, short = ((lightness + a * x + b * y) ** 3 for x, y in (
        (0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480)))
    return (4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short)


def clipped(colour: Lch) -> Rgb:
    """As most browsers bring a colour into the gamut of the screen."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in linear(colour))
    return red, green, blue


def paler(colour: Lch) -> Rgb:
    """As CSS Color 4 has it: less chroma until it fits."""
    lightness, chroma, hue = colour
    while chroma > 0 and not all(-0.0001 <= part <= 1.0001 for part in linear((lightness, chroma, hue))):
        chroma -= 0.001
    return clipped((lightness, max(0.0, chroma), hue))


def luminance(colour: Rgb) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: Rgb, other: Rgb) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("screen", [clipped, paler])
@pytest.mark.parametrize("dark", [False, True])
def test_every_hue_can_be_read_in_both_themes(dark: bool, screen: Callable[[Lch], Rgb]) -> None:
    poor = {f"{text} on {ground} at {hue}": round(ratio, 2) for text, ground in PAIRS for hue in range(360)
            if (ratio := contrast(screen(token(text, dark, hue)), screen(token(ground, dark, hue)))) < 4.5}
    assert poor == {}


def test_the_sum_is_right() -> None:
    white, black = clipped((1, 0, 0)), clipped((0, 0, 0))
    assert contrast(white, black) == pytest.approx(21, abs=0.01)
    assert contrast(clipped((0.6279554, 0.25768, 29.234)), white) == pytest.approx(3.998, abs=0.01)  # pure red
