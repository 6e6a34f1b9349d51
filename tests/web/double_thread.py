"""Files with bytes, shelves and receipts, for the thread."""

import io
import math
import struct
import wave
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PIL import Image, ImageDraw
from quart import Quart, Response, request

if TYPE_CHECKING:
    from .double import Double, Resource

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/MediaBox[0 0 300 200]/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>"
)


def picture(width: int, height: int, hue: int = 160) -> bytes:
    """A landscape, or so."""
    made = Image.new("HSV", (width, height), (hue, 90, 220))
    draw = ImageDraw.Draw(made)
    draw.ellipse((width * 0.6, height * 0.1, width * 0.8, height * 0.1 + width * 0.2), fill=(35, 150, 255))
    draw.polygon([(0, height), (width * 0.4, height * 0.35), (width * 0.8, height)], fill=(hue, 160, 140))
    out = io.BytesIO()
    made.convert("RGB").save(out, "PNG")
    return out.getvalue()


def tone(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        steps = range(int(8000 * seconds))
        sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(step / 6))) for step in steps))
    return out.getvalue()


class Files:
    """What hangs on messages. `content` by id: (type, bytes)."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.content: dict[str, tuple[str, bytes]] = {}
        self.retried: list[str] = []
        self.receipts: list[Resource] = []

    def register(self, app: Quart) -> None:
        api = "/api/v1"
        app.add_url_rule(f"{api}/attachments/<key>/retry", "fetch_again", self._again, methods=["POST"])
        app.add_url_rule(f"{api}/conversations/<key>/files", "files", self._shelf)
        app.add_url_rule(f"{api}/contacts/<key>/files", "contact_files", self._shelf)
        app.add_url_rule(f"{api}/messages/<key>/receipts", "receipts", self._receipts)

    def attachment(self, mime_type: str, content: bytes = b"", **fields: Any) -> "Resource":
        """Stored, unless it is said otherwise."""
        made: Resource = {
            "id": str(uuid4()), "kind": mime_type.partition("/")[0], "mime_type": mime_type, "filename": None,
            "size": len(content) or 1000, "voice": False, "state": "stored", "failure": None, "thumbnail": False,
            "width": None, "height": None, "duration": None, "waveform": None} | fields  # fmt: skip
        self.content[made["id"]] = mime_type, content
        return made

    def photo(self, width: int = 640, height: int = 480, hue: int = 160, **fields: Any) -> "Resource":
        return self.attachment("image/png", picture(width, height, hue), thumbnail=True, width=width, height=height,
                               **fields)  # fmt: skip

    def voice(self, seconds: float = 2.0, **fields: Any) -> "Resource":
        peaks = [round(50 + 45 * math.sin(step / 3) * math.cos(step / 7)) for step in range(64)]
        return self.attachment("audio/wav", tone(seconds), voice=True, duration=seconds, waveform=peaks, **fields)

    def answer(self, key: str) -> Response | None:
        """None for what was not made here. Whole or in part, as a player asks for it."""
        if key not in self.content:
            return None
        kind, content = self.content[key]
        response = Response(content, content_type=kind)
        response.headers["Accept-Ranges"] = "bytes"
        asked = request.headers.get("Range", "")
        if asked.startswith("bytes="):
            start, _, end = asked.removeprefix("bytes=").partition("-")
            last = min(int(end or len(content) - 1), len(content) - 1)
            response = Response(content[int(start) : last + 1], status=206, content_type=kind)
            response.headers["Content-Range"] = f"bytes {start}-{last}/{len(content)}"
        return response

    async def _again(self, key: str) -> Any:
        self.retried.append(key)
        for thread in self.double.messages.values():
            for message in thread:
                for one in message["attachments"]:
                    if one["id"] == key:
                        one |= {"state": "pending", "failure": None}
                        message["version"] += 1
                        self.double.emit("message.updated", {"message": message})
                        return one, 202
        return {"type": "/problems/not-found", "status": 404, "detail": "No."}, 404

    async def _shelf(self, key: str) -> Any:
        from .double import page

        shelf = request.args.get("shelf", "media")
        types = {"media": ("image", "video"), "documents": ("document",), "voice": ("audio",)}.get(shelf, ())
        found = [one for thread in self.double.messages.values() for one in thread
                 if one["type"] in types or (shelf == "links" and "http" in one["body"])]  # fmt: skip
        return page(sorted(found, key=lambda one: (one["at"], one["id"]), reverse=True))

    async def _receipts(self, key: str) -> Any:
        return {"items": self.receipts}
