"""MP3: made of bare samples, and measured."""

from __future__ import annotations

import lameenc

SAMPLE_BYTES = 2
KBIT = 32
"""Enough for one voice: 4 kB a second, on a slow line as well."""
QUALITY = 7
"""LAME's second fastest way: the voice of a machine loses nothing by it."""
TAIL = 1024
"""So much may follow the sound: tags that players pass over."""

# ISO 11172-3 and 13818-3, layer III: kbit/s by the header's four bits, samples a second by two.
_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LAYER_3 = 1


def encoded(samples: bytes, rate: int) -> bytes:
    """`samples`: mono, 16 bits, little-endian, `rate` of them a second."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(KBIT)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(QUALITY)
    encoder.silence()
    return bytes(encoder.encode(samples)) + bytes(encoder.flush())


def seconds(audio: bytes) -> float:
    """How long it plays, by its frames; 0: this is no MP3 from beginning to end."""
    at, played = _after_tag(audio), 0.0
    while at < len(audio):
        frame = _frame(audio[at : at + 4])
        if frame is None:
            return played if len(audio) - at <= TAIL else 0.0
        size, lasts = frame
        at += size
        played += lasts
    return played


def _after_tag(audio: bytes) -> int:
    """Where the sound begins: behind ID3v2, whose length is written in seven bits a byte."""
    if audio[:3] != b"ID3" or len(audio) < 10:
        return 0
    length = 0
    for part in audio[6:10]:
        length = length << 7 | part & 0x7F
    return length + 10


def _frame(header: bytes) -> tuple[int, float] | None:
    """Bytes of a frame and its seconds."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    kbits, rates = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer != _LAYER_3 or rates == 3 or not 0 < kbits < 15:
        return None
    first = version == 3
    rate = _RATES[version][rates]
    samples = 1152 if first else 576
    kbit = _KBITS[1 if first else 2][kbits]
    return samples // 8 * kbit * 1000 // rate + (header[2] >> 1 & 1), samples / rate
