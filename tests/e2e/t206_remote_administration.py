"""An administrator on a host of their own, with the authority's key moved there."""

import json
import tomllib

from support import processes
from support.testcase import EndToEndTest, main


class AdministrationFromAfar(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.admin = self.archive.add_client("admin", "*", ["admin"])
        self.key = self.admin / "ca.key"
        (self.archive.folder / "_tls/ca.key").rename(self.key)

    def walstow(self, *arguments, check=True):
        return processes.run(
            self.archive.binaries / "walstow", "--config", self.admin / "walstow.toml", *arguments,
            cwd=self.folder, check=check,
        )  # fmt: skip

    def clients(self):
        answer = json.loads(self.walstow("--output=json", "client", "list").stdout)
        return [client["client"] for client in answer["clients"]]

    def test_clients_are_added_renewed_and_removed(self):
        self.walstow(
            "client", "add", "standby1", "--cluster=main", "--right=restore", "--ca-key", self.key
        )
        self.assertEqual(self.clients(), ["admin", "standby1"])
        # It goes the way that the administrator went.
        toml = (self.folder / "standby1/walstow.toml").read_text(encoding="utf-8")
        self.assertEqual(tomllib.loads(toml)["store"], self.archive.daemon.url)

        self.walstow("client", "renew", "standby1", "--ca-key", self.key)
        settings = self.folder / "standby1/walstow.toml"
        settings.write_text(toml.replace("/etc/walstow", str(settings.parent)), encoding="utf-8")
        whoami = processes.run(self.archive.binaries / "walstow", "--config", settings, "whoami")
        self.assertIn("standby1", whoami.stdout)

        self.walstow("client", "remove", "standby1")
        self.assertEqual(self.clients(), ["admin"])

    def test_without_the_authoritys_key_nothing_is_made(self):
        done = self.walstow(
            "client", "add", "standby1", "--cluster=main", "--right=restore", check=False
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("the authority's key was not given", done.stderr)
        self.assertIn("hint: ", done.stderr)
        self.assertFalse((self.folder / "standby1").exists())

    def test_a_failed_registration_leaves_nothing(self):
        self.archive.daemon.stop()
        done = self.walstow(
            "client", "add", "standby1", "--cluster=main", "--right=restore", "--ca-key", self.key,
            check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertFalse((self.folder / "standby1").exists())
        self.archive.daemon.start()
        self.assertEqual(self.clients(), ["admin"])


if __name__ == "__main__":
    main()
