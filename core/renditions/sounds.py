"""Sounds, in the child: their wave, and voice as WhatsApp takes it."""

import io
from array import array
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any, BinaryIO, Final

import av
from av.audio.resampler import AudioResampler

from core.renditions.containers import WithoutStream, first_stream, opened

PEAKS: Final = 64
VOICE_BYTES: Final = 512 * 1024
"""A voice message is shown as one, with its own button, up to this size. Source: Meta, "Audio messages"."""
_WAVE_RATE: Final = 8000
_STEP: Final = 160
"""Samples looked at together: 20 ms."""
_LONGEST_SECONDS: Final = 4 * 3600
_VOICE_RATE: Final = 48_000
_BIT_RATES: Final = (32_000, 24_000, 16_000, 12_000)


class TooLong(Exception):
    """More sound than anybody recorded."""


def wave(source: BinaryIO, mime_type: str) -> tuple[dict[str, Any], bytes]:
    """`{duration, waveform}`: PEAKS figures from 0 to 100, the loudest 100."""
    steps, samples = array("H"), 0
    with opened(source, mime_type) as container:
        for plane in _resampled(container, _WAVE_RATE):
            samples += len(plane)
            if samples > _LONGEST_SECONDS * _WAVE_RATE:
                raise TooLong("it is longer than four hours")
            for start in range(0, len(plane), _STEP):
                part = plane[start : start + _STEP]
                steps.append(min(max(max(part), -min(part)), 32767))
    if not samples:
        raise WithoutStream("it holds no sound")
    return {"duration": round(samples / _WAVE_RATE, 2), "waveform": _peaks(steps)}, b""


def _peaks(steps: "array[int]") -> list[int]:
    loudest = max(*steps, 1)
    bounds = [len(steps) * number // PEAKS for number in range(PEAKS + 1)]
    found = [max(steps[start : max(end, start + 1)], default=0) for start, end in pairwise(bounds)]
    return [round(100 * peak / loudest) for peak in found]


def _resampled(container: Any, rate: int) -> Iterator["array[int]"]:
    """One channel of 16 bits."""
    resampler = AudioResampler(format="s16", layout="mono", rate=rate)
    for frame in chain(container.decode(first_stream(container, "audio")), [None]):
        for made in resampler.resample(frame):
            yield array("h", bytes(made.planes[0])[: made.samples * 2])


def voice(source: BinaryIO, mime_type: str, largest: int) -> tuple[dict[str, Any], bytes]:
    """`{keep, duration}` for ogg with opus in one channel, else that, small enough to be shown as a voice message
    unless it is very long."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    told, _ = wave(source, mime_type)
    source.seek(0)
    with opened(source, mime_type) as container:
        codec = first_stream(container, "audio").codec_context
        is_voice = mime_type == "audio/ogg" and codec.name in ("opus", "libopus") and codec.channels == 1
        if is_voice and size <= VOICE_BYTES:
            return {**told, "keep": True}, b""
    fitting = VOICE_BYTES * 8 * 0.9 / max(told["duration"], 1)
    bit_rate = next((rate for rate in _BIT_RATES if rate <= fitting), _BIT_RATES[-1])
    source.seek(0)
    data = _encoded(source, mime_type, bit_rate)
    if len(data) > largest:
        raise TooLong("it is too long to be sent")
    return {**told, "mime_type": "audio/ogg"}, data


def _encoded(source: BinaryIO, mime_type: str, bit_rate: int) -> bytes:
    made = io.BytesIO()
    with opened(source, mime_type) as container, av.open(made, "w", format="ogg") as out:
        stream = out.add_stream("libopus", rate=_VOICE_RATE, layout="mono", options={"application": "voip"})
        stream.bit_rate = bit_rate
        resampler = AudioResampler(format="s16", layout="mono", rate=_VOICE_RATE, frame_size=960)
        for frame in chain(container.decode(first_stream(container, "audio")), [None]):
            for piece in resampler.resample(frame):
                piece.pts = None
                out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return made.getvalue()
