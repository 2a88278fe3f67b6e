"""walstow-restore, called as PostgreSQL calls it: every answer in every mode has its exit code."""

from support import processes, stored_object
from support.testcase import EndToEndTest, main

MODES = {"standby": "standby.signal", "recovery": "recovery.signal", "tool": None}
BATCHES = ["one", "two", "three", "four", "five"]


class ExitCodesOfRestore(EndToEndTest):
    def setUp(self):
        super().setUp()
        primary = self.new_primary()
        self.caller = self.copy(primary, "caller")  # its pg_wal is empty
        self.segments = [self.add_and_archive(primary, batch).name for batch in BATCHES]
        self.middle = self.segments[2]
        self.target = self.caller.wal / "RECOVERYXLOG"

    def check(self, name, codes, settings_file, placed=None, options=()):
        """`codes`: of a standby, of recovery, of a tool. `placed`: what must stand at %p then."""
        for (mode, signal_file), code in zip(MODES.items(), codes):
            with self.subTest(name, mode=mode, options=options):
                if signal_file:
                    self.caller.signal_file(signal_file)
                # pg_rewind gives an absolute path.
                path = self.target if mode == "tool" else "pg_wal/RECOVERYXLOG"
                done = self.archive.restore_file(
                    settings_file, name, path, cwd=self.caller.data, options=options
                )
                self.assertEqual(done.returncode, code, done.stderr)
                if placed is None:
                    self.assertFalse(self.target.exists())
                else:
                    self.assertTrue(self.target.read_bytes() == placed)
                    self.target.unlink()
                if signal_file:
                    (self.caller.data / signal_file).unlink()

    def test_known_answers(self):
        # However slow the machine is, these are answered.
        patient = self.archive.settings_file(
            self.folder / "patient.toml", standby_wait="30s", tool_wait="30s"
        )
        for name in self.segments:
            self.check(name, (0, 0, 0), patient, placed=self.archive.contents(name))

        absent_at_the_end = self.segments[-1][:-2] + "F0"
        never_there = "00000001.history"
        for name in (
            absent_at_the_end, never_there, "00000002.history", "00000002" + absent_at_the_end[8:],
        ):  # fmt: skip
            self.check(name, (1, 1, 1), patient)
        # Nothing says that timeline 1 began later, and later files are there: a database that
        # opened here would lack them.
        self.check("000000010000000000000001", (1, 201, 2), patient)

        contents = self.archive.contents(self.middle)
        self.archive.lose(self.middle)
        self.check(self.middle, (1, 201, 2), patient)
        (self.caller.wal / self.middle).write_bytes(contents)
        self.check(self.middle, (1, 1, 1), patient)

    def test_unknown_answers(self):
        toml = self.settings_of(self.caller)
        other = self.archive.contents(self.segments[3])
        for damage in (
            stored_object.flip_byte,
            # Sound in itself, and a segment of this very cluster.
            lambda path: stored_object.forge(path, other),
        ):
            repair = self.archive.damage(self.middle, damage)
            self.check(self.middle, (2, 203, 2), toml)
            repair()

        for outage in (self.archive.take_away, self.archive.unmount):
            processes.shell(outage)
            self.check(self.middle, (2, 200, 2), toml)
            processes.shell(self.archive.bring_back)

        misnamed = self.archive.settings_file(self.folder / "mian.toml", cluster="mian")
        self.check(self.middle, (2, 200, 2), misnamed)

        misspelt = self.folder / "misspelt.toml"
        misspelt.write_text('stoer = "/nowhere"\n')
        for bad in (misspelt, self.folder / "absent.toml"):
            self.check(self.middle, (2, 204, 2), bad)

    def test_wrong_calls(self):
        toml = self.settings_of(self.caller)
        for options in (
            ["-V"],  # for -v
            ["--help"],
            ["--restartpoint", self.middle],
            ["--pgdata", self.folder / "nowhere"],
            ["--no-such-option"],
        ):
            self.check(self.middle, (2, 204, 2), toml, options=options)

        # A wrapper that has changed the working directory: there is nothing that tells the mode.
        done = self.archive.restore_file(toml, self.middle, "pg_wal/RECOVERYXLOG", cwd=self.folder)
        self.assertEqual(done.returncode, 200, done.stderr)


if __name__ == "__main__":
    main()
