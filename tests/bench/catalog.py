#!/usr/bin/env python3
"""How long status, list and verify take on an archive of many small objects.

    python3 -B tests/bench/catalog.py --bin build/release/bin --count 1000000 --folder /var/tmp/bench

Makes an archive with one cluster of 1 MB segments in FOLDER, on timeline 1, with a hole after every
100,000 of them, and a second cluster with a few; then times the commands. The objects are real ones,
a few hundred bytes each: segments of zeros, which compress to nothing. (So `verify --deep` would find
that they are no WAL; it is not timed.) FOLDER is removed afterwards, unless --keep is given, and an
archive that is there already is used as it is. A million objects take 4 GB of an ext4.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

SYSTEM = 7711084896406890663
SEGMENT_SIZE = 1 << 20
SEGMENTS_PER_LOG = (1 << 32) // SEGMENT_SIZE
ERA = f"001-{SYSTEM}-{SEGMENT_SIZE}"
HOLE_EVERY = 100_000
FRAME_HEAD = struct.Struct("<II")  # magic, length


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", type=Path, required=True, help="the folder of the executables")
    parser.add_argument("--count", type=int, default=1_000_000, help="objects (1000000)")
    parser.add_argument("--folder", type=Path, required=True, help="where the archive is made")
    parser.add_argument("--keep", action="store_true", help="do not remove it afterwards")
    return parser.parse_args()


def segment_name(number):
    return f"00000001{number // SEGMENTS_PER_LOG:08X}{number % SEGMENTS_PER_LOG:08X}"


class Maker:
    """Objects of FORMAT.md, all with the same content under their own names."""

    def __init__(self):
        raw = bytes(SEGMENT_SIZE)
        self.frames = subprocess.run(
            ["zstd", "-c", "--check", "--no-progress"], input=raw, capture_output=True, check=True
        ).stdout
        done = subprocess.run(["xxhsum", "-H2"], input=raw, capture_output=True, check=True)
        self.digest = done.stdout.split()[0].decode()

    def make(self, name):
        header = json.dumps(
            {
                "format": "1.0",
                "name": name,
                "raw_size": SEGMENT_SIZE,
                "xxh128": self.digest,
                "system_identifier": str(SYSTEM),
                "segment_size": SEGMENT_SIZE,
                "client": "bench",
                "time": "2026-11-22T19:40:00Z",
            },
            separators=(",", ":"),
        ).encode()
        header += b"\n"
        body = FRAME_HEAD.pack(0x184D2A50, len(header)) + header + self.frames
        digest = hashlib.sha256(body).digest()
        return body + FRAME_HEAD.pack(0x184D2A51, len(digest)) + digest


def make_cluster(walstow, archive, cluster, count):
    subprocess.run([walstow, "--store", archive, "cluster", "create", cluster], check=True)
    record = json.dumps(
        {
            "format": "1.0",
            "era": ERA,
            "system_identifier": str(SYSTEM),
            "segment_size": SEGMENT_SIZE,
            "opened": "2026-11-22T19:40:00Z",
        }
    )
    era = archive / cluster / ERA
    (archive / cluster / "eras").mkdir()
    (era / "wal").mkdir(parents=True)
    (era / "era.json").write_text(record + "\n", encoding="utf-8")
    (archive / cluster / "eras/001.json").write_text(record + "\n", encoding="utf-8")
    maker = Maker()
    folder = None
    for i in range(count):
        name = segment_name(1 + i + i // HOLE_EVERY)
        if folder is None or folder.name != name[:16]:
            folder = era / "wal" / name[:16]
            folder.mkdir(exist_ok=True)
        with open(folder / f"{name}.zst", "wb", buffering=0) as file:
            file.write(maker.make(name))


def timed(title, *command):
    """Runs a command and prints how long it took, and how much memory it and its children had."""
    command = [str(part) for part in command]
    begin = time.monotonic()
    done = subprocess.run(
        ["/usr/bin/env", "time", "-f", "%M", *command], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False, text=True,
    )  # fmt: skip
    seconds = time.monotonic() - begin
    memory = int(done.stderr.split()[-1]) // 1024
    lines = done.stdout.count("\n")
    print(f"{title:<44} {seconds:8.2f} s  {memory:4d} MB  exit {done.returncode}  {lines} lines",
          flush=True)  # fmt: skip
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """walstowd over TLS, and a client of it."""

    def __init__(self, binaries, archive):
        self.port = free_port()
        self.log = open(archive.with_name("walstowd.log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [binaries / "walstowd", "--archive", archive, "--listen", f"127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log,
        )  # fmt: skip
        self._wait_until_it_listens()
        self.admin = archive.with_name("admin")
        shutil.rmtree(self.admin, ignore_errors=True)
        subprocess.run(
            [binaries / "walstow", "--store", archive, "client", "remove", "admin"],
            check=False, capture_output=True,
        )  # fmt: skip
        subprocess.run(
            [binaries / "walstow", "--store", archive, "client", "add", "admin", "--cluster", "*",
             "--right", "admin", "--url", f"https://127.0.0.1:{self.port}", "--out", self.admin],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        toml = self.admin / "walstow.toml"
        text = toml.read_text(encoding="utf-8").replace("/etc/walstow/", f"{self.admin}/")
        toml.write_text(text, encoding="utf-8")

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise SystemExit(f"walstowd does not listen; see {self.log.name}")

    def memory(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) // 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def measure(binaries, archive):
    walstow = binaries / "walstow"
    local = (walstow, "--store", archive)
    timed("status, cold (a process of its own)", *local, "status", "main")
    timed("list", *local, "list", "main")
    timed("list --holes", *local, "list", "main", "--holes")
    timed("verify", *local, "verify", "main")
    timed("verify --jobs 2", *local, "verify", "main", "--jobs", "2")
    daemon = Daemon(binaries, archive)
    try:
        remote = (walstow, "--config", daemon.admin / "walstow.toml")
        timed("status small, daemon is reading main", *remote, "status", "small")
        timed("status main, until it has been read", *remote, "status", "main")
        timed("status main, warm", *remote, "status", "main")
        print(f"walstowd has taken {daemon.memory()} MB at most")
        timed("list, from the daemon", *remote, "list", "main")
        timed("verify, by the daemon", *remote, "verify", "main")
    finally:
        daemon.end()


def main():
    arguments = parse_arguments()
    if os.geteuid() == 0:
        raise SystemExit("run this as a user of its own: walstowd does not serve as root")
    binaries = arguments.bin.resolve()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    archive = arguments.folder.resolve() / "archive"
    if not archive.exists():
        walstow = binaries / "walstow"
        subprocess.run([walstow, "init", archive, "--host", "127.0.0.1"], check=True)
        begin = time.monotonic()
        make_cluster(walstow, archive, "main", arguments.count)
        make_cluster(walstow, archive, "small", 100)
        print(f"made {arguments.count} objects in {time.monotonic() - begin:.0f} s", flush=True)
    try:
        measure(binaries, archive)
    finally:
        if not arguments.keep:
            shutil.rmtree(arguments.folder)


if __name__ == "__main__":
    os.umask(0o027)
    main()
