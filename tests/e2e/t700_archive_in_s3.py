"""An archive in a bucket of a real S3 service, which fails in all the ways that it can."""

import concurrent.futures
import http.client
import os
import ssl
import threading
import time

from support import processes, wait
from support.daemon import HOST
from support.testcase import EndToEndTest, main

VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


class ArchiveInS3(EndToEndTest):
    store = "s3"
    link = "tls"

    def put(self, toml, name, server):
        return self.archive.archive_file(toml, f"pg_wal/{name}", cwd=server.data)

    def get(self, toml, name, server):
        return self.archive.restore_file(toml, name, "pg_wal/RECOVERYXLOG", cwd=server.data)

    def test_a_standby_catches_up_from_the_bucket_and_is_promoted(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        end = self.add_and_archive(primary, "one", "two", "three")
        standby.start()
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)
        primary.stop()
        standby.promote()
        standby.wait_promoted()
        standby.archive_all()
        names = self.archive.objects()
        self.assertIn("00000002.history", names)
        # What lies in the bucket is plain zstd, as in a folder.
        segment = self.archive.segments()[0]
        self.assertEqual(len(self.archive.contents(segment)), 1 << 20)
        listed = self.archive.json_lines("list", "main")
        self.assertEqual(
            sorted(file["name"] for file in listed if "name" in file and len(file["name"]) == 24),
            sorted(self.archive.segments()),
        )
        self.assertEqual(self.archive.walstow("verify", "main", check=False).returncode, 0)

    def test_no_key_and_no_certificate_is_in_the_bucket(self):
        keys = self.archive.gateway.keys(self.archive.prefix)
        self.assertIn(f"{self.archive.prefix}walstow.json", keys)
        self.assertEqual([key for key in keys if "_tls" in key or key.endswith((".key", ".crt"))], [])
        secret = self.archive.gateway.secret
        self.assertNotIn(secret, self.archive.daemon.log_text())

    def test_two_daemons_on_one_bucket(self):
        server, segment = self.new_finished_segment()
        first = self.archive.settings_file(server.folder / "first.toml")
        other = self.archive.new_daemon("other.log")
        other.start()
        self.addCleanup(other.kill)
        second = server.folder / "second.toml"
        second.write_text(first.read_text().replace(self.archive.daemon.url, other.url))
        codes = []
        threads = [
            threading.Thread(target=lambda toml=toml: codes.append(self.put(toml, segment, server).returncode))
            for toml in (first, second) for _ in range(2)
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(codes, [0, 0, 0, 0])
        self.assertEqual(self.archive.segments(), [segment])
        # Other content under the same name is refused by the one that did not put it.
        path = server.data / "pg_wal" / segment
        whole = path.read_bytes()
        path.write_bytes(whole[:512] + bytes(256) + whole[768:])
        self.assertEqual(self.put(second, segment, server).returncode, 1)
        self.assertEqual(self.archive.contents(segment), whole)
        path.write_bytes(whole)
        self.assertEqual(self.get(second, segment, server).returncode, 0)

    def test_eight_who_ask_for_one_object_at_once_share_reads(self):
        server, segment = self.new_finished_segment(segment_mb=16)
        path = server.data / "pg_wal" / segment
        path.write_bytes(path.read_bytes()[:8192] + os.urandom((16 << 20) - 8192))  # as long when stored
        client = self.archive.add_client("server")
        toml = self.archive.settings_file(server.folder / "walstow.toml")
        self.assertEqual(self.put(toml, segment, server).returncode, 0)
        key = self.archive.objects()[segment]
        stored = self.archive.stored(key)
        context = ssl.create_default_context(cafile=client / "ca.crt")
        context.load_cert_chain(client / "client.crt", client / "client.key")

        def ask(store):
            store.request(
                "GET", f"/v1/clusters/main/wal/{segment}", headers={"Accept-Encoding": "zstd"}
            )
            answer = store.getresponse()
            self.assertEqual(answer.status, 200)
            return answer

        def reads():
            lines = self.archive.gateway.requests()
            return sum(method == "GET" and path.endswith(key) for method, path, _ in lines)

        def costs_less():
            before, port = reads(), self.archive.daemon.port
            stores = [http.client.HTTPSConnection(HOST, port, context=context) for _ in range(8)]
            for store in stores:
                store.connect()
            first = ask(stores[0])  # and does not read
            with concurrent.futures.ThreadPoolExecutor(7) as others:
                bodies = list(others.map(lambda store: ask(store).read(), stores[1:]))
            self.assertTrue(all(body == stored for body in bodies))
            self.assertEqual(first.read(), stored)
            for store in stores:
                store.close()
            return reads() - before <= 4

        # One, but for those who come more than a second after the first one: on a busy machine, some do.
        wait.until(costs_less, "eight have cost at most four reads")

    def test_a_gateway_that_is_killed_amid_puts_loses_nothing_that_was_acknowledged(self):
        primary = self.new_primary()
        gateway = self.archive.gateway
        done = threading.Event()

        def kill_and_start():
            while not done.is_set():
                gateway.control("kill", "rgw")
                gateway.control("up", "rgw")
                done.wait(0.5)

        killer = threading.Thread(target=kill_and_start)
        killer.start()
        try:
            for batch in range(6):
                self.add_and_archive(primary, f"batch {batch}")
        finally:
            done.set()
            killer.join()
        archived = self.archive.objects()
        acknowledged = [path.stem for path in (primary.data / "pg_wal/archive_status").glob("*.done")]
        self.assertLessEqual({name for name in acknowledged if len(name) == 24}, set(archived))
        restored = self.recovery(primary)
        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(primary, restored)

    def test_a_service_that_hangs_does_not_hang_the_store(self):
        server, segment = self.new_finished_segment()
        toml = self.archive.settings_file(server.folder / "walstow.toml")
        self.archive.daemon.stop()
        self.archive.daemon.start("--s3-timeout", "1s", "--s3-patience", "2s")
        self.assertEqual(self.put(toml, segment, server).returncode, 0)
        self.archive.gateway.control("pause", "osd.0")
        try:
            begin = time.monotonic()
            (server.data / "standby.signal").touch()
            done = self.get(toml, "000000010000000000000099", server)
            self.assertEqual(done.returncode, 2, done.stderr)  # unknown, never absent
            done = self.put(toml, segment, server)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("S3 service", done.stderr)
            self.assertLess(time.monotonic() - begin, wait.DEADLINE)
        finally:
            self.archive.gateway.control("resume", "osd.0")
        wait.until(lambda: self.put(toml, segment, server).returncode == 0, "the store is back")
        wait.until(lambda: self.get(toml, segment, server).returncode == 0, "the file comes back")

    def test_what_is_wrong_is_said(self):
        walstow, gateway = self.archive.binaries / "walstow", self.archive.gateway

        def init(place, **environment):
            return processes.run(walstow, "init", place, check=False, env=environment).stderr

        self.assertIn("does not exist at", init("s3://no-such-bucket/x"))
        self.assertIn("SignatureDoesNotMatch", init(gateway.new_place(), AWS_SECRET_ACCESS_KEY="wrong"))
        self.assertIn("InvalidAccessKeyId", init(gateway.new_place(), AWS_ACCESS_KEY_ID="NOBODY"))
        self.assertIn("the keys for the S3 service are missing", init(gateway.new_place(), AWS_ACCESS_KEY_ID=""))
        self.assertIn("exists already", init(self.archive.place))
        self.assertIn("S3 service", init("s3://bucket/x", AWS_ENDPOINT_URL=self.archive.daemon.url))
        gateway.request("PUT", "/versioned")
        gateway.request("PUT", "/versioned", {"versioning": ""}, VERSIONING)
        self.assertIn("versioning", init("s3://versioned/x"))
        self.assertEqual(gateway.request("GET", "/versioned/x/walstow.json")[0], 404)

    def test_without_a_daemon(self):
        server, segment = self.new_finished_segment()
        toml = server.folder / "local.toml"
        toml.write_text(f'cluster = "main"\nstore = "{self.archive.place}"\n', encoding="utf-8")
        self.assertEqual(self.put(toml, segment, server).returncode, 0)
        self.assertEqual(self.get(toml, segment, server).returncode, 0)
        wal = server.data / "pg_wal"
        self.assertEqual((wal / "RECOVERYXLOG").read_bytes(), (wal / segment).read_bytes())
        self.assertTrue(self.archive.gateway.keys(f"{self.archive.prefix}main/"))


if __name__ == "__main__":
    main()
