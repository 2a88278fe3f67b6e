"""Help, version and a bad option of every executable."""

from support import processes
from support.testcase import EXECUTABLES, EndToEndTest, main


class CommandLine(EndToEndTest):
    def check(self, program, *arguments):
        return processes.run(self.archive.binaries / program, *arguments, check=False)

    def test_help(self):
        for program in EXECUTABLES:
            for option in ("--help", "-?"):
                with self.subTest(program, option=option):
                    done = self.check(program, option)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    for text in (f"Usage: {program}", "--help", "--version", "--config"):
                        self.assertIn(text, done.stdout)

    def test_version(self):
        for program in EXECUTABLES:
            for option in ("--version", "-V"):
                with self.subTest(program, option=option):
                    done = self.check(program, option)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertRegex(done.stdout, rf"^{program} \(walstow\) \d+\.\d+\.\d+\n$")

    def test_version_of_each_library(self):
        """A security update of one that is linked in is had with a new build only."""
        for program in EXECUTABLES:
            for options in (("-V", "-v"), ("--verbose", "--version")):
                with self.subTest(program, options=options):
                    done = self.check(program, *options)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    version, libraries = done.stdout.splitlines()
                    self.assertRegex(version, rf"^{program} \(walstow\) ")
                    for library in ("libssl-dev", "libssh2-1-dev", "libzstd-dev", "zlib1g-dev"):
                        installed = processes.run("dpkg-query", "-W", "-f", "${Version}", library).stdout
                        self.assertIn(f"{library} {installed}", libraries)

    def test_bad_option(self):
        for program in EXECUTABLES:
            for option in ("--no-such-option", "-Z"):
                with self.subTest(program, option=option):
                    done = self.check(program, option)
                    self.assertEqual((done.returncode, done.stdout), (2, ""))
                    self.assertEqual(
                        done.stderr,
                        f'{program}: error: unrecognized option "{option}"\n'
                        f'{program}: hint: Try "{program} --help" for more information.\n',
                    )

    def test_missing_argument(self):
        for program in ("walstow", "walstow-archive", "walstow-restore"):
            with self.subTest(program):
                done = self.check(program)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f"{program}: error: missing ", done.stderr)

    def test_help_of_each_command(self):
        for command in ("init", "cluster create", "cluster list", "cluster upgrade", "client add",
                        "client renew", "client grant", "client revoke", "client list",
                        "client remove", "server renew", "status", "list", "get", "whoami",
                        "check"):  # fmt: skip
            with self.subTest(command):
                done = self.check("walstow", *command.split(), "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("Usage: walstow", done.stdout)


if __name__ == "__main__":
    main()
