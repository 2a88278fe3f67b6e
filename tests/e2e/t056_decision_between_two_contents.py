"""Two servers archive the same segment with other contents; an administrator decides between them."""

from support import ledger, wait
from support.testcase import EndToEndTest, main


class DecisionBetweenTwoContents(EndToEndTest):
    def test_newcomer_is_the_right_one(self):
        self.check_decision_for("digest")

    def test_what_stands_is_the_right_one(self):
        self.check_decision_for("standing")

    def check_decision_for(self, right):
        original = self.new_data_directory("original")
        copy = self.new_server("copy")
        copy.copy_of(original.data)  # the same system identifier and timeline
        for server in (original, copy):
            self.archives(server)
            server.start()
        ledger.create(original)
        end = original.archive_all()
        stands = self.archive.contents(end.name)

        copy.query("CREATE TABLE another (note text)")
        self.assertEqual(copy.switch_wal().name, end.name)
        wait.until(lambda: copy.failed_count() > 0, "the copy's segment is refused")
        self.assertEqual(self.archive.contents(end.name), stands)
        self.assert_logged(copy, " conflict show main " + end.name)

        found = self.archive.json("conflict", "show", "main", end.name)["conflicts"]
        self.assertEqual([conflict["state"] for conflict in found], ["open"])
        self.assertRegex(found[0]["differs_at"], "^0/")
        self.assertIn("for your decision", self.archive.walstow("status", "main").stdout)
        self.archive.walstow("conflict", "accept", "main", end.name, found[0][right])
        copy.switch_wal()  # wakes its archiver, which would wait for a minute
        copy.wait_archived()

        content = self.archive.contents(end.name)
        self.assertEqual(content == stands, right == "standing")
        left = self.archive.json("conflict", "list", "main")["conflicts"]
        self.assertEqual([conflict["state"] for conflict in left], ["settled"])


if __name__ == "__main__":
    main()
