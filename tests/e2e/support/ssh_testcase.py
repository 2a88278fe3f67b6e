"""The base of the tests about the ssh link: one client, its settings, and what stands in its way."""

import re
import socket

from support import processes
from support.archive import IMPATIENT_OVER_SSH
from support.testcase import EndToEndTest


class SilentServer:
    """Accepts connections, says `greeting`, and nothing more."""

    def __init__(self, greeting=b""):
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepted = []
        self.port = self._listener.getsockname()[1]

    def accept(self):
        """Blocks until one has come, and returns it."""
        self._listener.settimeout(60)
        peer, _address = self._listener.accept()
        peer.sendall(self._greeting)
        self._accepted.append(peer)
        return peer

    def close(self):
        for peer in self._accepted:
            peer.close()
        self._listener.close()


class SshTest(EndToEndTest):
    """`settings` is the text of the client's walstow.toml; it may put and get in "main"."""

    link = "ssh"

    def setUp(self):
        super().setUp()
        self.sshd = self.archive.sshd
        self.client = self.archive.add_client("server")
        self.settings = (self.client / "walstow.toml").read_text(encoding="utf-8")

    def settings_file(self, settings=None, **more):
        """Writes one; `more` are settings of its first table."""
        # Bodies are raw, so that they are long, and have a middle.
        values = {"compress": "store", **IMPATIENT_OVER_SSH, **more}
        lines = [f'{name} = "{value}"\n' for name, value in values.items()]
        toml = self.folder / "walstow.toml"
        toml.write_text("".join(lines) + (settings or self.settings), encoding="utf-8")
        return toml

    def walstow(self, settings=None, *arguments, **more):
        return processes.run(
            self.archive.binaries / "walstow", "--config", self.settings_file(settings, **more),
            *(arguments or ("check",)), check=False,
        )  # fmt: skip

    def replaced(self, old, new):
        self.assertIn(old, self.settings)
        return self.settings.replace(old, new)

    def force(self, command):
        """Has sshd start `command` for every client."""
        text = self.sshd.authorized_keys.read_text(encoding="utf-8")
        escaped = command.replace("\\", "\\\\").replace('"', '\\"')
        text = re.sub(r'command="[^"]*"', lambda _: f'command="{escaped}"', text)
        self.sshd.authorized_keys.write_text(text, encoding="utf-8")

    def forced_command(self):
        return re.search(r'command="([^"]*)"', self.sshd.authorized_keys.read_text())[1]

    def assert_named(self, done, *texts):
        """One line of error that has `texts`, and a hint. Never exit code 0."""
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 2, done.stderr)
        for text in texts:
            self.assertIn(text, lines[0])
        self.assertIn(": error: ", lines[0])
        self.assertIn(": hint: ", lines[1])
        return lines[1]

    def assert_works(self, settings=None):
        done = self.walstow(settings)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
