"""The primary dies after the store acknowledged and before .done: the same file again succeeds."""

from support import ledger
from support.testcase import EndToEndTest, main

# Ends the server once, by force, where PostgreSQL has not yet noted that the file is archived.
CRASH_ONCE = """#!/bin/sh
{archive_command} || exit
test -e {flag} && exit
touch {flag}
kill -9 $(head -n 1 postmaster.pid)
exit 1
"""


class CrashBetweenPutAndDone(EndToEndTest):
    def test_same_file_again(self):
        primary = self.new_primary()
        restored = self.recovery(primary)
        command = self.archive.archive_command(self.settings_of(primary), '"$1"')
        script = self.folder / "crash-once"
        script.write_text(
            CRASH_ONCE.format(archive_command=command, flag=self.folder / "crashed")
        )
        script.chmod(0o755)
        primary.configure(archive_command=f"{script} %p")
        primary.restart()

        ledger.add(primary, 10, "before the crash")
        segment = primary.switch_wal().name
        primary.wait_crashed()
        self.assertIn(segment, primary.ready_files())
        before = self.archive.objects()[segment].stat()

        primary.start()
        self.add_and_archive(primary, "after the crash")
        self.assertEqual(primary.failed_count(), 0)
        after = self.archive.objects()[segment].stat()
        self.assertEqual(before.st_ino, after.st_ino, "the object was replaced")

        restored.configure(archive_mode="off")
        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(primary, restored)


if __name__ == "__main__":
    main()
