"""A host whose key is not known as its own is not trusted: the hint has the line to add."""

from support.ssh_testcase import SshTest
from support.testcase import main


class HostKeys(SshTest):
    def line_of(self, hint):
        """What the hint says to write."""
        self.assertIn(self.sshd.host_key_line().strip(), hint)
        return hint[hint.index(f"{self.sshd.address} ") :]

    def test_unknown_host(self):
        self.sshd.known_hosts.write_text("# nobody\n")
        hint = self.assert_named(self.walstow(), "is not known", "ssh-ed25519 SHA256:")
        self.assertIn(str(self.sshd.known_hosts), hint)
        self.assertEqual(self.sshd.known_hosts.read_text(), "# nobody\n")  # nothing was learnt
        self.sshd.known_hosts.write_text(self.line_of(hint) + "\n")
        self.assert_works()

    def test_changed_host_key(self):
        self.sshd.kill()
        self.sshd.make_host_key()
        self.sshd.start()
        hint = self.assert_named(self.walstow(), "has changed", "ssh-ed25519 SHA256:")
        self.assertIn(f'"{self.sshd.known_hosts}", line 1', hint)
        self.sshd.known_hosts.write_text(self.line_of(hint) + "\n")
        self.assert_works()

    def test_key_of_another_host(self):
        line = self.sshd.host_key_line()
        self.sshd.known_hosts.write_text(line.replace(self.sshd.address, "other.example"))
        self.assert_named(self.walstow(), "is not known")

    def test_revoked_host_key(self):
        line = self.sshd.host_key_line()
        self.sshd.known_hosts.write_text(f"{line}@revoked {line}")
        self.assert_named(self.walstow(), "is revoked")

    def test_host_with_two_kinds_of_keys_of_which_one_is_known(self):
        self.sshd.kill()
        self.sshd.make_host_key("ecdsa")
        self.sshd.trust()
        (self.sshd.folder / "host_key").rename(self.sshd.folder / "second_key")
        self.sshd.make_host_key("ed25519")
        self.sshd.start(more=f"HostKey {self.sshd.folder}/second_key")
        self.assert_works()

    def test_known_hosts_that_is_not_there(self):
        self.assert_named(
            self.walstow(self.replaced(str(self.sshd.known_hosts), "/nowhere/known_hosts")),
            "/nowhere/known_hosts",
        )

    def test_server_whose_only_host_key_is_rsa(self):
        self.sshd.kill()
        self.sshd.make_host_key("rsa")
        self.sshd.start()
        self.assert_named(self.walstow(), "no common algorithms")


if __name__ == "__main__":
    main()
