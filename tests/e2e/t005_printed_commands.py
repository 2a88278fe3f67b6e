"""Each command that walstow prints works when it is pasted into a shell: from another folder, whatever is in the paths.

Archive, settings file and data directory are below a folder with blanks, both quotes and letters of other
languages. Calls name them relative to it, so what is printed must not.
"""

import os
import re
import shlex
import shutil

from support import processes, stored_object
from support.testcase import EndToEndTest, main

HOLES = 4  # the exit code
ODD = "-Größe \"a\" it's 夜 $HOME"
# From a double quote on, or from the word that announces it to the end of the line. In single quotes the shell, and so
# the reader, takes a double quote for a character.
QUOTED = re.compile(r""""((?:'[^']*'|\\'|[^"'\\ ])*walstow(?:-archive)?'? (?:'[^']*'|\\'|[^"'\\])*)\"""")
ANNOUNCED = re.compile(r"(?:Next: |Continue with: |, and run: )(.*)")


class PrintedCommands(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.odd = self.folder / ODD
        self.odd.mkdir()
        self.elsewhere = self.folder / "elsewhere"
        self.elsewhere.mkdir()
        self.run_here("init", "arch ive")
        self.store = ("--store", str(self.odd / "arch ive"))

    def run_here(self, *arguments, code=0, program="walstow", **environment):
        done = processes.run(
            self.archive.binaries / program, *arguments, check=False, cwd=self.odd, env=environment
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def printed(self, done, words):
        """The one command in what a call has printed that ends with `words`, or has them amid it."""
        text = done.stdout + done.stderr
        found = [one for one in [*QUOTED.findall(text), *ANNOUNCED.findall(text)] if f" {words}" in one]
        self.assertEqual(len(set(found)), 1, f"{words}: {found} in {text}")
        return found[0]

    def paste(self, done, words, code=0, **placeholders):
        """Runs it in another folder by a shell; of the call that printed it, nothing is known there."""
        command = self.printed(done, words)
        for name, value in placeholders.items():
            command = command.replace(name, value)
        pasted = processes.run("sh", "-c", command, check=False, cwd=self.elsewhere)
        self.assertEqual(pasted.returncode, code, f"{command}\n{pasted.stdout}{pasted.stderr}")
        return pasted

    def clusters(self):
        return self.run_here(*self.store, "cluster", "list").stdout

    def settings(self, text=""):
        """Its path from the folder of the odd name."""
        store = str(self.odd / "arch ive").replace("\\", "\\\\").replace('"', '\\"')
        (self.odd / "w's.toml").write_text(f'store = "{store}"\ntool_wait = "1s"\n{text}', encoding="utf-8")
        return "w's.toml"

    def test_the_first_steps(self):
        self.paste(self.run_here("init", "another"), "cluster create main")
        listed = self.run_here("--store", str(self.odd / "another"), "cluster", "list")
        self.assertIn("main", listed.stdout)
        # By the environment, which is another one where it is pasted.
        done = self.run_here("cluster", "list", WALSTOW_STORE=str(self.odd / "arch ive"))
        self.paste(done, "cluster create main")
        self.assertIn("main", self.clusters())

    def test_of_a_copy(self):
        done = self.run_here("copy", "arch ive", "co'py")
        self.paste(done, "copy --finish")
        self.assertIn("no clusters", self.run_here("--store", str(self.odd / "co'py"), "cluster", "list").stdout)

    def test_of_walstow_archive(self):
        server, segment = self.new_finished_segment()
        path = server.wal / segment
        by_file = ("--config", self.settings('cluster = "main"\n'), path)
        done = self.run_here(*by_file, program="walstow-archive", code=1)
        self.paste(done, "cluster create main")
        self.run_here(*by_file, program="walstow-archive")

        other, other_segment = self.new_finished_segment("other")
        other_path = other.wal / other_segment
        by_options = (*self.store, "--cluster", "main", "--archive-wait", "1s")
        done = self.run_here(*by_options, other_path, program="walstow-archive", code=1)
        self.paste(done, "cluster upgrade main")
        self.run_here(*by_options, other_path, program="walstow-archive")

    def archived(self):
        """A server whose last segments are archived, and the names of these."""
        self.archive.folder = self.odd / "arch ive"
        self.archive.walstow("cluster", "create", "main")
        server = self.new_data_directory("server")
        server.configure(wal_keep_size="64MB")
        server.start()
        names = [server.switch_wal().name for _ in range(4)]
        server.stop()
        for name in names:
            self.run_here(*self.store, "--cluster", "main", server.wal / name, program="walstow-archive")
        return server, names

    def test_of_what_is_missing(self):
        server, names = self.archived()
        self.archive.lose(names[1])
        # A segment of timeline 2, whose history only the server has.
        object = self.archive.objects()[names[-1]]
        (server.wal / "00000002.history").write_text("1\t0/1000000\tno recovery target specified\n")
        name = f"00000002{names[-1][8:]}"
        folder = object.parent.with_name(name[:16])
        folder.mkdir()
        shutil.copy(object, folder / f"{name}.zst")

        config = ("--config", self.settings())
        done = self.run_here(*config, "status", "main")
        self.assertIn(names[1], self.paste(done, "list main --holes", code=HOLES).stdout)
        self.paste(done, "DIR/pg_wal/00000002.history", DIR=shlex.quote(str(server.data)))
        self.paste(done, "policy set main")
        set_now = self.run_here(*config, "policy", "set", "main", "--keep-backups=1", "--keep-days=1")
        self.paste(set_now, "prune main -n")
        after = self.run_here(*config, "status", "main").stdout
        self.assertNotIn("HISTORY MISSING", after)
        self.assertNotIn("no policy", after)

        segment = server.wal / names[1]
        segment.rename(self.folder / "aside")
        done = self.run_here(
            *config, "--cluster", "main", names[1], server.wal / "RECOVERYXLOG", program="walstow-restore",
            code=2,
        )  # fmt: skip
        (self.folder / "aside").rename(segment)
        self.paste(done, "PATH", PATH=shlex.quote(str(segment)))
        self.assertIn(names[1], self.archive.segments())

    def test_of_a_verify_that_was_cut_short(self):
        _, names = self.archived()
        self.archive.damage(names[-1], stored_object.flip_byte)
        slow = (*self.store, "verify", "main", "--rate-limit", "1", "--jobs", "1")
        done = processes.run(
            "timeout", "--signal=INT", "2", self.archive.binaries / "walstow", "--output=json", *slow,
            check=False, cwd=self.odd,
        )  # fmt: skip
        command = self.printed(done, "verify main")
        self.assertIn("--rate-limit 1 ", command)
        self.assertIn("--output json", command)
        quick = command.replace("--rate-limit 1 ", "")
        pasted = processes.run("sh", "-c", quick, check=False, cwd=self.elsewhere)
        self.assertEqual(pasted.returncode, 3, pasted.stderr)
        self.assertIn(f'"file":"{names[-1]}"', pasted.stdout)

    def test_of_a_decision(self):
        server, _ = self.archived()
        twin = self.new_server("twin")
        twin.copy_of(server.data)
        server.start()
        name = server.switch_wal().name
        server.stop()
        twin.start()
        twin.query("CREATE TABLE another (note text)")
        self.assertEqual(twin.switch_wal().name, name)
        twin.stop()

        options = (*self.store, "--cluster", "main")
        self.run_here(*options, server.wal / name, program="walstow-archive")
        done = self.run_here(*options, twin.wal / name, program="walstow-archive", code=1)
        shown = self.paste(done, f"conflict show main {name}").stdout
        self.paste(self.run_here(*self.store, "status", "main"), "conflict list main")
        self.paste(done, "conflict accept main", DIGEST=re.search(rf"{name}  ([0-9a-f]{{12}})", shown)[1])
        self.run_here(*options, twin.wal / name, program="walstow-archive")

    def test_of_the_search_path(self):
        """Where the shell finds the executables, their folder is left out."""
        path = f"{self.archive.binaries}:{os.environ['PATH']}"
        done = self.run_here("init", "another", PATH=path)
        self.assertIn("Next: walstow --store ", done.stdout)
        self.assertIn(f"Next: {self.archive.binaries}/walstow --store ", self.run_here("init", "third").stdout)


if __name__ == "__main__":
    main()
