"""Files as people send them, and as people send them who mean harm."""

import io
import math
import struct
import zlib
from array import array
from typing import Any

import av
from av.audio.resampler import AudioResampler
from PIL import Image

MB = 1024 * 1024


def picture(format: str = "JPEG", size: tuple[int, int] = (800, 600), mode: str = "RGB", **options: Any) -> bytes:
    """Half red, half blue."""
    found = Image.new(mode, size, "red" if mode != "L" else 80)
    if mode != "L":
        found.paste(Image.new(mode, (size[0] // 2, size[1]), "blue"), (0, 0))
    made = io.BytesIO()
    found.save(made, format, **options)
    return made.getvalue()


def sound(
    format: str = "ogg", codec: str = "libopus", seconds: float = 2.0, layout: str = "mono", rate: int = 48_000
) -> bytes:
    """A tone that is loud in its second half alone."""
    made = io.BytesIO()
    count = int(seconds * rate)
    channels = 2 if layout == "stereo" else 1
    quiet, loud = (array("h", [int(height * math.sin(n / 20)) for n in range(1000) for _ in range(channels)])
                   for height in (300, 30_000))  # fmt: skip
    half = count // 2
    samples = (quiet * (half // 1000 + 1))[: half * channels] + (loud * (half // 1000 + 1))[: (count - half) * channels]
    frame = av.AudioFrame(format="s16", layout=layout, samples=count)
    frame.planes[0].update(samples.tobytes() + bytes(frame.planes[0].buffer_size - len(samples) * 2))
    frame.sample_rate = rate
    with av.open(made, "w", format=format) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout=layout)
        resampler = AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate,
                                   frame_size=stream.codec_context.frame_size or 1024)  # fmt: skip
        for one in (frame, None):
            for piece in resampler.resample(one):
                piece.pts = None
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return made.getvalue()


def video(size: tuple[int, int] = (320, 240), frames: int = 10) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for _ in range(frames):
            frame: Any = av.VideoFrame.from_image(Image.new("RGB", size, "red"))  # type: ignore[no-untyped-call]
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


def png_bomb(side: int = 50_000) -> bytes:
    """Seven megabytes that unpack to `side` × `side` black pixels."""
    return _png(side, _deflated(side * (side * 3 + 1) // MB + 1))


def lying_png() -> bytes:
    """Its header tells one pixel, its data unpack to a gigabyte."""
    return _png(1, _deflated(1024))


def text_bomb() -> bytes:
    """A small picture with a comment that unpacks to a gigabyte."""
    whole = picture("PNG", (10, 10))
    return whole[:33] + _chunk(b"zTXt", b"Comment\0\0" + _deflated(1024)) + whole[33:]


def _png(side: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _deflated(megabytes: int) -> bytes:
    """As many zeros. Each megabyte stands for itself, so one is packed and repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = packer.flush() + struct.pack(">I", zlib.adler32(bytes(0)))
    return b"\x78\xda" + block * megabytes + end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
