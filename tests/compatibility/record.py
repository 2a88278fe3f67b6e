"""Records an archive, and every kind of request and reply, with the executables of a release.

    WALSTOW_BIN=FOLDER_OF_THE_RELEASE COMPATIBILITY_TO=FILE.tar.zst tests/compatibility/record.py

Run it once for each release, before the next change of the protocol, the stored object or a record. The tests compare
later programs with the recording (tests/e2e/t800_earlier_release.py).
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE)]

from steps import KEY, NEXT, OTHER, PRUNE, SERVER, STANDBY, VALUES, age, steps, value_in  # noqa: E402
from support import ledger, processes, wait  # noqa: E402
from support.testcase import EndToEndTest, main  # noqa: E402


def take(server, folder):
    """The parts of its data directory that the programs read."""
    (folder / "global").mkdir(parents=True)
    (folder / "pg_wal").mkdir()
    shutil.copy(server.data / "global/pg_control", folder / "global")


class Record(EndToEndTest):
    def test_record(self):
        files = self.make_servers()
        for folder in ("restored", "exchanges", "archive"):
            (self.folder / "new" / folder).mkdir()
        new = self.folder / "new"
        processes.run(self.archive.binaries / "walstow", "init", new / "archive")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", new / "client"], check=True)
        (new / "client").unlink()
        self.values = {}
        results = [self.record(new, number, *step) for number, step in enumerate(steps(files), 1)]
        shutil.rmtree(new / "restored")
        version = processes.run(self.archive.binaries / "walstow", "--version").stdout.strip()
        (new / "results.json").write_text(json.dumps({"version": version, "files": files, "steps": results}, indent=1))
        subprocess.run(["tar", "--use-compress-program=zstd -19 --long=27", "--create", "--file", os.environ["COMPATIBILITY_TO"], "--sort=name",
                        "--owner=0", "--group=0", "--exclude=pgsql_tmp_walstow",
                        "--exclude=archive/_reserve", "--directory", new, "."], check=True)  # fmt: skip

    def make_servers(self):
        """The data directories, filled by real servers. Returns the names of the files, as PostgreSQL archives them."""
        primary = self.new_data_directory("primary")
        fork = self.new_server("fork")
        fork.copy_of(primary.data)  # the same system identifier and timeline
        self.archives(primary)
        primary.start()
        ledger.create(primary)
        standby = self.standby(primary)
        self.add_and_archive(primary, "one", "two", "three")
        end = self.add_and_archive(primary, "four")
        standby.start()
        standby.wait_replayed(end.lsn)
        standby.promote()
        ledger.add(standby, 10, "five")
        standby.switch_wal()
        standby.wait_archived()
        wait.until(lambda: "00000002.history" in self.archive.objects(), "the history is archived")

        new = self.folder / "new"
        server, other, after = new / SERVER, new / OTHER, new / NEXT
        take(standby, server)
        take(standby, other)
        take(standby, new / STANDBY)
        (new / STANDBY / "standby.signal").touch()
        files = self.archived(server / "pg_wal")
        # At a promotion, PostgreSQL archives its copy of the segment that the old primary was writing.
        newest = max(name for name in files if len(name) == 24)
        partial = f"00000001{newest[8:]}"
        shutil.copy(primary.data / "pg_wal" / partial, server / "pg_wal" / f"{partial}.partial")
        files.append(f"{partial}.partial")
        segments = [name for name in files if len(name) == 24]
        shutil.copy(server / "pg_wal" / segments[0], new / STANDBY / "pg_wal")
        fork.configure(wal_keep_size="1GB")
        fork.start()
        ledger.create(fork)
        while fork.switch_wal().name <= segments[3]:
            ledger.add(fork, 5, "fork")
        for name in (segments[1], segments[3]):
            shutil.copy(fork.data / "pg_wal" / name, other / "pg_wal")
        upgraded = self.new_data_directory("upgraded")
        take(upgraded, after)
        return files

    def archived(self, folder):
        """Copies all files of the archive to `folder`. A .partial has its own name there."""
        names = []
        for name in self.archive.objects():
            plain = name[: name.index(".partial.") + len(".partial")] if ".partial." in name else name
            (folder / plain).write_bytes(self.archive.contents(name))
            names.append(plain)
        # Histories first, as the server does for the files that wait.
        return sorted(names, key=lambda name: (not name.endswith(".history"), name))

    def record(self, new, number, name, words):
        exchanges = new / "exchanges" / str(number)
        exchanges.mkdir()
        if name == PRUNE:
            age(new / "archive")
        words = [self.values.get(word, word) for word in words]
        done = subprocess.run(
            [self.archive.binaries / words[0], "--store", new / "archive", "--walstowd", HERE / "recorder",
             *cluster_of(words), *words[1:]],
            cwd=new, capture_output=True, text=True, check=False,
            env={**os.environ, "EXCHANGE_FOLDER": str(exchanges),
                 "EXCHANGE_WALSTOWD": str(self.archive.binaries / "walstowd")},
        )  # fmt: skip
        print(number, name, done.returncode, done.stderr.strip(), flush=True)
        output = done.stdout
        for folder in (HERE, new, self.archive.binaries):
            output = output.replace(f"{folder}", "")
        for line in done.stdout.splitlines():
            if line.startswith("{"):
                found = {f"{{{value}}}": value_in(value, json.loads(line)) for value in VALUES}
                self.values |= {value: text for value, text in found.items() if text}
        return {"name": name, "words": words, "code": done.returncode,
                "output": output}  # fmt: skip


def cluster_of(words):
    """The programs of a server have no argument for the cluster."""
    return [] if words[0] == "walstow" or "--cluster" in words else ["--cluster", "main"]


if __name__ == "__main__":
    main()
