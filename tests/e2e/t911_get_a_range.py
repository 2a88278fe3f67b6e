"""`walstow get` of a range: into a folder, as a tar, and for the tools that read WAL."""

import shlex
from signal import SIGQUIT

from support import processes, stored_object
from support.releases import program
from support.testcase import EndToEndTest, main

FAILED = 1
USAGE = 2


class GetARange(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.target = self.folder / "target"
        self.target.mkdir()

    def archive_some(self):
        self.end = self.add_and_archive(self.primary, *(f"batch {i}" for i in range(6)))
        self.segments = self.archive.segments()

    def get(self, first, last, *options):
        return self.archive.walstow(
            "get", "main", first, last, "--into", self.target, *options, check=False
        )

    def assert_got(self, names, done):
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.files(), sorted(names))
        for name in names:
            self.assertEqual((self.target / name).read_bytes(), self.archive.contents(name))

    def assert_refused(self, done, code, text):
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(text, done.stderr)

    def files(self):
        return sorted(path.name for path in self.target.iterdir())

    def test_pg_waldump_reads_the_folder(self):
        self.archive_some()
        wanted = self.segments[1:5]
        done = self.get(wanted[0], wanted[-1])
        self.assert_got(wanted, done)
        self.assertRegex(done.stdout, r"^wrote 4 files, 0 existed already; 4\.\d+ MB in all\n$")
        dumped = processes.run(
            program("pg_waldump"), "--path", self.target, "--quiet", wanted[0], wanted[-1]
        )
        self.assertEqual(dumped.stderr, "")

    def test_lsns(self):
        self.archive_some()
        start = f"0/{(int(self.segments[2][16:], 16) << 20) + 64:X}"
        self.assert_got(self.segments[2:], self.get(start, self.end.lsn))

    def test_existing_files(self):
        self.archive_some()
        first, second, third, fourth = self.segments[:4]
        self.assert_got([first, second], self.get(first, second))
        times = (self.target / first).stat()
        done = self.get(first, third)
        self.assert_got([first, second, third], done)
        self.assertIn("wrote 1 file, 2 existed already", done.stdout)
        self.assertEqual((self.target / first).stat(), times)
        with open(self.target / second, "r+b") as file:
            file.seek(5000)
            file.write(b"damage")
        self.assert_refused(self.get(first, fourth), FAILED, f'{second}" exists, and differs')
        self.assertEqual(self.files(), [first, second, third])

    def test_holes(self):
        self.archive_some()
        bring_back = self.archive.lose(self.segments[2])
        done = self.get(self.segments[0], self.segments[4])
        self.assert_refused(done, FAILED, f'"{self.segments[2]}" is not in cluster "main"')
        self.assertEqual(self.files(), [])
        done = self.get(self.segments[0], self.segments[4], "--allow-holes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f'the range lacks 1 segment, the first one is "{self.segments[2]}"', done.stderr)
        self.assertEqual(self.files(), [*self.segments[:2], *self.segments[3:5]])
        bring_back()
        done = self.get(self.segments[0], self.segments[4])
        self.assert_got(self.segments[:5], done)

    def test_a_tar(self):
        self.archive_some()
        walstow = shlex.join(
            map(str, (self.archive.binaries / "walstow", "--store", self.archive.folder))
        )
        range_ = f"get main {self.segments[0]} {self.segments[3]} --tar"
        processes.shell(f"{walstow} {range_} > {self.folder}/range.tar")
        listed = processes.run("tar", "--list", "--file", self.folder / "range.tar")
        self.assertEqual((listed.stdout.split(), listed.stderr), (self.segments[:4], ""))
        processes.run("tar", "--extract", "--file", self.folder / "range.tar", cwd=self.target)
        for name in self.segments[:4]:
            self.assertEqual((self.target / name).read_bytes(), self.archive.contents(name))
        self.archive.lose(self.segments[1])
        done = self.archive.walstow("get", "main", *self.segments[:3:2], "--tar", check=False)
        self.assert_refused(done, FAILED, self.segments[1])

    def test_pg_verifybackup(self):
        backup = self.folder / "backup"
        self.primary.base_backup(backup)
        self.archive_some()
        (of_backup,) = self.archive.json("backup", "list", "main")["backups"]
        self.assertEqual(self.get(of_backup["first"], of_backup["last"]).returncode, 0)
        done = processes.run(
            program("pg_verifybackup"), "--wal-directory", self.target, backup
        )
        self.assertIn("backup successfully verified", done.stdout)

    def test_a_slot_gets_its_wal_back(self):
        self.primary.query("SELECT pg_create_physical_replication_slot('reader', true)")
        self.archive_some()
        self.primary.stop()
        self.primary.wait_archived()
        lost = [name for name in self.segments if (self.primary.wal / name).exists()]
        for name in lost:
            (self.primary.wal / name).unlink()
        self.target = self.primary.wal
        self.assertEqual(self.get(lost[0], lost[-1]).returncode, 0)
        self.primary.start()
        received = self.folder / "received"
        received.mkdir()
        processes.run(
            program("pg_receivewal"), "--directory", received, "--slot", "reader", "--no-loop",
            "--endpos", self.end.lsn, "--host", self.primary.socket, "--username", "postgres",
        )  # fmt: skip
        self.assertEqual((received / lost[0]).read_bytes(), self.archive.contents(lost[0]))

    def test_across_a_promotion(self):
        standby = self.standby(self.primary)
        self.archive_some()
        standby.start()
        standby.wait_replayed(self.end.lsn)
        self.primary.stop(SIGQUIT)
        standby.promote()
        self.add_and_archive(standby, "on timeline 2", "more")
        of_1 = [name for name in self.archive.segments() if name.startswith("00000001")]
        of_2 = [name for name in self.archive.segments() if name.startswith("00000002")]
        log = [name for name in of_1 if name[8:] < of_2[0][8:]]
        done = self.get(log[2], of_2[-1])
        self.assert_got(["00000002.history", *log[2:], *of_2], done)
        self.assert_refused(
            self.get(f"00000001{of_2[-1][8:]}", of_2[-1]), USAGE, "is not a part of the log of timeline 2"
        )
        self.archive.lose("00000002.history")
        for first in (log[2], of_2[0]):
            self.target = self.folder / f"without_history_{first}"
            self.target.mkdir()
            done = self.get(first, of_2[-1])
            self.assertEqual(done.returncode, FAILED, done.stderr)
            self.assertIn('"00000002.history" is not in cluster "main"', done.stderr)
            self.assertEqual(self.files(), of_2)

    def test_a_damaged_object_is_named(self):
        self.archive_some()
        first, second, third = self.segments[:3]
        self.archive.damage(second, stored_object.flip_byte)
        done = self.get(first, third)
        self.assertEqual(done.returncode, FAILED, done.stderr)
        self.assertIn(second, done.stderr)

    def test_wrong_calls(self):
        self.archive_some()
        first, second = self.segments[:2]
        self.assert_refused(self.get(second, first), USAGE, "is later than")
        self.assert_refused(self.get("x", first), USAGE, '"x" is neither a segment of 1MB nor an LSN')
        self.assert_refused(self.get(first, second, "--tar"), USAGE, "exclude each other")
        for end in (second, "0/A000028"):
            done = self.archive.walstow("get", "main", first, end, check=False)
            self.assert_refused(done, USAGE, "a range needs --into or --tar")
            self.assertIn("./NAME", done.stderr)
        self.target = self.folder / "nowhere"
        self.assert_refused(self.get(first, second), USAGE, "there is no folder")


if __name__ == "__main__":
    main()
