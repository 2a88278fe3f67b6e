"""A store behind an sshd: put, get and administration, each client by the name its key stands for."""

from support import processes, system_calls
from support.sshd import make_key
from support.testcase import EndToEndTest, main


class StoreOverSsh(EndToEndTest):
    link = "ssh"

    def setUp(self):
        super().setUp()
        self.server, self.segment = self.new_finished_segment()

    def client(self, name, *rights, cluster="main"):
        toml = self.archive.add_client(name, cluster, rights) / "walstow.toml"
        text = toml.read_text(encoding="utf-8")
        if "connect_timeout" not in text:
            toml.write_text(f'connect_timeout = "30s"\n{text}', encoding="utf-8")
        return toml

    def ask(self, settings_file, *arguments):
        return processes.run(
            self.archive.binaries / "walstow", "--config", settings_file, *arguments, check=False
        )

    def put(self, settings_file):
        return self.archive.archive_file(
            settings_file, f"pg_wal/{self.segment}", cwd=self.server.data
        )

    def get(self, settings_file):
        return self.archive.restore_file(
            settings_file, self.segment, "pg_wal/RECOVERYXLOG", cwd=self.server.data
        )

    def test_put_get_and_check(self):
        client = self.client("server", "archive", "restore")
        done = self.ask(client, "check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.put(client).returncode, 0)
        self.assertEqual(self.put(client).returncode, 0)  # it stands
        self.assertEqual(self.get(client).returncode, 0)
        wal = self.server.data / "pg_wal"
        self.assertEqual((wal / "RECOVERYXLOG").read_bytes(), (wal / self.segment).read_bytes())

    def test_an_answer_that_comes_while_standard_error_is_looked_at(self):
        """libssh2 keeps it then, and nothing more comes for which the socket would wake the client."""
        if not system_calls.can_trace():
            self.skipTest("strace may not trace here")
        client = self.client("server", "archive", "restore")
        # Each look at the socket takes long enough for an answer to come before the next.
        done = processes.run(
            "strace", "--quiet=all", "--output=/dev/null", "--trace=recvfrom",
            "--inject=recvfrom:delay_exit=20000",
            self.archive.binaries / "walstow", "--config", client, "check",
        )  # fmt: skip
        self.assertIn("ok: cluster main", done.stdout)

    def test_the_forced_command_says_who_the_client_is(self):
        client = self.client("server", "restore")
        whoami = self.ask(client, "whoami")
        self.assertIn("server in archive", whoami.stdout)
        # An archive that the client names changes nothing.
        other = client.with_name("other.toml")
        other.write_text(client.read_text().replace(self.archive.url, f"{self.archive.url}/nowhere"))
        self.assertEqual(self.ask(other, "whoami").stdout, whoami.stdout)
        self.assertIn('no right "archive"', self.put(client).stderr)

    def test_a_removed_client_is_nobody(self):
        client = self.client("leaves", "archive", "restore")
        self.archive.walstow("client", "remove", "leaves")
        for done in (self.put(client), self.get(client), self.ask(client, "check")):
            self.assertIn("unknown-client", done.stderr)
            self.assertIn("hint: ", done.stderr)
        # A new key under the old name does not let the old key in, whose line still stands.
        (self.folder / "new").mkdir()
        key = make_key(self.folder / "new/id_ed25519")
        self.archive.let_in("leaves", f"{key}.pub", "--cluster=main", "--right=archive")
        self.assertIn("with another key", self.put(client).stderr)
        renewed = client.with_name("renewed.toml")
        renewed.write_text(client.read_text().replace(str(client.with_name("id_ed25519")), str(key)))
        self.assertEqual(self.put(renewed).returncode, 0)

    def test_administration_from_afar(self):
        admin = self.client("admin", "admin", cluster="*")
        self.assertEqual(self.ask(admin, "cluster", "create", "second").returncode, 0)
        key = make_key(self.folder / "key")
        added = self.ask(
            admin, "client", "add", "primary1", "--cluster=second", "--right=archive",
            "--ssh", f"{key}.pub",
        )  # fmt: skip
        self.assertEqual(added.returncode, 0, added.stderr)
        public = (self.folder / "key.pub").read_text(encoding="ascii").split()
        fingerprint = processes.run("ssh-keygen", "-lf", f"{key}.pub").stdout.split()[1]
        self.assertEqual(
            added.stdout,
            f'restrict,command="walstowd --stdio --as primary1 --key {fingerprint}" '
            f"{public[0]} {public[1]} primary1\n",
        )
        listed = self.ask(admin, "client", "list")
        self.assertIn(f"ssh-ed25519 key {fingerprint}", listed.stdout)
        renewed = self.ask(admin, "client", "renew", "primary1", "--ca-key=/nowhere")
        self.assertNotEqual(renewed.returncode, 0)


if __name__ == "__main__":
    main()
