#!/usr/bin/env python3
"""Nothing that was acknowledged is lost, whoever is killed, and nothing else is half visible.

Writers put segments of real WAL into one archive, over each link at once, while the daemon, the
commands, the local link's stores and sshd's sessions, with the stores in them, are killed by
SIGKILL, at random moments and all the time. A put that was killed is done again, as PostgreSQL
does, or given up for good; now and then two puts of one file overlap. Readers, as standbys, ask for
what was acknowledged and are killed, too. Then:

  acknowledged      -> comes back bit for bit, by walstow-restore and by the stock zstd
  not acknowledged  -> absent or whole
  left behind       -> nothing: no temporary file, no process

With WALSTOW_STORE=s3 the archive is in a bucket of a Ceph gateway. Two daemons and the stores of the
local link work on it then, and the gateway is killed amid puts, too.

A kill counts if a put (or a restore, counted apart) was under way. The seed decides who is killed
after how long; what the machine makes of it differs from run to run.

Half of the time several segments are ready at once, as under load, so that a command archives ahead
what PostgreSQL asks for next; and several are asked for in a row, so that they are fetched ahead.

By hand: WALSTOW_BIN=build/release/bin WALSTOW_SEGMENTS=20000 python3 -B tests/fault/acknowledged_loss.py
"""

import concurrent.futures
import contextlib
import functools
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

from support import processes, wait  # noqa: E402
from support.archive import MARKER  # noqa: E402
from support.testcase import EndToEndTest, main  # noqa: E402
from victims import Run, Tally  # noqa: E402
from wal_supply import MEGABYTE, WalSupply, segment_name  # noqa: E402

SEGMENTS = int(os.environ.get("WALSTOW_SEGMENTS", "300"))  # acknowledged, at least
KILLS = int(os.environ.get("WALSTOW_KILLS", str(SEGMENTS // 20)))  # amid puts, at least
SEED = int(os.environ.get("WALSTOW_SEED", "1"))
ORIGINALS = min(300, max(48, SEGMENTS // 20))  # segments that PostgreSQL itself wrote
WRITERS_PER_LINK = 2
READERS_PER_LINK = 1
READY_AT_ONCE = (1, 4)
ASKED_IN_A_ROW = (1, 8)
PUTS_PER_RESTORE = 4  # while there are puts; afterwards everything is restored
IN_S3 = os.environ.get("WALSTOW_STORE") == "s3"
# As class Archive knows them. In a bucket: two daemons, and stores that the commands start.
LINKS = ("local", "tls", "tls") if IN_S3 else ("local", "tls", "ssh")
GATEWAY_LIVES = (1.0, 8.0)  # seconds
DAEMON_LIVES = (0.05, 4.0 if IN_S3 else 2.0)  # a put into a bucket takes longer
LIMIT_SECONDS = 300 + SEGMENTS * (3 if IN_S3 else 1)  # several times what it takes

KILLED = -9


class Server:
    """A data directory as far as the commands look at it, and their settings."""

    def __init__(self, folder, archive, primary):
        self.link = archive.link
        self.archive = archive
        self.data = folder / "data"
        self.wal = self.data / "pg_wal"
        (self.wal / "archive_status").mkdir(parents=True)
        (self.data / "global").mkdir()
        shutil.copy(primary.data / "global/pg_control", self.data / "global")
        self.log = folder / "commands.log"
        self.toml = archive.settings_file(folder / "walstow.toml", failure_memory="0ms")

    def ready(self, name):
        """What tells that PostgreSQL waits for the file to be archived."""
        return self.wal / f"archive_status/{name}.ready"


class AcknowledgedLoss(EndToEndTest):
    link = "tls"  # of self.archive

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.tally = Tally()
        self.numbers = iter(range(0x100, 1 << 24))
        self.lock = threading.Lock()
        self.acknowledged = []
        self.given_up = []
        self.durations = {}  # of a run without a kill, by link and program; a moving average
        self.done = threading.Event()

        self.archives = [self.archive_over(number) for number in range(len(LINKS))]
        primary = self.new_data_directory("primary")
        primary.start()
        self.supply = WalSupply.of(primary, ORIGINALS, SEED)
        primary.stop()
        self.writers = self.make_servers("writer", WRITERS_PER_LINK, primary)
        self.readers = self.make_servers("reader", READERS_PER_LINK, primary)
        for reader in self.readers:
            (reader.data / "standby.signal").touch()

    def archive_over(self, number):
        """The one archive, as servers reach it over that link."""
        link = LINKS[number]
        if number == LINKS.index(self.link):
            return self.archive
        archive = self.archive.over(link, f"walstowd{number}.log")
        self.addCleanup(archive.end)
        if archive.server:
            archive.server.start()
        return archive

    def make_servers(self, name, count, primary):
        return [
            Server(self.folder / f"{name}-{at}-{archive.link}-{number}", archive, primary)
            for at, archive in enumerate(self.archives)
            for number in range(count)
        ]

    # --- one command, perhaps with a kill -------------------------------------------------------

    def start(self, server, program, *arguments):
        command = [self.archive.binaries / program, "--config", server.toml, *arguments]
        return Run(command, server.data, server.log)

    def finish(self, server, program, run, rng):
        """Waits for the run, and kills it, or the store at its other end, in one of eight."""
        key = (server.archive, program)
        usual = self.durations.get(key, 0.05)
        begin = time.monotonic()
        if rng.random() < 1 / 8:
            if run.alive(rng.uniform(0, 1.2 * usual)):
                self.kill(server, program, run, rng)
            return run.wait()
        code = run.wait()
        self.durations[key] = 0.95 * usual + 0.05 * (time.monotonic() - begin)
        return code

    def kill(self, server, program, run, rng):
        amid = "puts" if program == "walstow-archive" else "restores"
        if server.link == "local" and rng.random() < 0.5:
            if run.kill_child():
                self.tally.add(f"kills of walstowd --stdio amid {amid}")
                return
        run.kill()
        if run.wait() == KILLED:
            self.tally.add(f"kills of {program} amid {amid}")

    # --- writers, readers, the killers of servers -----------------------------------------------

    def write(self, index):
        server, rng = self.writers[index], random.Random(f"{SEED} writer {index}")
        while not self.enough():
            with self.lock:
                names = [segment_name(next(self.numbers)) for _ in range(rng.choice(READY_AT_ONCE))]
            for name in names:
                (server.wal / name).write_bytes(self.supply.segment(name))
                server.ready(name).touch()
            for name in names:
                outcome = self.put_until_acknowledged(server, name, rng)
                server.ready(name).unlink()
                (server.wal / name).unlink()
                with self.lock:
                    outcome.append(name)

    def put_until_acknowledged(self, server, name, rng):
        while True:
            runs = [
                self.start(server, "walstow-archive", f"pg_wal/{name}")
                for _ in range(2 if rng.random() < 0.05 else 1)
            ]
            for run in runs:
                self.tally.enter(server.archive, run)
            codes = [self.finish(server, "walstow-archive", run, rng) for run in runs]
            for run in runs:
                self.tally.leave(server.archive, run)
            self.tally.add("puts tried", len(runs))
            for code in codes:
                self.assertIn(code, (0, 1, KILLED), server.log)
            if 0 in codes:
                return self.acknowledged
            if KILLED in codes and rng.random() < 0.1:
                return self.given_up

    def read(self, index):
        """Asks for a few in a row, as a standby does, so that the next ones are fetched ahead."""
        server, rng = self.readers[index], random.Random(f"{SEED} reader {index}")
        due = PUTS_PER_RESTORE
        while not self.enough():
            if len(self.acknowledged) < due:
                time.sleep(wait.INTERVAL)
                continue
            with self.lock:
                names = sorted(self.acknowledged)
            first = rng.randrange(len(names))
            row = names[first : first + rng.choice(ASKED_IN_A_ROW)]
            due += PUTS_PER_RESTORE * len(row)
            for name in row:
                self.restore(server, name, rng)
                if rng.random() < 1 / 16:
                    self.kill_prefetchers(server)

    def kill_prefetchers(self, server):
        for pid in processes.find(f" --prefetch --config {server.toml} "):
            with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(pid, signal.SIGKILL)
                self.tally.add("kills of prefetchers")

    def restore(self, server, name, rng=None):
        """Restores an acknowledged file once; whether it was handed over. Kills only with `rng`."""
        target = server.wal / "RECOVERYXLOG"
        run = self.start(server, "walstow-restore", name, "pg_wal/RECOVERYXLOG")
        code = self.finish(server, "walstow-restore", run, rng) if rng else run.wait()
        self.tally.add("restores tried")
        # 1 would be the proof that it is not there.
        self.assertIn(code, (0, 2, KILLED), f"{name}: {server.log}")
        if target.exists():
            same = target.read_bytes() == self.supply.segment(name)
            self.assertTrue(same, f"{name} was handed over with other content")
            target.unlink()
        elif code == 0:
            self.fail(f"{name} was not handed over, but told to be")
        return code == 0

    def kill_daemon(self, archive):
        rng = random.Random(f"{SEED} daemon {self.archives.index(archive)}")
        while not self.done.wait(rng.uniform(*DAEMON_LIVES)):
            if self.tally.kill_amid_puts([archive], archive.daemon.kill):
                self.tally.add("kills of walstowd amid puts")
                wait.until(lambda: self.comes_up(archive.daemon), "walstowd is back")

    def comes_up(self, daemon):
        """Its first look is at the archive's marker: it ends where there is no service just now."""
        try:
            daemon.start()
        except AssertionError:
            if not IN_S3:
                raise
        return daemon.running()

    def kill_sessions(self, archive):
        sshd = archive.sshd
        rng = random.Random(f"{SEED} sessions")
        while not self.done.wait(rng.uniform(0.05, 2.0)):
            sessions = sshd.sessions()
            if sessions and self.tally.kill_amid_puts(
                [archive], functools.partial(sshd.kill_sessions, sessions)
            ):
                self.tally.add("kills of sshd's sessions amid puts")

    def kill_gateway(self):
        gateway = self.archive.gateway
        rng = random.Random(f"{SEED} gateway")
        while not self.done.wait(rng.uniform(*GATEWAY_LIVES)):
            if self.tally.kill_amid_puts(self.archives, lambda: gateway.control("kill", "rgw")):
                self.tally.add("kills of the gateway amid puts")
                gateway.control("up", "rgw")

    def kills(self):
        return self.tally.count(
            "kills of walstowd amid puts",
            "kills of sshd's sessions amid puts",
            "kills of the gateway amid puts",
            "kills of walstowd --stdio amid puts",
            "kills of walstow-archive amid puts",
        )

    def enough(self):
        reached = len(self.acknowledged) >= SEGMENTS and self.kills() >= KILLS
        return reached or self.done.is_set()

    # --- the end --------------------------------------------------------------------------------

    def check_nothing_is_left_behind(self):
        for reader in self.readers:  # they would wait for more, a minute
            self.kill_prefetchers(reader)
        wait.until(
            lambda: not processes.find(f"{self.folder}/"),
            lambda: [processes.command_line(pid) for pid in processes.find(f"{self.folder}/")],
        )
        paths = self.archive.paths()
        self.assertIn(MARKER, [str(path) for path in paths])
        for path in paths:
            if path.parts[0] == "_tls" or (IN_S3 and path.parts[0] == "_probe"):
                continue  # of a store that was killed while it tried the service: means nothing
            self.assertNotIn(path.parts[0], ("_aside", "_tmp"), path)
            if path.name == "_reserve":
                continue  # space for a prune of a full disk
            self.assertIn(path.suffix, (".zst", ".json", ".lock"), path)
        for server in (*self.writers, *self.readers):
            self.assertEqual([path.name for path in server.wal.iterdir() if path.is_file()], [])
            spool = server.wal / "pgsql_tmp_walstow"
            known = {
                "archive", "archived", "failure", "handed", "instance", "instance.lock", "prefetch",
                "prefetch.lock", "prefetch.log", "prefetch.sock", "sequence",
            }  # fmt: skip
            left = {path.name for path in spool.iterdir()} if spool.exists() else set()
            self.assertLessEqual(left, known)

    def check_objects(self):
        """By the stock tool: every object that stands is whole. Returns the names."""
        objects = self.archive.objects()
        names = sorted(objects)
        for at in range(0, len(names), 64):
            batch = names[at : at + 64]
            stored = b"".join(self.archive.stored(objects[name]) for name in batch)
            unfolded = subprocess.run(
                ["zstd", "-dc"], input=stored, capture_output=True, check=True
            ).stdout
            self.assertEqual(len(unfolded), len(batch) * MEGABYTE)
            for number, name in enumerate(batch):
                content = unfolded[number * MEGABYTE : (number + 1) * MEGABYTE]
                self.assertTrue(content == self.supply.segment(name), f"{name} is not whole")
        return set(names)

    def check_restores(self, pool):
        """By walstow-restore, each over one of the links. Returns how many."""

        # Each has one stretch to itself, as a standby that catches up.
        names = sorted(self.acknowledged)
        share = -(-len(names) // len(self.readers))

        def restore_share(index):
            mine = names[index * share : (index + 1) * share]
            for name in mine:
                # As PostgreSQL does: on a busy machine a call may run into its deadline.
                ask = functools.partial(self.restore, self.readers[index], name)
                wait.until(ask, f"{name} is restored")
            return len(mine)

        return sum(pool.map(restore_share, range(len(self.readers))))

    def run_all(self, pool):
        """Until the figures are reached, or one of the threads fails."""
        threads = [pool.submit(self.write, index) for index in range(len(self.writers))]
        threads += [pool.submit(self.read, index) for index in range(len(self.readers))]
        killers = [pool.submit(self.kill_daemon, each) for each in self.archives if each.daemon]
        killers += [pool.submit(self.kill_sessions, each) for each in self.archives if each.sshd]
        if IN_S3:
            killers.append(pool.submit(self.kill_gateway))
        try:
            concurrent.futures.wait(threads, return_when=concurrent.futures.FIRST_EXCEPTION)
        finally:
            self.done.set()
        for thread in (*threads, *killers):
            thread.result()

    def test_nothing_is_lost(self):
        count = len(self.writers) + len(self.readers) + len(LINKS) + 1
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            self.run_all(pool)
            # Daemons and sshd are left now, and none of them must be the one that answers for all.
            restored = self.check_restores(pool)
        for archive in self.archives:
            archive.end()
        self.check_nothing_is_left_behind()
        standing = self.check_objects()
        self.assertEqual(set(self.acknowledged) - standing, set(), "acknowledged and lost")
        self.assertLessEqual(standing, set(self.acknowledged) | set(self.given_up))
        self.assertEqual(restored, len(self.acknowledged))
        whole = len(standing & set(self.given_up))
        print(
            f"\nseed {SEED}: acknowledged {len(self.acknowledged)}, lost 0, wrongly handed over 0; "
            f"kills amid puts {self.kills()}; given up {len(self.given_up)}, {whole} of them stand "
            f"whole; {self.tally}"
        )


if __name__ == "__main__":
    main(limit_seconds=LIMIT_SECONDS)
