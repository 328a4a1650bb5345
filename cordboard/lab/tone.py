"""A second of sound as a packet capture, for telephones that are to talk: 440 Hz, G.711 mu-law, 20 ms a packet."""

import math
import struct
from pathlib import Path

_PACKETS_A_SECOND = 50
_SAMPLES = 160
_RTP_PCMU = 0


def write_tone(file: Path, seconds: float) -> Path:
    """Write the capture (pcap, Ethernet, IPv4, UDP, RTP payload type 0) that lasts so many seconds."""
    audio = bytes(_mu_law(int(6000 * math.sin(2 * math.pi * 440 * n / 8000))) for n in range(_SAMPLES * 2))
    packets = [_packet(number, audio) for number in range(int(seconds * _PACKETS_A_SECOND))]
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    file.write_bytes(header + b"".join(packets))
    return file


def _packet(number: int, audio: bytes) -> bytes:
    half = audio[_SAMPLES * (number % 2) :][:_SAMPLES]
    rtp = struct.pack(">BBHII", 0x80, _RTP_PCMU, number & 0xFFFF, number * _SAMPLES, 0xC0DB0A2D) + half
    udp = struct.pack(">HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
    local = bytes((127, 0, 0, 1))
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number & 0xFFFF, 0, 64, 17, 0, local, local) + udp
    frame = bytes(12) + b"\x08\x00" + ip
    seconds, twentieths = divmod(number, _PACKETS_A_SECOND)
    return struct.pack("<IIII", seconds, twentieths * 20_000, len(frame), len(frame)) + frame


def _mu_law(sample: int) -> int:
    """ITU-T G.711, for 14-bit samples scaled to 16."""
    sign = 0x80 if sample < 0 else 0
    biased = min(abs(sample), 32635) + 132
    exponent = biased.bit_length() - 8
    return ~(sign | exponent << 4 | biased >> exponent + 3 & 0x0F) & 0xFF
