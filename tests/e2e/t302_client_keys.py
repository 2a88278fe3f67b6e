"""By which keys a client gets in, from a file or from an ssh-agent, and what it is told otherwise."""

import socket

from support import processes, wait
from support.sshd import has_penalties, make_key
from support.ssh_testcase import SshTest
from support.testcase import main


class Agent:
    """An ssh-agent with the private keys of those files."""

    def __init__(self, folder, *keys):
        self.socket = folder / "agent"
        self._process = processes.spawn(["ssh-agent", "-D", "-a", self.socket], folder / "agent.log")
        wait.until(self.socket.exists, "the agent listens")
        for key in keys:
            processes.run("ssh-add", "-q", key, env={"SSH_AUTH_SOCK": str(self.socket)})

    def end(self):
        self._process.kill()
        self._process.wait()


class ClientKeys(SshTest):
    def setUp(self):
        super().setUp()
        self.key = self.client / "id_ed25519"

    def by_key(self, key):
        return self.replaced(str(self.key), str(key))

    def by_agent(self, socket_path):
        return self.replaced(f'"{self.key}"', f'"agent"\nagent = "{socket_path}"')

    def agent(self, *keys):
        agent = Agent(self.folder, *keys)
        self.addCleanup(agent.end)
        return agent

    def registered_key(self, kind):
        key = make_key(self.folder / f"id_{kind}", kind)
        self.archive.let_in(kind, f"{key}.pub", "--cluster=main", "--right=restore")
        return key

    def assert_is(self, name, settings):
        done = self.walstow(settings, "whoami")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"{name} in archive", done.stdout)

    def test_kinds_of_key_files(self):
        for kind in ("ed25519", "ecdsa", "rsa"):
            with self.subTest(kind):
                self.assert_is(kind, self.by_key(self.registered_key(kind)))

    def test_key_files_in_openssls_format(self):
        for kind in ("ecdsa", "rsa"):
            with self.subTest(kind):
                key = self.registered_key(kind)
                processes.run("ssh-keygen", "-q", "-p", "-m", "PEM", "-P", "", "-N", "", "-f", key)
                self.assertIn("PRIVATE KEY", key.read_text())
                self.assertNotIn("OPENSSH", key.read_text())
                self.assert_is(kind, self.by_key(key))

    def test_keys_of_an_agent(self):
        for kind in ("ed25519", "ecdsa", "rsa"):
            with self.subTest(kind):
                agent = self.agent(self.registered_key(kind))
                self.assert_is(kind, self.by_agent(agent.socket))
                agent.end()
                agent.socket.unlink()

    def test_the_agent_of_the_environment(self):
        agent = self.agent(make_key(self.folder / "unknown"), self.key)
        settings = self.settings_file(self.replaced(str(self.key), "agent"))
        done = processes.run(
            self.archive.binaries / "walstow", "--config", settings, "whoami", check=False,
            env={"SSH_AUTH_SOCK": str(agent.socket)},
        )  # fmt: skip
        self.assertIn("server in archive", done.stdout)

    def test_key_that_the_store_does_not_know(self):
        key = make_key(self.folder / "unknown")
        hint = self.assert_named(self.walstow(self.by_key(key)), "does not accept the key", str(key))
        self.assertIn(" client add NAME --ssh KEY.pub", hint)
        agent = self.agent(key)
        self.assert_named(self.walstow(self.by_agent(agent.socket)), "does not accept any of the 1 keys")

    def test_key_that_is_not_known_is_named_although_the_sshd_refuses_further_attempts(self):
        if not has_penalties():
            self.skipTest("this sshd has no PerSourcePenalties")
        self.sshd.kill()
        self.sshd.start("PerSourcePenalties authfail:60s min:1s max:120s")
        key = self.by_key(make_key(self.folder / "unknown"))
        self.assert_named(self.walstow(key), "does not accept the key")
        self.assertIn("penalty: failed authentication", self.sshd.log_text())
        # Another call knows nothing of that one's reason, and its key would be good.
        self.assert_named(self.walstow(), "refuses this host for some time")

    def test_account_that_is_not_there(self):
        settings = self.replaced(f"ssh://{self.sshd.user}@", "ssh://nobody-here@")
        self.assert_named(self.walstow(settings), "nobody-here@", "does not accept the key")

    def test_key_without_rights(self):
        key = make_key(self.folder / "other")
        self.archive.walstow("cluster", "create", "other")
        self.archive.let_in("other", f"{key}.pub", "--cluster=other", "--right=archive")
        self.assert_named(self.walstow(self.by_key(key)), "no right")

    def test_key_of_nobody_in_the_registry(self):
        self.archive.walstow("client", "remove", "server")
        self.assert_named(self.walstow(), "is not in the archive's registry")

    def test_key_files_that_cannot_be_used(self):
        protected = make_key(self.folder / "protected", passphrase="secret")
        loose = make_key(self.folder / "loose")
        loose.chmod(0o644)
        text = self.folder / "text"
        text.write_text("no key")
        for key, message in (
            (protected, "protected by a passphrase"),
            (loose, "mode 0644"),
            (text, str(text)),
            (self.folder / "absent", str(self.folder / "absent")),
            (f"{self.key}.pub", "is a public key"),
        ):
            with self.subTest(message):
                done = self.walstow(self.by_key(key))
                self.assert_named(done, message)
                self.assertEqual(done.returncode, 2)

    def test_no_key_at_all(self):
        # Its home, in the password database, is not to be touched: hence no default.
        settings = self.replaced(str(self.key), "agent")
        self.assert_named(self.walstow(settings), "there is no ssh-agent")

    def test_agent_that_is_not_there_or_silent(self):
        self.assert_named(self.walstow(self.by_agent("/nowhere/agent")), "/nowhere/agent")
        silent = self.folder / "silent"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(silent))
            listener.listen()
            done = self.walstow(self.by_agent(silent), connect_timeout="1s")
        self.assert_named(done, "timed out while waiting for the ssh-agent", str(silent))

    def test_the_private_key_stays_where_it_is(self):
        secret = self.key.read_text().splitlines()[3]
        done = self.walstow(None, "-v", "whoami")
        self.assertNotIn(secret, done.stdout + done.stderr)
        self.assertNotIn(secret, self.sshd.log_text())


if __name__ == "__main__":
    main()
