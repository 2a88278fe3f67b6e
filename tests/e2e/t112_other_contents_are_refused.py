"""The same name with other contents is refused with both digests; what stands is not touched."""

import re

from support.testcase import EndToEndTest, main


class OtherContentsAreRefused(EndToEndTest):
    def test_refused_and_untouched(self):
        server, name = self.new_finished_segment()
        toml = self.archive.settings_file(self.settings_of(server))
        path = server.wal / name

        def put():
            return self.archive.archive_file(toml, f"pg_wal/{name}", cwd=server.data)

        self.assertEqual(put().returncode, 0)
        object_path = self.archive.objects()[name]
        stands = object_path.read_bytes()
        self.assertEqual(put().returncode, 0, "the same again")

        changed = bytearray(path.read_bytes())
        changed[100] ^= 1  # of its first record: behind the last one nobody reads
        path.write_bytes(changed)
        for _ in range(2):
            refused = put()
            self.assertEqual(refused.returncode, 1)
            self.assertIn(f'"pg_wal/{name}"', refused.stderr)
            self.assertEqual(len(set(re.findall(r"\b[0-9a-f]{32}\b", refused.stderr))), 2)
            self.assertIn("hint: ", refused.stderr)
            self.assertEqual(object_path.read_bytes(), stands)


if __name__ == "__main__":
    main()
