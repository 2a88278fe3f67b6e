"""Any number of distinct segments of real WAL, made from those that one PostgreSQL wrote.

A copy gets the page addresses of its new name, in each page, so that a mixture of two segments, or
one under the other's name, is never taken for either. Everything else in it is PostgreSQL's own.
"""

import random
import struct

from support import processes
from support.releases import program

MEGABYTE = 1 << 20
PAGE_SIZE = 8192
_SEGMENTS_PER_LOG = 4096  # of 1 MB
_PAGE = struct.Struct("<HHIQ")  # magic, info, timeline, address (XLogPageHeaderData)


def segment_name(number, timeline=1):
    log, low = divmod(number, _SEGMENTS_PER_LOG)
    return f"{timeline:08X}{log:08X}{low:08X}"


def write_wal(server, segments):
    """Has pgbench write on `server`, which runs, until it has `segments` finished ones at least."""
    server.configure(wal_keep_size="8GB", synchronous_commit="off")
    server.restart()
    scale = max(1, segments // 16)  # about 14 MB of WAL for each
    _pgbench(server, "--initialize", "--quiet", f"--scale={scale}")
    while len(finished_segments(server)) < segments:
        _pgbench(server, "--client=4", "--transactions=1000")


def _pgbench(server, *options):
    processes.run(
        program("pgbench"), *options, "--host", server.socket, "--username=postgres", "postgres"
    )


def finished_segments(server):
    """The paths of the segments of a running server that it does not write to any more."""
    current = server.segment()
    names = sorted(path for path in server.wal.iterdir() if len(path.name) == 24)
    return [path for path in names if path.name < current]


class WalSupply:
    """Segments of 1 MB. The same seed and originals give the same content for each name."""

    def __init__(self, originals, seed):
        self.originals = originals
        self.seed = seed

    @staticmethod
    def of(server, segments, seed):
        write_wal(server, segments)
        return WalSupply([path.read_bytes() for path in finished_segments(server)], seed)

    def segment(self, name):
        timeline, log, low = (int(name[at : at + 8], 16) for at in (0, 8, 16))
        start = (log * _SEGMENTS_PER_LOG + low) * MEGABYTE
        content = bytearray(random.Random(f"{self.seed} {name}").choice(self.originals))
        for offset in range(0, MEGABYTE, PAGE_SIZE):
            magic, info, _timeline, address = _PAGE.unpack_from(content, offset)
            if address != 0:  # else it is behind a switch of segments
                _PAGE.pack_into(content, offset, magic, info, timeline, start + offset)
        return bytes(content)
