// The index of time: what a put remembers, what is written, and what is read again.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "proto/base/filesystem.h"
#include "proto/wire/times_report.h"
#include "proto/wire/verify_report.h"
#include "store/archive/layout.h"
#include "store/backend/memory_backend.h"
#include "store/inventory/times_index.h"
#include "store/inventory/times_list.h"
#include "tests/support/borrowed_backend.h"
#include "tests/support/service_fixture.h"
#include "tests/support/thrown.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

constexpr std::string_view kFirst = "000000010000000000000001";
constexpr std::string_view kSecond = "000000010000000000000002";
constexpr std::string_view kThird = "000000010000000000000003";

TimeMicro at(std::int64_t count) {
  return std::chrono::sys_days(std::chrono::year(2000) / 1 / 1) + std::chrono::microseconds(count);
}

std::string segment_with(std::string_view name, std::int64_t time) {
  return WalWriter(name).commit(time).restore_point("point", time).switch_wal().content();
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path.string(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, std::string_view content) {
  std::ofstream(path.string(), std::ios::binary) << content;
}

class TimesTest : public ServiceTest {
 protected:
  TimesPage list(std::uint32_t limit = kLargestPage, const std::string& after = {},
                 const FileRange& range = {}) {
    const Response response =
        ask(ListTimes{.cluster = "main", .after = after, .limit = limit, .range = range});
    EXPECT_EQ(response.status, 200) << response.body;
    return parse_times_page(response.body);
  }
  // Of each segment; nullopt: not known, or without a transaction.
  std::vector<std::optional<TimeMicro>> listed() {
    std::vector<std::optional<TimeMicro>> times;
    for (const TimesReport& report : list().segments)
      times.push_back(report.times.known ? report.times.earliest : std::nullopt);
    return times;
  }
  void put_times(std::string_view name, std::int64_t time) {
    EXPECT_EQ(put(name, segment_with(name, time)).status, 201);
  }
  fs::path record_path(const char* log = "0000000100000000", const char* number = "000") const {
    return archive_folder / "main" / kEra / "times" / log / (std::string(number) + ".json");
  }
  // Changes the object, so that a read of it fails, but keeps its header.
  void damage(std::string_view name) {
    std::string content = read_file(object_path(name));
    content.resize(content.size() - 20);
    write_file(object_path(name), content);
  }

  using Times = std::vector<std::optional<TimeMicro>>;
};

TEST_F(TimesTest, APutIsListedBeforeAnythingIsWritten) {
  put_times(kFirst, 7);
  EXPECT_FALSE(fs::exists(record_path()));
  const TimesPage page = list();
  ASSERT_EQ(page.segments.size(), 1U);
  const TimesReport& report = page.segments.front();
  EXPECT_EQ(report.era, kEra);
  EXPECT_EQ(report.name, kFirst);
  EXPECT_EQ(report.times.earliest, at(7));
  EXPECT_EQ(report.times.commits, 1U);
  ASSERT_EQ(report.times.restore_points.size(), 1U);
  EXPECT_EQ(report.times.restore_points[0].name, "point");
  EXPECT_EQ(page.next, "");
}

TEST_F(TimesTest, AnEntryIsWrittenAndReadByAnotherProcess) {
  put_times(kFirst, 7);
  handler.write_times();
  ASSERT_TRUE(fs::exists(record_path()));
  // Now only the record can answer.
  damage(kFirst);
  Handler other([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const HandlerResult answer = other.handle(to_request(ListTimes{.cluster = "main"}), caller);
  const TimesPage page = parse_times_page(std::get<Reply>(answer).body);
  ASSERT_EQ(page.segments.size(), 1U);
  EXPECT_EQ(page.segments[0].times.earliest, at(7));
}

TEST_F(TimesTest, ALostEntryIsReadFromTheObjectAndWritten) {
  put_times(kFirst, 7);
  put_times(kSecond, 8);
  handler.write_times();
  fs::remove_all(record_path());
  EXPECT_EQ(listed(), (Times{at(7), at(8)}));
  ASSERT_TRUE(fs::exists(record_path()));
  damage(kSecond);
  EXPECT_EQ(listed(), (Times{at(7), at(8)})) << "from the record";
}

TEST_F(TimesTest, ADamagedRecordIsReadAfresh) {
  put_times(kFirst, 7);
  handler.write_times();
  const std::string sound = read_file(record_path());
  for (const char* const content : {"", "{", "[]", R"({"format":"1.0"})",
                                    R"({"format":"1.0","segments":[7,{},{"name":"x"}]})"}) {
    write_file(record_path(), content);
    EXPECT_EQ(listed(), Times{at(7)}) << content;
    EXPECT_EQ(read_file(record_path()), sound) << content;
  }
}

TEST_F(TimesTest, ARecordOfALaterFormatIsLeftAlone) {
  put_times(kFirst, 7);
  handler.write_times();
  const std::string later = R"({"format":"2.0","segments":"?"})";
  write_file(record_path(), later);
  EXPECT_EQ(listed(), Times{at(7)});
  EXPECT_EQ(read_file(record_path()), later);
}

TEST_F(TimesTest, AnEntryOfOtherContentDoesNotCount) {
  put_times(kFirst, 7);
  handler.write_times();
  const std::string record = read_file(record_path());
  fs::remove(object_path(kFirst));
  put_times(kFirst, 9);
  EXPECT_EQ(listed(), Times{at(9)});
  // As after a kill before the write.
  write_file(record_path(), record);
  Handler other([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const HandlerResult answer = other.handle(to_request(ListTimes{.cluster = "main"}), caller);
  const TimesPage page = parse_times_page(std::get<Reply>(answer).body);
  ASSERT_EQ(page.segments.size(), 1U);
  EXPECT_EQ(page.segments[0].times.earliest, at(9));
  EXPECT_NE(read_file(record_path()), record);
}

TEST_F(TimesTest, AnObjectThatCannotBeReadDoesNotHideOthers) {
  put_times(kFirst, 7);
  put_times(kSecond, 8);
  put_times(kThird, 9);
  handler.write_times();
  fs::remove_all(record_path());
  damage(kFirst);
  write_file(object_path(kSecond), "no object");
  EXPECT_EQ(listed(), (Times{std::nullopt, std::nullopt, at(9)}));
}

TEST_F(TimesTest, OnlySegmentsUnderTheirNamesAreListed) {
  put_times(kFirst, 7);
  put(std::string(kFirst) + ".partial", segment_content(kFirst, 'p'));
  // Incomplete: kept next to the whole one.
  EXPECT_EQ(put(kFirst, WalWriter(kFirst).commit(7).clear_page().content()).status, 201);
  EXPECT_EQ(listed(), Times{at(7)});
  handler.write_times();
  const TimesEntries entries = decode_times(read_file(record_path()), "the record");
  EXPECT_EQ(entries.size(), 1U);
}

TEST_F(TimesTest, PagesFollowOneAnother) {
  for (const std::string_view name : {kFirst, kSecond, kThird})
    put_times(name, 7);
  std::vector<std::string> names;
  std::string after;
  do {
    const TimesPage page = list(1, after);
    ASSERT_LE(page.segments.size(), 1U);
    for (const TimesReport& report : page.segments)
      names.push_back(report.name);
    after = page.next;
  } while (!after.empty());
  EXPECT_EQ(names, (std::vector<std::string>{std::string(kFirst), std::string(kSecond),
                                             std::string(kThird)}));
  const TimesPage page =
      list(10, {}, {.timeline = {}, .from = file_named(kSecond), .to = file_named(kSecond)});
  ASSERT_EQ(page.segments.size(), 1U);
  EXPECT_EQ(page.segments[0].name, kSecond);
}

TEST_F(TimesTest, APageOfManyRestorePointsIsABody) {
  constexpr int kSegments = 30;
  for (int i = 1; i <= kSegments; ++i) {
    const std::string name =
        WalFileName::segment(Timeline{1}, SegmentNumber{static_cast<std::uint64_t>(i)},
                             *SegmentSize::from_bytes(1U << 20))
            .text();
    WalWriter writer(name);
    for (std::size_t point = 0; point < kMostRestorePoints; ++point)
      writer.restore_point(std::string(63, '\x01'), 1);  // four digits for each byte
    EXPECT_EQ(put(name, writer.switch_wal().content()).status, 201);
  }
  int found = 0;
  std::string after;
  do {
    const Response response = ask(ListTimes{.cluster = "main", .after = after, .range = {}});
    ASSERT_LE(response.body.size(), kLargestJson);
    const TimesPage page = parse_times_page(response.body);
    for (const TimesReport& report : page.segments)
      found += report.times.restore_points.size() == kMostRestorePoints ? 1 : 0;
    after = page.next;
  } while (!after.empty());
  EXPECT_EQ(found, kSegments);
  EXPECT_LE(fs::file_size(record_path()), kLargestRecord);
}

TEST_F(TimesTest, ADeepVerificationWritesMissingAndStaleEntries) {
  put_times(kFirst, 7);
  put_times(kSecond, 8);
  handler.write_times();
  const std::string sound = read_file(record_path());
  TimesEntries entries = decode_times(sound, "the record");
  entries.erase(std::string(kFirst));
  entries.at(std::string(kSecond)).digest = digest_of("other content");
  write_file(record_path(), encode_times(entries));
  const auto verify = [this](VerifyFiles::Depth depth) {
    const Response response = ask(VerifyFiles{.cluster = "main",
                                              .after = {},
                                              .range = {},
                                              .since = {},
                                              .depth = depth,
                                              .most_bytes = {}});
    EXPECT_EQ(parse_verify_page(response.body).objects, 2U);
  };
  verify(VerifyFiles::Depth::kBytes);
  EXPECT_EQ(read_file(record_path()), encode_times(entries));
  verify(VerifyFiles::Depth::kContent);
  EXPECT_EQ(read_file(record_path()), sound);
}

TEST_F(TimesTest, AWriteThatFailsHarmsNothing) {
  put_times(kFirst, 7);
  write_file(archive_folder / "main" / kEra / "times", "no folder");
  handler.write_times();
  EXPECT_EQ(put(kFirst, segment_with(kFirst, 7)).status, 200);
  EXPECT_EQ(listed(), Times{at(7)});
  fs::remove(archive_folder / "main" / kEra / "times");
  EXPECT_EQ(listed(), Times{at(7)});
  EXPECT_TRUE(fs::exists(record_path()));
}

TEST_F(TimesTest, NoFolderIsMadeForAnEraThatIsNotThere) {
  put_times(kFirst, 7);
  fs::remove_all(archive_folder / "main");
  handler.write_times();
  EXPECT_FALSE(fs::exists(archive_folder / "main"));
}

// --- without a handler ---

const EraName kOwnEra{1, 7, 1U << 20};

WalFileName numbered(std::uint64_t number, std::uint32_t timeline = 1) {
  return WalFileName::segment(Timeline{timeline}, SegmentNumber{number},
                              *SegmentSize::from_bytes(kOwnEra.segment_size));
}

TimesEntry entry_of(std::int64_t time) {
  TimesEntry entry{.digest = digest_of(std::to_string(time)), .times = {}};
  entry.times.earliest = entry.times.latest = at(time);
  entry.times.known = true;
  return entry;
}

class TimesIndexTest : public testing::Test {
 protected:
  TimesIndexTest() {
    initialize_archive(*memory_);
    archive_.emplace(std::make_unique<BorrowedBackend>(*memory_));
    archive_->create_cluster("main");
    archive_->open_era("main", kOwnEra.system_identifier, kOwnEra.segment_size, 1);
  }
  void publish(const WalFileName& file) {
    const auto staged = memory_->stage();
    staged->write(as_bytes("an object"));
    memory_->publish(*staged, *layout::object_key("main", kOwnEra, file));
  }
  std::string key(std::uint64_t number, std::uint32_t timeline = 1) const {
    return layout::times_record("main", kOwnEra, numbered(number, timeline));
  }
  bool has_record(std::uint64_t number, std::uint32_t timeline = 1) const {
    return memory_->read_record(key(number, timeline)).has_value();
  }

  std::unique_ptr<Backend> memory_ = make_memory_backend();
  std::optional<Archive> archive_;
  TimesIndex index_;
};

TEST_F(TimesIndexTest, SixtyFourSegmentsShareARecord) {
  for (const std::uint64_t number : {63U, 64U, 127U, 128U})
    index_.remember("main", kOwnEra, numbered(number), entry_of(1));
  index_.write(*archive_);
  EXPECT_TRUE(index_.is_empty());
  EXPECT_EQ(index_.entries_near(*memory_, "main", kOwnEra, numbered(63)).size(), 1U);
  EXPECT_EQ(index_.entries_near(*memory_, "main", kOwnEra, numbered(64)).size(), 2U);
  EXPECT_EQ(index_.entries_near(*memory_, "main", kOwnEra, numbered(191)).size(), 1U);
  EXPECT_EQ(index_.entries_near(*memory_, "main", kOwnEra, numbered(192)).size(), 0U);
}

TEST_F(TimesIndexTest, WritesAreAddedToWhatIsThere) {
  index_.remember("main", kOwnEra, numbered(1), entry_of(1));
  index_.write(*archive_);
  TimesIndex other;
  other.remember("main", kOwnEra, numbered(1), entry_of(10));
  other.remember("main", kOwnEra, numbered(2), entry_of(2));
  other.write(*archive_);
  const TimesEntries entries = index_.entries_near(*memory_, "main", kOwnEra, numbered(3));
  EXPECT_EQ(entries,
            (TimesEntries{{numbered(1).text(), entry_of(10)}, {numbered(2).text(), entry_of(2)}}));
}

TEST_F(TimesIndexTest, RememberedEntriesComeBeforeWrittenOnes) {
  index_.remember("main", kOwnEra, numbered(1), entry_of(1));
  index_.write(*archive_);
  index_.remember("main", kOwnEra, numbered(1), entry_of(2));
  EXPECT_EQ(index_.entries_near(*memory_, "main", kOwnEra, numbered(1)).at(numbered(1).text()),
            entry_of(2));
}

TEST_F(TimesIndexTest, NoMoreIsRememberedThanThereIsRoomFor) {
  for (std::uint64_t number = 0; number <= TimesIndex::kMostRemembered; ++number)
    index_.remember("main", kOwnEra, numbered(number), entry_of(1));
  const auto has = [this](std::uint64_t number) {
    return index_.entries_near(*memory_, "main", kOwnEra, numbered(number))
        .contains(numbered(number).text());
  };
  EXPECT_TRUE(has(TimesIndex::kMostRemembered - 1));
  EXPECT_FALSE(has(TimesIndex::kMostRemembered));
  index_.write(*archive_);
  index_.remember("main", kOwnEra, numbered(TimesIndex::kMostRemembered), entry_of(1));
  EXPECT_TRUE(has(TimesIndex::kMostRemembered));
}

TEST_F(TimesIndexTest, AnUnknownReleaseIsKnownToThisReleaseOnly) {
  const TimesEntry unknown{.digest = digest_of("x"), .times = {}};
  std::string text = encode_times({{numbered(1).text(), unknown}});
  EXPECT_EQ(decode_times(text, "it").size(), 1U);
  const std::string member = "\"known_up_to\":\"";
  text.replace(text.find(member), member.size(), member + "0");
  EXPECT_EQ(decode_times(text, "it").size(), 0U);
}

// An entry of release 0.1 does not show whether the records that continue are complete.
TEST_F(TimesIndexTest, AnEntryWithoutThePartsOfRecordsIsNotCurrent) {
  const std::string earlier =
      R"({"format":"1.0","segments":[{"name":"000000010000000000000006",)"
      R"("digest":"00b9f8cfa8ce9dde95d47f43b8b38917","known":true,)"
      R"("earliest":"2026-11-30T17:20:01.041835Z","latest":"2026-11-30T17:20:01.696887Z",)"
      R"("commits":3,"first_record":"0/600100","last_record":"0/627168",)"
      R"("last_complete":"0/627168","open_time":null,"unfinished_at":null,)"
      R"("checkpoint_redo":"0/600758","restore_points":[],"more_restore_points":false,)"
      R"("check":"db38f74b5e70865b8c8658a4c048288b"}]})";
  EXPECT_EQ(decode_times(earlier, "it").size(), 0U);
}

TEST_F(TimesIndexTest, AnEntryWithAWrongDigitIsIgnored) {
  const std::string text =
      encode_times({{numbered(1).text(), entry_of(1)}, {numbered(2).text(), entry_of(2)}});
  ASSERT_EQ(decode_times(text, "it").size(), 2U);
  const auto digits = text.find("T", text.find("\"latest\":")) + 1;
  for (std::size_t at = digits; at < digits + 8; ++at) {
    std::string other = text;
    if (other[at] == ':') continue;
    other[at] = other[at] == '1' ? '0' : '1';
    EXPECT_EQ(decode_times(other, "it").size(), 1U) << at;
  }
}

TEST_F(TimesIndexTest, ARecordEndsWithTheLastOfItsSegments) {
  for (const std::uint64_t number : {1U, 63U, 64U, 200U}) {
    publish(numbered(number));
    index_.remember("main", kOwnEra, numbered(number), entry_of(1));
  }
  publish(numbered(70, 2));
  index_.remember("main", kOwnEra, numbered(70, 2), entry_of(1));
  index_.remember("main", kOwnEra, numbered(130, 2), entry_of(1));
  index_.write(*archive_);
  memory_->remove_objects({*layout::object_key("main", kOwnEra, numbered(1)),
                           *layout::object_key("main", kOwnEra, numbered(64)),
                           *layout::object_key("main", kOwnEra, numbered(200))});
  forget_times(*memory_, "main", kOwnEra, SegmentNumber{150});
  EXPECT_TRUE(has_record(1)) << "segment 63 exists";
  EXPECT_FALSE(has_record(64));
  EXPECT_TRUE(has_record(70, 2));
  EXPECT_FALSE(has_record(130, 2));
  EXPECT_TRUE(has_record(200)) << "not below the limit";
}

TEST_F(TimesIndexTest, ASegmentThatIsNotThereHasNoTimes) {
  index_.remember("main", kOwnEra, numbered(1), entry_of(1));
  EXPECT_EQ(times_of_segment(*archive_, index_, "main", kOwnEra, numbered(1)), std::nullopt);
}

}  // namespace
}  // namespace walstow
