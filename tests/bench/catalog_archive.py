"""Archives of any number of objects, made without putting them: for the figures of administrators.

The objects are real ones (proto/FORMAT.md) on timeline 1 of one cluster, with a hole after every
100,000 of them, and all that a decision about them must look at: backups, standbys, holds, a policy.
"""

import hashlib
import json
import os
import struct
import subprocess
import time

SYSTEM = 7711084896406890663
MEGABYTE = 1 << 20
HOLE_EVERY = 100_000
BACKUPS = 9
STANDBYS = 20
DAY = 24 * 3600
HOLD_AT = 0.1  # of the archive: what is below goes in a prune
_FRAME_HEAD = struct.Struct("<II")  # magic, length


class Kind:
    """What an archive is made of: segments that all have the content of `original`.

    So their pages have the addresses of one place, which `verify --deep` finds; it unfolds and
    compares all of each nevertheless.
    """

    def __init__(self, title, original):
        self.title = title
        self.size = len(original)
        self.compressed = _compressed(original)

    def name(self, number):
        per_log = (1 << 32) // self.size
        return f"00000001{number // per_log:08X}{number % per_log:08X}"


def small():
    """1 MB of zeros each, a few hundred bytes when stored."""
    return Kind("small objects", bytes(MEGABYTE))


def _compressed(raw):
    frames = subprocess.run(
        ["zstd", "-1", "-c", "--check", "--no-progress"], input=raw, capture_output=True, check=True
    ).stdout
    done = subprocess.run(["xxhsum", "-H2"], input=raw, capture_output=True, check=True)
    return frames, done.stdout.split()[0].decode(), len(raw)


def _object(name, compressed, segment_size):
    frames, digest, raw_size = compressed
    header = json.dumps(
        {
            "format": "1.0",
            "name": name,
            "raw_size": raw_size,
            "xxh128": digest,
            "system_identifier": str(SYSTEM),
            "segment_size": segment_size,
            "client": "bench",
            "time": "2026-11-22T19:40:00Z",
        },
        separators=(",", ":"),
    ).encode()
    header += b"\n"
    body = _FRAME_HEAD.pack(0x184D2A50, len(header)) + header + frames
    digest = hashlib.sha256(body).digest()
    return body + _FRAME_HEAD.pack(0x184D2A51, len(digest)) + digest


class Cluster:
    """A cluster of `count` objects in the archive `folder`, which walstow has made."""

    def __init__(self, walstow, folder, name, kind, count):
        self.folder = folder / name
        self.kind = kind
        self.count = count
        self._walstow = [walstow, "--store", folder]
        self._name = name
        era = f"001-{SYSTEM}-{kind.size}"
        self._wal = self.folder / era / "wal"
        self._run("cluster", "create", name)
        record = json.dumps(
            {
                "format": "1.0",
                "era": era,
                "system_identifier": str(SYSTEM),
                "segment_size": kind.size,
                "opened": "2026-11-22T19:40:00Z",
            }
        )
        (self.folder / "eras").mkdir()
        self._wal.mkdir(parents=True)
        for path in (self.folder / era / "era.json", self.folder / "eras/001.json"):
            path.write_text(record + "\n", encoding="utf-8")

    def make(self):
        for i in range(self.count):
            self._write(self._segment(i), self.kind.compressed)

    def add_consumers(self):
        """Backups at each tenth, one a week; standbys near the end; a hold; a policy."""
        now = time.time()
        for i in range(BACKUPS):
            self._add_backup(self.count * (i + 1) // (BACKUPS + 1), now - (BACKUPS - i) * 7 * DAY)
        for i in range(STANDBYS):
            self._add_standby(i, self.count - 1 - self.count * i // 1000)
        self._run("hold", "add", self._name, self._segment(int(self.count * HOLD_AT)),
                  "--reason", "audit")  # fmt: skip
        self._run("policy", "set", self._name, "--keep-backups", "5", "--keep-days", "30")

    def _number(self, i):
        return 1 + i + i // HOLE_EVERY

    def _segment(self, i):
        return self.kind.name(self._number(i))

    def _write(self, name, compressed):
        folder = self._wal / name[:16]
        folder.mkdir(exist_ok=True)
        with open(folder / f"{name}.zst", "wb", buffering=0) as file:
            file.write(_object(name, compressed, self.kind.size))
            # Nothing that is younger than a day is pruned.
            os.utime(file.fileno(), (time.time() - 3 * DAY,) * 2)

    def _add_backup(self, i, stopped):
        start = self._number(i) * self.kind.size + 0x28
        lsn = f"{start >> 32:X}/{start & 0xFFFFFFFF:X}"
        end = f"{start >> 32:X}/{(start + 0xD8) & 0xFFFFFFFF:X}"
        when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(stopped))
        segment = self._segment(i)
        content = (
            f"START WAL LOCATION: {lsn} (file {segment})\nSTOP WAL LOCATION: {end} (file {segment})\n"
            f"CHECKPOINT LOCATION: {lsn}\nBACKUP METHOD: streamed\nBACKUP FROM: primary\n"
            f"START TIME: {when}\nLABEL: nightly\nSTART TIMELINE: 1\nSTOP TIME: {when}\n"
            "STOP TIMELINE: 1\n"
        )
        self._write(f"{segment}.00000028.backup", _compressed(content.encode()))

    def _add_standby(self, number, i):
        instance = f"{number:032x}"
        record = {
            "format": "1.0",
            "client": "bench",
            "instance": instance,
            "sequence": "1",
            "standby": f"standby{number}",
            "host": f"host{number}.example",
            "system_identifier": str(SYSTEM),
            "restartpoint": self._segment(i),
            "lowest_handed": self._segment(i),
            "last_handed": self._segment(min(i + 2, self.count - 1)),
            "seen": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "retired": False,
        }
        path = self.folder / "standbys/bench" / f"{instance}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record) + "\n", encoding="utf-8")

    def _run(self, *arguments):
        command = [str(part) for part in (*self._walstow, *arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
