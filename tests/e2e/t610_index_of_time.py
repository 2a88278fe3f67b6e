"""The times that the archive has of each segment are those of PostgreSQL, also after a kill of the store."""

import json
import re
import shutil

from support import ledger, processes, raw_requests, releases, wait
from support.release_files import ReleaseFilesTest
from support.testcase import EndToEndTest, main

PATH = "/v1/clusters/main/times"
# When the transaction `xid` was committed, in the form of the store.
AS_THE_STORE = (
    "to_char(pg_xact_commit_timestamp(xid) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
)


def position(lsn):
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


class TimesTest(EndToEndTest):
    def times(self):
        """What the archive has, by segment; read by a process of its own."""
        found = raw_requests.all_pages(
            lambda target: raw_requests.over_stdio(self.archive, target), PATH, "segments"
        )
        return {segment["name"]: segment for segment in found}

    def records(self):
        return sorted((self.archive.folder / "main").glob("*/times/*/*.json"))

    def forget(self):
        """Removes the index, as if it had never been written."""
        for folder in (self.archive.folder / "main").glob("*/times"):
            shutil.rmtree(folder)


class TruthOfTheTimes(TimesTest):
    def test_times_are_those_of_the_server(self):
        """Each transaction is in a segment that only this test writes into."""
        primary = self.new_data_directory("primary")
        self.archives(primary)
        primary.configure(track_commit_timestamp="on", autovacuum="off", max_prepared_transactions="2")
        primary.start()
        ledger.create(primary)
        primary.switch_wal()
        expected = {}
        primary.query("CREATE TABLE moments (xid bigint)")
        primary.switch_wal()
        for number in range(3):
            insert = "INSERT INTO moments VALUES (txid_current()) RETURNING xid"
            with primary.session() as query:
                xids = [query(insert) for _ in range(3)]
                # A prepared one ends out of order.
                prepared = query(f"BEGIN; {insert}; PREPARE TRANSACTION 'later'")
                xids.append(query(insert))
                query("COMMIT PREPARED 'later'; SELECT 1")
                xids.append(prepared)
                point = query(f"SELECT pg_create_restore_point('round {number}')")
                times = [query(f"SELECT {AS_THE_STORE} FROM (SELECT '{xid}'::xid AS xid) one") for xid in xids]
            expected[primary.switch_wal().name] = (times, point)
        primary.wait_archived()

        found = self.times()
        self.assertEqual(sorted(found), self.archive.segments())
        self.assertTrue(all(segment["known"] for segment in found.values()))
        for number, (name, (times, point)) in enumerate(expected.items()):
            with self.subTest(name):
                segment = found[name]
                self.assertEqual(segment["commits"], len(times))
                self.assertEqual(segment["earliest"], min(times))
                self.assertEqual(segment["latest"], max(times))
                (restore_point,) = segment["restore_points"]
                self.assertEqual(restore_point["name"], f"round {number}")
                self.assertEqual(position(restore_point["end"]), position(point))
                self.assertGreaterEqual(restore_point["time"], max(times))

        # The same without the index, and by verify --deep.
        self.forget()
        self.assertEqual(self.times(), found)
        self.forget()
        self.archive.walstow("verify", "main", "--deep")
        self.assertNotEqual(self.records(), [])
        self.assertEqual(self.times(), found)


class TimesOfPgWaldump(TimesTest):
    """Records of all kinds, over the borders of pages and segments, read by PostgreSQL's own program."""

    def busy_primary(self):
        primary = self.new_data_directory("primary")
        self.archives(primary)
        primary.configure(max_prepared_transactions="2")
        primary.start()
        ledger.create(primary)
        with primary.session() as query:
            query("CREATE TABLE other (i int, filler text); SELECT 1")
            for i in range(60):
                query(
                    f"INSERT INTO other SELECT {i}, repeat('f', {i * 11}) FROM generate_series(1, {i * 3}); "
                    f"BEGIN; INSERT INTO other VALUES ({i}, 'x'); ROLLBACK; SELECT 1"
                )
                if i % 10 == 0:
                    query(f"SELECT pg_create_restore_point('point {i}')")
                    end = "COMMIT" if i % 20 else "ROLLBACK"
                    query(
                        f"BEGIN; INSERT INTO other VALUES ({i}, 'x'); PREPARE TRANSACTION 'p'; "
                        f"{end} PREPARED 'p'; SELECT 1"
                    )
                if i % 20 == 5:
                    query("CHECKPOINT; SELECT 1")
                # Dropped tables make records of transactions long.
                query("CREATE TABLE dropped AS SELECT 1 AS one; DROP TABLE dropped; SELECT 1")
        ledger.add(primary, 2 * ledger.rows_of_a_segment(primary))
        primary.switch_wal()
        primary.wait_archived()
        return primary

    def dumped(self):
        """The records of all archived segments, as (position, size, description)."""
        folder = self.folder / "raw"
        folder.mkdir()
        names = self.archive.segments()
        for name in names:
            (folder / name).write_bytes(self.archive.contents(name))
        done = processes.run(releases.program("pg_waldump"), "-p", folder, names[0], names[-1], check=False)
        pattern = r"rmgr: (\w+) .*\): +\d+/ *(\d+),.* lsn: (\S+), prev \S+, desc: (.*)"
        return [
            (position(lsn), int(size), f"{manager} {text}")
            for manager, size, lsn, text in re.findall(pattern, done.stdout)
        ]

    def test_each_segment_has_what_pg_waldump_prints(self):
        if not releases.own_program("pg_waldump"):
            self.skipTest("no pg_waldump of this release")
        self.busy_primary()
        found = self.times()
        records = self.dumped()
        compared = 0
        for name, segment in found.items():
            start = (int(name[8:16], 16) << 32) + (int(name[16:], 16) << 20)
            own = [record for record in records if start <= record[0] < start + (1 << 20)]
            with self.subTest(name):
                self.assertEqual(position(segment["first_record"]), own[0][0])
                self.assertEqual(position(segment["last_record"]), own[-1][0])
                # The last one may continue in the next segment, without its time in this one.
                counted = [own]
                if own[-1][0] + own[-1][1] > start + (1 << 20):
                    counted.append(own[:-1])
                self.assertIn(self.summary_of(segment), [self.summary(one) for one in counted])
                compared += 1
        self.assertGreater(compared, 3)
        every = [point["name"] for segment in found.values() for point in segment["restore_points"]]
        self.assertEqual(every, [f"point {i}" for i in range(0, 60, 10)])

    def summary_of(self, segment):
        redo = segment["checkpoint_redo"]
        return {
            "earliest": segment["earliest"],
            "latest": segment["latest"],
            "commits": segment["commits"],
            "points": [point["name"] for point in segment["restore_points"]],
            "redo": redo and position(redo),
        }

    def summary(self, records):
        times, commits, points, redo = [], 0, [], None
        for _, _, text in records:
            ended = re.match(r"Transaction (COMMIT|ABORT)\w* .*?(\d+-\d+-\d+) (\d+:\d+:\d+\.\d+) UTC", text)
            if ended:
                times.append(f"{ended[2]}T{ended[3]}Z")
                commits += ended[1] == "COMMIT"
            elif point := re.match("XLOG RESTORE_POINT (.*)", text):
                points.append(point[1])
            elif checkpoint := re.match(r"XLOG CHECKPOINT_(?:ONLINE|SHUTDOWN) redo ([^;]+);", text):
                redo = position(checkpoint[1])
        return {
            "earliest": min(times, default=None),
            "latest": max(times, default=None),
            "commits": commits,
            "points": points,
            "redo": redo,
        }


class TimesOfPostgreSQL19(TimesTest, ReleaseFilesTest):
    def test_restore_point_of_the_vectors(self):
        self.archive_all()
        found = self.times()
        self.assertTrue(all(segment["known"] for segment in found.values()))
        points = {name: segment["restore_points"] for name, segment in found.items()}
        (point,) = points["00000001000000000000000B"]
        self.assertEqual(point["name"], "before")
        latest = [segment["latest"] for segment in found.values() if segment["latest"]]
        self.assertTrue(all(time.startswith("2026-") for time in latest), latest)


class KilledStore(TimesTest):
    link = "tls"

    def daemon_times(self):
        client = self.archive.add_client("watches", rights=("monitor",))
        return raw_requests.all_pages(
            lambda target: raw_requests.over_tls(self.archive, client, target), PATH, "segments"
        )

    def test_killed_before_the_write(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        primary.stop()  # archives one more segment
        before = self.daemon_times()
        self.assertEqual([segment["name"] for segment in before], self.archive.segments())
        self.archive.daemon.kill()
        # What was not written is lost; what was written before the kill is removed here.
        self.forget()
        self.archive.daemon.start()
        self.assertEqual(self.daemon_times(), before)

    def test_orderly_stop_writes(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        primary.stop()
        self.archive.daemon.stop()
        written = [
            segment["name"] for record in self.records() for segment in json.loads(record.read_bytes())["segments"]
        ]
        self.assertEqual(written, self.archive.segments())

    def test_daemon_writes_in_the_background(self):
        primary = self.new_primary()
        end = self.add_and_archive(primary, "one")
        wait.until(
            lambda: any(end.name in record.read_text(encoding="utf-8") for record in self.records()),
            "the entry of the last segment is written",
        )


if __name__ == "__main__":
    main()
