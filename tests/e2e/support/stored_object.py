"""The stored object as FORMAT.md describes it, read and forged without walstow's code."""

import hashlib
import json
import struct
import subprocess

_HEADER_MAGIC = 0x184D2A50
_TRAILER_MAGIC = 0x184D2A51
_FRAME_HEAD = struct.Struct("<II")  # magic, length


def contents(path):
    """The file in the object, by the stock tool."""
    return subprocess.run(["zstd", "-dc", str(path)], capture_output=True, check=True).stdout


def header(path):
    """What it says of its file."""
    old = path.read_bytes()
    _magic, length = _FRAME_HEAD.unpack_from(old)
    return json.loads(old[_FRAME_HEAD.size : _FRAME_HEAD.size + length])


def flip_byte(path):
    """Damages one byte in the middle, as a failing disk would."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x01
    _overwrite(path, bytes(data))


def forge(path, raw):
    """Puts other contents under the old header: every checksum of zstd and the SHA-256 are right.

    Only the digest of the raw file, in the header, can tell.
    """
    old = path.read_bytes()
    magic, length = _FRAME_HEAD.unpack_from(old)
    assert magic == _HEADER_MAGIC, f"{path} does not begin with a header frame"
    header = old[: _FRAME_HEAD.size + length]
    frames = subprocess.run(
        ["zstd", "-c", "--check", "--no-progress"], input=raw, capture_output=True, check=True
    ).stdout
    body = header + frames
    digest = hashlib.sha256(body).digest()
    _overwrite(path, body + _FRAME_HEAD.pack(_TRAILER_MAGIC, len(digest)) + digest)


def relabel(path, copy, **fields):
    """Makes a `copy` of the object with other fields in its header, and the SHA-256 of that."""
    old = path.read_bytes()
    _magic, length = _FRAME_HEAD.unpack_from(old)
    start = _FRAME_HEAD.size
    text = json.dumps(header(path) | fields, separators=(",", ":")).encode() + b"\n"
    content = old[start + length : -(_FRAME_HEAD.size + hashlib.sha256().digest_size)]
    body = _FRAME_HEAD.pack(_HEADER_MAGIC, len(text)) + text + content
    digest = hashlib.sha256(body).digest()
    copy.write_bytes(body + _FRAME_HEAD.pack(_TRAILER_MAGIC, len(digest)) + digest)


def _overwrite(path, data):
    path.chmod(0o640)
    path.write_bytes(data)
