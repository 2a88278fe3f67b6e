"""A copy that was started by mistake opens a timeline while its original goes on: both are named, and it can be refused."""

from support import wait
from support.testcase import EndToEndTest, main


class TwoServers(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.copy_of_it = self.recovery(self.primary, "trial")
        self.archives(self.copy_of_it)
        self.add_and_archive(self.primary, "before")

    def status(self):
        return " ".join(self.archive.walstow("status", "main").stdout.split())

    def test_both_are_named(self):
        self.copy_of_it.start()
        self.copy_of_it.wait_promoted()
        self.add_and_archive(self.copy_of_it, "trial")
        self.assertNotIn("TWO SERVERS", self.status())
        self.add_and_archive(self.primary, "one", "two", "three")

        text = self.status()
        self.assertIn("TWO SERVERS timeline 2 of of-trial-main branched off timeline 1 at ", text)
        self.assertRegex(text, r"of-primary-main has put [123] segments? of timeline 1 after that point")
        (branch,) = self.archive.json("status", "main")["eras"][-1]["branches"]
        self.assertEqual(branch["client"], "of-trial-main")
        self.assertEqual(branch["other_client"], "of-primary-main")
        log = self.archive.daemon.log.read_text(encoding="utf-8")
        self.assertEqual(log.count("timeline 2 of client of-trial-main branched off timeline 1 at"), 1)

        # The way out: the copy is stopped, and its timeline taken away.
        self.copy_of_it.stop()
        for name in sorted(self.archive.objects(), reverse=True):
            if name.startswith("00000002"):
                self.archive.walstow("withdraw", "main", name, "--reason", "a copy", "--yes")
        self.assertNotIn("TWO SERVERS", self.status())
        restored = self.recovery(self.primary)
        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(self.primary, restored)

    def test_only_some_may_open_timelines(self):
        self.archive.walstow("policy", "set", "main", "--new-timelines", "of-primary-main")
        self.assertIn(
            "only of-primary-main may open timelines",
            self.archive.walstow("policy", "show", "main").stdout,
        )
        self.copy_of_it.start()
        self.copy_of_it.wait_promoted()
        wait.until(lambda: self.copy_of_it.failed_count() > 0, "its history is refused")
        self.assert_logged(self.copy_of_it, "may not open timelines in cluster")
        self.assertNotIn("00000002.history", self.archive.objects())

        # It was on purpose after all: the command of the hint.
        names = "of-primary-main,of-trial-main"
        self.assert_logged(self.copy_of_it, f"policy set main --new-timelines {names}")
        self.archive.walstow("policy", "set", "main", "--new-timelines", names)
        self.add_and_archive(self.copy_of_it, "promoted")
        self.assertIn("00000002.history", self.archive.objects())
        self.archive.walstow("policy", "set", "main", "--new-timelines", "any")
        self.assertEqual(self.archive.json("policy", "show", "main")["new_timelines"], "any")

    def test_names_that_are_none(self):
        for text in ("", "a,,b", "a,a", "no such name", "any,a"):
            with self.subTest(text):
                done = self.archive.walstow(
                    "policy", "set", "main", "--new-timelines", text, check=False
                )
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(f'invalid value "{text}" for option --new-timelines', done.stderr)

    def test_nothing_is_set_where_one_option_is_wrong(self):
        done = self.archive.walstow(
            "policy", "set", "main", "--new-timelines", "of-primary-main",
            "--keep-days", "3", "--keep-backups", "0", check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("the policy does not state which backups to keep", done.stderr)
        self.assertEqual(self.archive.json("policy", "show", "main")["new_timelines"], "any")
        both = self.archive.json(
            "policy", "set", "main", "--new-timelines", "of-primary-main",
            "--keep-days", "3", "--keep-backups", "1",
        )  # fmt: skip
        self.assertEqual(both["new_timelines"], "of-primary-main")
        self.assertEqual(both["policy"]["keep_days"], 3)


if __name__ == "__main__":
    main()
