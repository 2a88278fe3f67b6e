"""An archive moves into a bucket, and back, while its primary goes on."""

from support import processes
from support.archive import Archive
from support.s3 import S3Archive
from support.testcase import EndToEndTest, main


class CopyIntoABucket(EndToEndTest):
    link = "local"
    store = "directory"

    def walstow(self, *arguments, check=True):
        return processes.run(self.archive.binaries / "walstow", *arguments, check=check)

    def in_a_bucket(self):
        return S3Archive(self.folder / "state", self.archive.binaries, "local", self.gateway())

    def use(self, server, archive):
        """Has the server's commands work on that one."""
        toml = self.settings_of(server)
        text = toml.read_text(encoding="utf-8")
        toml.write_text(text.replace(f'"{self.archive.url}"', f'"{archive.url}"'), encoding="utf-8")

    def stored(self, archive):
        return {name: archive.stored(object) for name, object in archive.objects().items()}

    def test_into_a_bucket_and_back_while_the_primary_goes_on(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        self.add_and_archive(primary, "one", "two")
        bucket = self.in_a_bucket()
        self.walstow("copy", self.archive.url, bucket.url)
        # It is no archive yet: nobody is told that something is absent.
        self.use(standby, bucket)
        toml = self.settings_of(standby)
        asked = self.archive.restore_file(
            toml, "000000010000000000000099", "pg_wal/RECOVERYXLOG", cwd=standby.data
        )
        self.assertEqual(asked.returncode, 2, asked.stderr)
        self.assertIn("an unfinished copy", asked.stderr)
        self.add_and_archive(primary, "three")
        said = self.walstow("--output=json", "copy", self.archive.url, bucket.url).stdout
        self.assertNotIn('"objects":0', said)
        primary.stop()
        self.walstow("copy", "--finish", self.archive.url, bucket.url)
        # The source is none any more: a put that was forgotten is not acknowledged.
        primary.start()
        old = self.archive.walstow("status", "main", check=False)
        self.assertEqual(old.returncode, 1)
        self.assertIn('was moved by "walstow copy"; trying again', old.stderr)
        self.use(primary, bucket)
        end = self.add_and_archive(primary, "four")
        standby.start()
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)

        primary.stop()
        standby.stop()
        back = Archive(self.folder / "back", self.archive.binaries)
        self.walstow("copy", "--finish", bucket.url, back.url)
        self.assertEqual(self.stored(back), self.stored(bucket))
        self.assertEqual(back.walstow("verify", "main").returncode, 0)
        self.archive = bucket  # what the settings name now
        self.use(standby, back)
        self.use(primary, back)
        primary.start()
        standby.start()
        end = self.add_and_archive(primary, "five")
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)

    def test_nothing_is_replaced(self):
        server, segment = self.new_finished_segment()
        toml = self.archive.settings_file(self.settings_of(server))
        done = self.archive.archive_file(toml, f"pg_wal/{segment}", cwd=server.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        occupied = Archive(self.folder / "occupied", self.archive.binaries)
        occupied.init()
        refused = self.walstow("copy", self.archive.url, occupied.url, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("already", refused.stderr)
        bucket = self.in_a_bucket()
        self.walstow("copy", self.archive.url, bucket.url)
        key = bucket.objects()[segment]
        self.gateway().request("PUT", f"/walstow-e2e/{key}", body=b"something else")
        refused = self.walstow("copy", "--finish", self.archive.url, bucket.url, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"refused     {key.removeprefix(bucket.prefix)}: other bytes", refused.stdout)
        self.assertEqual(self.gateway().get(key), b"something else")
        self.assertEqual(self.archive.walstow("verify", "main").returncode, 0)


if __name__ == "__main__":
    main()
