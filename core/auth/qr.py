"""QR codes, drawn here: a drawing service would learn what they say."""

import io

import segno


def svg(words: str) -> str:
    """An SVG that stands alone, dark on white whatever the page looks like: phones read no other."""
    drawing = io.BytesIO()
    segno.make(words, error="m", micro=False).save(
        drawing, kind="svg", xmldecl=False, nl=False, omitsize=True, border=4, dark="#000", light="#fff"
    )
    return drawing.getvalue().decode()
