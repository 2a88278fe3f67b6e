"""A standby catches up over a timeline switch; the prefetcher follows it."""

from support.prefetch import PrefetchTest
from support.testcase import main


class TimelineSwitch(PrefetchTest):
    def test_follows(self):
        primary = self.new_primary()
        late = self.telling(self.standby(primary, "late"))
        heir = self.standby(primary, "heir")
        end = self.add_and_archive(primary, *[f"old {number}" for number in range(10)])
        heir.start()
        heir.wait_replayed(end.lsn)
        primary.stop()
        heir.promote()
        end = self.add_and_archive(heir, *[f"new {number}" for number in range(10)])
        late.start()
        late.wait_replayed(end.lsn)
        self.assert_same_rows(heir, late)
        _, ahead = self.restored(late)
        for timeline in ("00000001", "00000002"):
            self.assertGreaterEqual(sum(name.startswith(timeline) for name in ahead), 4, ahead)


if __name__ == "__main__":
    main()
