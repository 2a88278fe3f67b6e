"""Programs of this release and of an earlier one work together: its archive, its requests and its replies.

The recordings are tests/compatibility/*.tar.zst (tests/compatibility/record.py).
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "compatibility"
sys.path.insert(0, str(FOLDER))

from steps import PRUNE, age  # noqa: E402
from support import processes, stored_object  # noqa: E402
from support.testcase import EndToEndTest, main  # noqa: E402

RECORDINGS = sorted(FOLDER.glob("*.tar.zst"))
# What differs between two archives, two runs, or two releases of zstd.
VOLATILE = {
    "added", "archive", "at", "begun", "boot", "by", "ended", "fingerprint", "hint", "host", "id", "instance", "message", "newest", "notes", "proof",
    "publish_microseconds", "put", "read_microseconds", "reason", "seen", "set", "stopped", "stored_bytes", "stored_size", "bytes",
}  # fmt: skip


# The store warns about its clock if an archive was unused for a week, as the older recordings are.
GROWS_OLD = {"clock"}

# A check measures how long the store takes, and a client's line contains the path of walstowd.
VOLATILE_OUTPUT = {"check": {"text", "measures"}, "client add": {"authorized_keys"}}


def tar_of(recording):
    return subprocess.run(["zstd", "--decompress", "--stdout", recording], stdout=subprocess.PIPE, check=True).stdout


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def same_kind(old, new):
    """Of values that may differ: both are times, numbers, lists or the like."""
    if isinstance(old, str) and isinstance(new, str):
        return bool(TIME.fullmatch(old)) == bool(TIME.fullmatch(new)) and (not old) == (not new)
    return type(old) is type(new)


def difference(old, new, volatile, path=""):
    """Where `new` lacks something that `old` has, or has it otherwise; "" nowhere. It may have more."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in old.items():
            if name in GROWS_OLD:
                continue
            if name in volatile:
                if name not in new or not same_kind(value, new[name]):
                    return f"{path}.{name} was {value}, and is {new.get(name)}"
                continue
            found = difference(value, new.get(name, "nothing"), volatile, f"{path}.{name}")
            if found:
                return found
        return ""
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        found = (difference(*pair, volatile, f"{path}[{i}]") for i, pair in enumerate(zip(old, new, strict=True)))
        return next(filter(None, found), "")
    return "" if old == new else f"{path} was {old}, and is {new}"


def documents(output):
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def without_added_findings(before, now):
    """The report of a check `now` with as many findings of each severity as `before`, in the same order.

    A recording grows old, and a check warns about old files and verifications: it may find more, but not less.
    """
    wanted = Counter(finding["severity"] for finding in before["findings"])
    kept = []
    for finding in now["findings"]:
        if wanted[finding["severity"]] > 0:
            wanted[finding["severity"]] -= 1
            kept.append(finding)
    return now | {"findings": kept}


class Reply(NamedTuple):
    status: int
    fields: dict  # by lower-case name
    json: object  # None: it has another body
    body: bytes


def replies(data):
    """Those in a stream, without interim ones. The body of a file is the last one."""
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        is_json = fields.get("content-type") == "application/json"
        size = int(fields.get("content-length", 0)) if is_json else len(rest)
        if status == 100:
            data = rest
            continue
        found.append(Reply(status, fields, json.loads(rest[:size]) if is_json and size else None, rest[:size]))
        data = rest[size:]
    return found


# Fields of replies whose values are the same in every archive.
SAME_FIELDS = ("walstow-version", "walstow-digest", "walstow-size", "walstow-era", "content-type")


def raw(reply):
    """The file in the body of a get."""
    body = reply.body
    if reply.fields.get("transfer-encoding") == "chunked":
        chunks, body = body, b""
        while chunks:
            size, _, chunks = chunks.partition(b"\r\n")
            body += chunks[: int(size, 16)]
            chunks = chunks[int(size, 16) + 2 :]
    if reply.fields.get("content-encoding") != "zstd":
        return body
    return subprocess.run(["zstd", "--decompress", "--stdout"], input=body, stdout=subprocess.PIPE, check=True).stdout


class EarlierRelease(EndToEndTest):
    def unpack(self, recording):
        folder = self.folder / "old"
        folder.mkdir()
        subprocess.run(["tar", "--extract", "--directory", folder], input=tar_of(recording), check=True)
        (folder / "restored").mkdir()
        return folder, json.loads((folder / "results.json").read_text(encoding="utf-8"))

    def walstow(self, folder, *arguments, check=True):
        return processes.run(self.archive.binaries / "walstow", "--store", folder / "archive", "--output=json",
                             *arguments, check=check)  # fmt: skip

    def test_archive(self):
        for recording in RECORDINGS:
            with self.subTest(recording.name):
                self.check_archive(recording)
                shutil.rmtree(self.folder / "old")

    def check_archive(self, recording):
        folder, results = self.unpack(recording)
        outputs = {step["name"]: step["output"] for step in results["steps"]}
        lines = documents(self.walstow(folder, "verify", "main", "--deep").stdout)
        self.assertEqual([line["kind"] for line in lines], ["summary"])
        for name in ("list", "status", "hold list", "backup list", "standby list", "policy show", "cluster list"):
            with self.subTest(name):
                command = [] if name in ("cluster list",) else ["main"]
                now = documents(self.walstow(folder, *name.split(), *command).stdout)
                # Nothing was changed since, so even times and sizes are the same; but a check adds its record.
                self.assertEqual(difference(documents(outputs[name]), now, {"notes", "reason", "verified"}), "")
        for name in results["files"]:
            if ".partial" not in name:  # no server asks for one
                self.restore(folder, name)
        self.walstow(folder, "conflict", "accept", "main", *self.conflict(folder))
        self.walstow(folder, "prune", "main", "--yes", "--before", results["files"][2])

    def restore(self, folder, name):
        got = self.folder / "got"
        processes.run(self.archive.binaries / "walstow-restore", "--store", folder / "archive", "--cluster", "main",
                      "--pgdata", folder / "server", name, got)  # fmt: skip
        self.assertEqual(got.read_bytes(), (folder / "server/pg_wal" / name).read_bytes(), name)
        got.unlink()

    def conflict(self, folder):
        found = documents(self.walstow(folder, "conflict", "list", "main").stdout)[0]["conflicts"][0]
        return found["file"], found["digest"]

    def test_store_answers_requests_of_earlier_clients(self):
        for recording in RECORDINGS:
            folder, results = self.unpack(recording)
            shutil.rmtree(folder / "archive")
            processes.run(self.archive.binaries / "walstow", "init", folder / "archive")
            for number, step in enumerate(results["steps"], 1):
                if step["name"] == PRUNE:
                    age(folder / "archive")
                for request in sorted((folder / f"exchanges/{number}").glob("*.request")):
                    with self.subTest(step["name"], recording=recording.name):
                        self.check_answer(folder, request)
            shutil.rmtree(folder)

    def check_answer(self, folder, request):
        now = subprocess.run(
            [self.archive.binaries / "walstowd", "--stdio", "--owner", "--archive", folder / "archive"],
            input=request.read_bytes(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=60, check=False,
        ).stdout  # fmt: skip
        before = replies(request.with_suffix(".reply").read_bytes())
        after = replies(now)
        self.assertEqual([reply.status for reply in after], [reply.status for reply in before])
        for old, new in zip(before, after, strict=True):
            self.assertEqual(old.fields.keys() - new.fields.keys(), set())
            for name in SAME_FIELDS:
                self.assertEqual(new.fields.get(name), old.fields.get(name), name)
            self.assertEqual(difference(old.json, new.json, VOLATILE), "")
            if old.status == 200 and old.json is None:
                self.assertEqual(raw(new), raw(old))

    def test_later_formats_are_named(self):
        folder, results = self.unpack(RECORDINGS[-1])
        cluster = folder / "archive/main"
        segment = next(name for name in results["files"] if len(name) == 24)
        stored = next(cluster.rglob(f"{segment}.zst"))
        stored_object.relabel(stored, stored, format="2.0")
        done = self.walstow(folder, "verify", "main", check=False)
        self.assertIn("format 2.0", done.stdout + done.stderr)

        marker = folder / "archive/walstow.json"
        marker.write_text(json.dumps(json.loads(marker.read_text()) | {"format": "2.0"}) + "\n")
        done = self.walstow(folder, "status", "main", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("has format 2.0, but this program knows only 1.0", done.stderr)
        self.assertIn("Use the version of walstow that wrote the archive, or a newer one.", done.stderr)

    def test_clients_understand_replies_of_earlier_stores(self):
        for recording in RECORDINGS:
            folder, results = self.unpack(recording)
            for number, step in enumerate(results["steps"], 1):
                with self.subTest(step["name"], recording=recording.name):
                    self.check_client(folder, number, step)
            shutil.rmtree(folder)

    def check_client(self, folder, number, step):
        program, *words = step["words"]
        cluster = [] if program == "walstow" or "--cluster" in words else ["--cluster", "main"]
        done = subprocess.run(
            [self.archive.binaries / program, "--store", folder / "archive", "--walstowd", FOLDER / "replayer",
             *cluster, *words],
            cwd=folder, capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "EXCHANGE_FOLDER": str(folder / f"exchanges/{number}")},
        )  # fmt: skip
        # A check of this release also examines the state of the cluster: there is a version to decide about.
        code = 1 if step["name"] == "check" else step["code"]
        self.assertEqual(done.returncode, code, done.stderr)
        volatile = VOLATILE_OUTPUT.get(step["name"], set())
        before, now = documents(step["output"]), documents(done.stdout)
        if step["name"] == "check":
            now = [without_added_findings(*pair) for pair in zip(before, now, strict=True)]
        self.assertEqual(difference(before, now, volatile), "")
        if program == "walstow-restore" and step["code"] == 0 and words[-1].startswith("restored/"):
            original = folder / "server/pg_wal" / words[0]
            self.assertEqual((folder / words[-1]).read_bytes(), original.read_bytes())


if __name__ == "__main__":
    main()
