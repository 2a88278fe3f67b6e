"""Clients and certificates, as an administrator on the store's own host makes them."""

import json
import shutil
import ssl
import stat
import tomllib
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import processes
from support.testcase import EndToEndTest, main

HOSTS = ("archive1.example", "192.0.2.1", "2001:db8::1")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def belong_together(certificate, key):
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key)


class Clients(EndToEndTest):
    link = "local"

    def setUp(self):
        super().setUp()
        self.store = self.folder / "store"
        hosts = [word for host in HOSTS for word in ("--host", host)]
        self.walstow("init", self.store, *hosts)
        self.tls = self.store / "_tls"

    def walstow(self, *arguments, check=True):
        # Its working directory is where folders appear that were given no place.
        return processes.run(
            self.archive.binaries / "walstow", "--store", self.store, *arguments,
            cwd=self.folder, check=check,
        )  # fmt: skip

    def add(self, name, *arguments, check=True):
        return self.walstow(
            "client", "add", name, "--cluster=main", "--right=archive", "--right=restore",
            *arguments, check=check,
        )  # fmt: skip

    def clients(self):
        answer = self.walstow("--output=json", "client", "list").stdout
        return {client["client"]: client for client in json.loads(answer)["clients"]}

    def refused(self, done, message):
        self.assertIn(message, done.stderr)
        self.assertIn("hint: ", done.stderr)
        self.assertNotEqual(done.returncode, 0)

    # --- the store --------------------------------------------------------------------------------

    def test_init_makes_an_authority_and_the_stores_certificate(self):
        self.assertEqual(
            {path.name: mode(path) for path in self.tls.iterdir() if path.suffix == ".key"},
            {"ca.key": 0o600, "server.key": 0o600},
        )
        belong_together(self.tls / "ca.crt", self.tls / "ca.key")
        belong_together(self.tls / "server.crt", self.tls / "server.key")
        # What else there is in the archive is not disturbed by it.
        self.walstow("cluster", "create", "main")
        self.walstow("check", "main")
        self.assertIn("main", self.walstow("cluster", "list").stdout)

    def test_init_refuses_what_is_no_host_before_anything_is_made(self):
        other = self.folder / "other"
        for host in ("*.example", "a b", "archive1:7432", "[::1]", "192.0.2.256", "a" * 254):
            with self.subTest(host):
                done = self.walstow("init", other, "--host", host, check=False)
                self.refused(done, "is not the name or address of a host")
                self.assertEqual(done.returncode, 2)
                self.assertFalse(other.exists())

    def test_init_without_a_host_makes_no_certificates(self):
        plain = self.folder / "plain"
        self.walstow("init", plain)
        self.assertFalse((plain / "_tls").exists())
        self.refused(self.walstow("server", "renew", plain, check=False), "needs a host, but none was given")
        self.walstow("server", "renew", plain, "--host", "archive2.example")
        belong_together(plain / "_tls/server.crt", plain / "_tls/server.key")

    def test_server_renew_keeps_the_key_and_the_hosts(self):
        key = (self.tls / "server.key").read_bytes()
        before = (self.tls / "server.crt").read_bytes()
        self.walstow("server", "renew", self.store, "--days", "10")
        self.assertEqual((self.tls / "server.key").read_bytes(), key)
        self.assertNotEqual((self.tls / "server.crt").read_bytes(), before)
        self.add("primary1")  # whose settings name the store's first host
        toml = tomllib.loads((self.folder / "primary1/walstow.toml").read_text(encoding="utf-8"))
        self.assertEqual(toml["store"], f"https://{HOSTS[0]}:7432")

    def test_the_authoritys_key_may_be_elsewhere(self):
        moved = self.folder / "ca.key"
        (self.tls / "ca.key").rename(moved)
        for command in (("server", "renew", self.store), ("client", "renew", "primary1")):
            with self.subTest(command):
                self.refused(self.walstow(*command, check=False), "could not find the authority's key")
        self.refused(self.add("primary1", check=False), "could not find the authority's key")
        self.add("primary1", "--ca-key", moved)
        self.walstow("server", "renew", self.store, "--ca-key", moved)

    # --- clients ----------------------------------------------------------------------------------

    def test_add_makes_what_a_clients_host_needs(self):
        done = self.add("primary1")
        made = self.folder / "primary1"
        self.assertIn(str(made), done.stdout)
        self.assertEqual(mode(made), 0o700)
        self.assertEqual(
            {path.name for path in made.iterdir()},
            {"ca.crt", "client.crt", "client.key", "walstow.toml"},
        )
        self.assertEqual(mode(made / "client.key"), 0o600)
        belong_together(made / "client.crt", made / "client.key")
        self.assertEqual((made / "ca.crt").read_bytes(), (self.tls / "ca.crt").read_bytes())
        self.assertEqual(
            tomllib.loads((made / "walstow.toml").read_text(encoding="utf-8")),
            {
                "cluster": "main",
                "store": "https://archive1.example:7432",
                "tls": {
                    "ca": "/etc/walstow/ca.crt",
                    "cert": "/etc/walstow/client.crt",
                    "key": "/etc/walstow/client.key",
                },
            },
        )
        client = self.clients()["primary1"]
        self.assertEqual(client["grants"], [{"cluster": "main", "rights": ["archive", "restore"]}])
        self.assertIn(client["certificate_until"], done.stdout)
        self.assertIn("primary1", self.walstow("client", "list").stdout)

    def test_an_administrator_has_a_right_everywhere_and_no_cluster(self):
        self.walstow(
            "client", "add", "admin", "--cluster=*", "--right=admin",
            "--url=https://[2001:db8::1]:7433", "--out", self.folder / "of the admin",
        )  # fmt: skip
        toml = (self.folder / "of the admin/walstow.toml").read_text(encoding="utf-8")
        settings = tomllib.loads(toml)
        self.assertNotIn("cluster", settings)
        self.assertEqual(settings["store"], "https://[2001:db8::1]:7433")
        self.assertEqual(
            self.clients()["admin"]["grants"], [{"cluster": "*", "rights": ["admin"]}]
        )

    def test_a_name_is_given_once(self):
        self.add("primary1")
        before = self.clients()
        done = self.add("primary1", "--out", self.folder / "second", check=False)
        self.refused(done, 'client "primary1" is already registered')
        self.assertFalse((self.folder / "second").exists())
        # Nor is a folder replaced, which is found out before anything is registered.
        (self.folder / "standby1").mkdir()
        self.refused(self.add("standby1", check=False), "exists already")
        self.assertEqual(self.clients(), before)

    def test_mistakes_are_named(self):
        for arguments, message in (
            (("client", "add", "a/b", "--cluster=main", "--right=admin"), "not a valid client name"),
            (("client", "add", "c", "--cluster=main"), "no rights were given"),
            (("client", "add", "c", "--cluster=main", "--right=all"), '"all" is not a right'),
            (("client", "add", "c", "--right=admin"), 'setting "cluster"'),
            (("client", "add", "c", "--cluster=a b", "--right=admin"), "not the name of a cluster"),
            (("client", "add", "c", "--cluster=main", "--right=admin", "--days=0"), "--days"),
            (("client", "add", "c", "--cluster=main", "--right=admin", "--url=archive1"), "--url"),
            (("client", "add", "c", "--cluster=main", "--right=admin", "--csr=/nowhere"), "/nowhere"),
            (("client", "renew", "nobody"), 'there is no client "nobody"'),
            (("client", "grant", "nobody", "--cluster=main"), "no rights were given"),
            (("client", "grant", "nobody", "--cluster=a", "--right=admin"), 'no client "nobody"'),
            (("client", "revoke", "nobody", "--cluster=a b"), "not the name of a cluster"),
            (("client", "remove", "nobody"), 'no client "nobody"'),
        ):
            with self.subTest(arguments):
                self.refused(self.walstow(*arguments, check=False), message)
        self.assertEqual(self.clients(), {})
        self.assertFalse((self.folder / "c").exists())

    def test_rights_are_granted_and_taken_by_cluster(self):
        self.add("primary1")
        for command, grants in (
            ("grant --cluster=other --right=restore", "main=archive,restore other=restore"),
            ("grant --cluster=main --right=restore", "main=archive,restore other=restore"),
            ("grant --cluster=main --right=monitor", "main=archive,restore,monitor other=restore"),
            ("revoke --cluster=main --right=archive --right=monitor", "main=restore other=restore"),
            ("revoke --cluster=main --right=archive", "main=restore other=restore"),
            ("revoke --cluster=other", "main=restore"),
            ("revoke --cluster=other", "main=restore"),
            ("grant --cluster=other --right=restore", "main=restore other=restore"),
            ("revoke --cluster=other --right=restore", "main=restore"),
            ("grant --cluster=* --right=admin --right=archive", "main=restore *=archive,admin"),
        ):
            with self.subTest(command):
                self.walstow("client", *command.split(), "primary1")
                found = self.clients()["primary1"]["grants"]
                shown = [f"{one['cluster']}={','.join(one['rights'])}" for one in found]
                self.assertEqual(shown, grants.split())
        self.walstow("client", "revoke", "--cluster=main", "primary1")
        last = self.walstow("client", "revoke", "--cluster=*", "primary1", check=False)
        self.refused(last, "would have no rights left")
        self.assertIn("every cluster", self.walstow("client", "list").stdout)

    def test_administrators_at_once_lose_no_right(self):
        self.add("primary1", "--url=https://archive1.example")
        clusters = ("a", "b", "c", "d", "e")
        with ThreadPoolExecutor(len(clusters)) as pool:
            list(pool.map(self.grant_and_revoke, clusters))
        grants = {one["cluster"]: one["rights"] for one in self.clients()["primary1"]["grants"]}
        expected = {cluster: ["restore"] for cluster in clusters}
        self.assertEqual(grants, {"main": ["archive", "restore"], **expected})

    def grant_and_revoke(self, cluster):
        at = ("primary1", "--cluster", cluster)
        self.walstow("client", "grant", *at, "--right=archive")
        self.walstow("client", "grant", *at, "--right=restore")
        self.walstow("client", "revoke", *at, "--right=archive")

    def test_days(self):
        self.add("primary1", "--days=10")
        self.assertIn("EXPIRES SOON", self.walstow("client", "list").stdout)

    @unittest.skipUnless(shutil.which("openssl"), "makes its request with the openssl command")
    def test_a_request_leaves_the_key_on_the_clients_host(self):
        key, request = self.folder / "own.key", self.folder / "own.csr"
        processes.run(
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", key, "-subj", "/CN=somebody else", "-out", request,
        )  # fmt: skip
        self.add("primary1", "--csr", request)
        made = self.folder / "primary1"
        self.assertEqual(
            {path.name for path in made.iterdir()}, {"ca.crt", "client.crt", "walstow.toml"}
        )
        belong_together(made / "client.crt", key)
        text = processes.run("openssl", "x509", "-noout", "-subject", "-in", made / "client.crt")
        self.assertIn("primary1", text.stdout)
        self.assertNotIn("somebody", text.stdout)

    def test_renew_keeps_the_key(self):
        self.add("primary1", "--days=10")
        made = self.folder / "primary1"
        before = self.clients()["primary1"]
        certificate = (made / "client.crt").read_bytes()
        self.walstow("client", "renew", "primary1")
        self.assertNotEqual((made / "client.crt").read_bytes(), certificate)
        belong_together(made / "client.crt", made / "client.key")
        after = self.clients()["primary1"]
        self.assertEqual(after["fingerprint"], before["fingerprint"])
        self.assertGreater(after["certificate_until"], before["certificate_until"])
        # Elsewhere it is the certificate alone.
        self.walstow("client", "renew", "primary1", "--out", self.folder / "elsewhere")
        self.assertEqual(
            [path.name for path in (self.folder / "elsewhere").iterdir()], ["client.crt"]
        )

    def test_a_client_that_was_removed_may_be_added_anew(self):
        self.add("primary1")
        self.walstow("client", "remove", "primary1")
        self.assertEqual(self.clients(), {})
        self.assertIn("no clients", self.walstow("client", "list").stdout)
        self.add("primary1", "--out", self.folder / "again")
        self.assertEqual(list(self.clients()), ["primary1"])


if __name__ == "__main__":
    main()
