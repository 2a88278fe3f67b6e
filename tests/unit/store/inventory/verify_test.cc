#include "store/inventory/verify.h"

#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

#include "proto/base/filesystem.h"
#include "proto/codec/object.h"
#include "proto/wire/report.h"
#include "store/files/side_content.h"
#include "tests/support/encoded_object.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;
using Kind = VerifyProblem::Kind;
using Result = SetAsideReport::Result;

const std::string kThirdOfFive = "000000010000000000000003";
const std::string kFourthOfFive = "000000010000000000000004";
const std::string kFifthOfFive = "000000010000000000000005";

class VerifyTest : public ServiceTest {
 protected:
  VerifyTest() {
    for (const std::string& name : {kThirdOfFive, kFourthOfFive, kFifthOfFive})
      EXPECT_EQ(put(name, WalWriter(name).fill().content()).status, 201);
    EXPECT_EQ(put("00000002.history", "1\t0/500000\tno recovery target specified\n").status, 201);
  }

  static std::string place(const std::string& name) {
    return std::string(kEra) + "/wal/" + name.substr(0, 16) + "/" + name + ".zst";
  }
  VerifyPage verify(const VerifyFiles& question = {.cluster = "main", .after = {}, .range = {}}) {
    const Response response = ask(question);
    EXPECT_EQ(response.status, 200) << response.body;
    return parse_verify_page(response.body);
  }
  static VerifyFiles deep() {
    return {.cluster = "main",
            .after = {},
            .range = {},
            .since = {},
            .depth = VerifyFiles::Depth::kContent};
  }
  // "damaged 0000...04, foreign " and so on.
  static std::string found(const VerifyPage& page) {
    std::string text;
    for (const VerifyProblem& problem : page.problems) {
      text += (text.empty() ? "" : ", ") + std::string(to_string(problem.kind)) + " " +
              (problem.file.empty() ? problem.object : problem.file);
    }
    return text;
  }
  SetAsideReport set_aside(const std::string& object) {
    return parse_set_aside_report(ask(SetAside{"main", object}).body);
  }
  std::string bytes_of(const std::string& name) const {
    std::ifstream object(object_path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(object), {}};
  }
  void overwrite(const std::string& name, const std::string& bytes) const {
    fs::create_directories(object_path(name).parent_path());
    if (fs::exists(object_path(name))) {
      fs::permissions(object_path(name), fs::perms::owner_all);
    }
    std::ofstream(object_path(name), std::ios::binary) << bytes;
  }
  void flip_byte(const std::string& name) const {
    std::string bytes = bytes_of(name);
    bytes[bytes.size() / 2] ^= 0x01;
    overwrite(name, bytes);
  }
};

TEST_F(VerifyTest, WhatWasPutIsWhole) {
  for (const VerifyFiles& question : {deep(), VerifyFiles{.cluster = "main", .after = {}}}) {
    const VerifyPage page = verify(question);
    EXPECT_EQ(page.objects, 4U);
    EXPECT_EQ(found(page), "");
    EXPECT_EQ(page.next, "");
    EXPECT_GT(page.bytes, 500U);
  }
}

TEST_F(VerifyTest, EveryKindOfDamageIsFound) {
  const std::string whole = bytes_of(kFourthOfFive);
  struct {
    const char* what;
    std::string bytes;
  } const cases[] = {
      {"cut", whole.substr(0, whole.size() / 2)},
      {"empty", ""},
      {"longer", whole + "x"},
      {"zeros", std::string(whole.size(), '\0')},
      {"of another file", bytes_of(kThirdOfFive)},
  };
  for (const auto& test : cases) {
    overwrite(kFourthOfFive, test.bytes);
    EXPECT_EQ(found(verify()), "damaged " + kFourthOfFive) << test.what;
    EXPECT_EQ(found(verify(deep())), "damaged " + kFourthOfFive) << test.what;
  }
  overwrite(kFourthOfFive, whole);
  flip_byte(kFourthOfFive);
  const VerifyPage page = verify();
  ASSERT_EQ(found(page), "damaged " + kFourthOfFive);
  EXPECT_EQ(page.problems[0].object, place(kFourthOfFive));
  EXPECT_NE(page.problems[0].problem.find("SHA-256"), std::string::npos);
}

// Only unfolding shows it: whoever wrote these bytes has made every checksum of them.
TEST_F(VerifyTest, OnlyADeepOneSeesContentThatIsNotTheNames) {
  const std::string content = WalWriter(kThirdOfFive).fill().content();
  const ObjectHeader header{.name = kFourthOfFive,
                            .raw_size = content.size(),
                            .digest = digest_of(content),
                            .system_identifier = samples::kSystem1Mb,
                            .segment_size = 1U << 20,
                            .client = "tester",
                            .time = std::chrono::system_clock::now()};
  overwrite(kFourthOfFive, encoded_object(header, content));
  EXPECT_EQ(found(verify()), "");
  const VerifyPage page = verify(deep());
  ASSERT_EQ(found(page), "damaged " + kFourthOfFive);
  EXPECT_NE(page.problems[0].problem.find("its first page has the address 0/300000"),
            std::string::npos)
      << page.problems[0].problem;
}

TEST_F(VerifyTest, ALogThatBreaksOffIsFoundWhereOthersFollow) {
  const std::string sixth = "000000010000000000000006";
  EXPECT_EQ(put(sixth, WalWriter(sixth).records(50, 400).content()).status, 201);
  EXPECT_EQ(found(verify(deep())), "");  // the last one: a timeline may end so
  const std::string seventh = "000000010000000000000007";
  EXPECT_EQ(put(seventh, WalWriter(seventh).fill().content()).status, 201);
  EXPECT_EQ(found(verify()), "");
  EXPECT_EQ(found(verify(deep())), "unfinished " + sixth);
}

TEST_F(VerifyTest, ARecordThatEndsInTheNextSegmentIsLookedAtToo) {
  const std::string six = "000000010000000000000006", seven = "000000010000000000000007";
  WalWriter begins(six);
  while (WalWriter::kSize - begins.end() > 1000)
    begins.record(200);
  begins.record(5000);
  std::string ends = WalWriter(seven).go_on(begins).fill().content();
  ASSERT_EQ(put(six, begins.content()).status, 201);
  ASSERT_EQ(put(seven, ends).status, 201);
  EXPECT_EQ(found(verify(deep())), "");

  fs::remove(object_path(seven));
  ends[1000] ^= 0x01;
  const Response response = put(seven, ends);
  EXPECT_NE(parse_put_report(response.body).warning.find(" does not continue in " + seven),
            std::string::npos);
  for (const std::uint32_t limit : {1000U, 1U}) {
    VerifyFiles question = deep();
    question.limit = limit;
    std::vector<VerifyProblem> problems;
    do {
      const VerifyPage page = verify(question);
      problems.insert(problems.end(), page.problems.begin(), page.problems.end());
      question.after = page.next;
    } while (!question.after.empty());
    ASSERT_EQ(problems.size(), 1U) << limit;
    EXPECT_EQ(problems[0].file, seven);
    const std::string& text = problems[0].problem;
    EXPECT_NE(text.find("the log from 0/6FFC"), std::string::npos) << text;
    EXPECT_NE(text.find(" in " + six + " does not continue in " + seven), std::string::npos)
        << text;
    EXPECT_NE(text.find("one of the two segments is damaged"), std::string::npos) << text;
  }
}

// So a client cannot make more of them than the store keeps contents: the first, and 16 beside it.
TEST_F(VerifyTest, OnlyWhatIsKeptIsMarked) {
  const std::string six = "000000010000000000000006";
  std::string content = WalWriter(six).fill().content();
  content[2000] ^= 0x01;
  EXPECT_EQ(put(six, content).status, 201);
  for (std::size_t i = 0; i < 20; ++i) {
    content[4000 + i] ^= 0x01;
    EXPECT_EQ(put(six, content).status, 409);
  }
  const auto marks = object_path(six).parent_path().parent_path().parent_path() / "broken";
  const auto count = std::distance(fs::directory_iterator(marks), {});
  EXPECT_EQ(count, kMostConflictsOfOneClient + 1);
}

// So that who asks keeps the rate that was asked for.
TEST_F(VerifyTest, WhatIsReadBeforeThePageCounts) {
  const auto size_of = [this](const std::string& name) { return fs::file_size(object_path(name)); };
  VerifyFiles question = deep();
  question.range = {.from = file_named(kFourthOfFive), .to = file_named(kFifthOfFive)};
  const VerifyPage page = verify(question);
  EXPECT_EQ(page.objects, 2U);
  EXPECT_EQ(page.bytes, size_of(kThirdOfFive) + size_of(kFourthOfFive) + size_of(kFifthOfFive));
}

TEST_F(VerifyTest, ARecordThroughWholeSegmentsIsNamedWithBothEnds) {
  const std::string six = "000000010000000000000006", seven = "000000010000000000000007";
  const std::string eight = "000000010000000000000008";
  WalWriter begins(six);
  while (WalWriter::kSize - begins.end() > 1000)
    begins.record(200);
  begins.record(WalWriter::kSize + 50000);
  WalWriter through(seven);
  through.go_on(begins);
  std::string ends = WalWriter(eight).go_on(through).fill().content();
  ends[1000] ^= 0x01;
  ASSERT_EQ(put(six, begins.content()).status, 201);
  ASSERT_EQ(put(seven, through.content()).status, 201);
  ASSERT_EQ(put(eight, ends).status, 201);
  const VerifyPage page = verify(deep());
  ASSERT_EQ(found(page), "unfinished " + eight);
  const std::string& text = page.problems[0].problem;
  EXPECT_NE(text.find(" in " + six + " does not continue in " + eight), std::string::npos) << text;
  EXPECT_NE(text.find("one of these segments, or of the segments between them, is damaged"),
            std::string::npos)
      << text;
}

TEST_F(VerifyTest, ATimelineGoesOnFromItsParent) {
  // Its history says that it begins where the fourth segment ends.
  const std::string own = "000000020000000000000005";
  EXPECT_EQ(put(own, WalWriter(own).fill().content()).status, 201);
  EXPECT_EQ(found(verify(deep())), "");
  fs::remove(object_path(own));
  // Now it continues a record, but the fourth segment ends with a whole one.
  WalWriter another(kFourthOfFive);
  while (WalWriter::kSize - another.end() > 1000)
    another.record(200);
  another.record(2000);
  EXPECT_EQ(put(own, WalWriter(own).go_on(another).fill().content()).status, 201);
  EXPECT_EQ(found(verify(deep())), "unfinished " + own);
}

TEST_F(VerifyTest, WhatIsNoObjectIsForeign) {
  const auto folder = object_path(kThirdOfFive).parent_path();
  std::ofstream(folder / "notes.txt") << "mine";
  std::ofstream(folder / "000000010000000100000003.zst") << "of another folder";
  const VerifyPage page = verify();
  const std::string prefix = std::string(kEra) + "/wal/0000000100000000/";
  EXPECT_EQ(found(page),
            "foreign " + prefix + "000000010000000100000003.zst, foreign " + prefix + "notes.txt");
}

TEST_F(VerifyTest, AFormatOfALaterReleaseIsNoDamage) {
  std::string bytes = bytes_of(kFourthOfFive);
  bytes.at(bytes.find("\"1.0\"") + 1) = '2';
  overwrite(kFourthOfFive, bytes);
  EXPECT_EQ(found(verify()), "foreign " + kFourthOfFive);
  EXPECT_EQ(set_aside(place(kFourthOfFive)).result, Result::kWhole);
}

TEST_F(VerifyTest, PagesOfAnySizeFindTheSame) {
  flip_byte(kFourthOfFive);
  for (const std::uint32_t limit : {1U, 2U, 3U, 1000U}) {
    for (const std::optional<std::uint64_t> most_bytes :
         {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(1)}) {
      for (const std::uint32_t jobs : {1U, 4U}) {
        VerifyFiles question{.cluster = "main",
                             .after = {},
                             .limit = limit,
                             .range = {},
                             .since = {},
                             .jobs = jobs,
                             .most_bytes = most_bytes};
        std::uint64_t objects = 0, problems = 0;
        do {
          const VerifyPage page = verify(question);
          EXPECT_LE(page.objects, most_bytes && jobs == 1 ? 1U : limit);
          objects += page.objects;
          problems += page.problems.size();
          question.after = page.next;
        } while (!question.after.empty());
        EXPECT_EQ(objects, 4U);
        EXPECT_EQ(problems, 1U);
      }
    }
  }
}

TEST_F(VerifyTest, ARangeAndATimeLeaveOutTheOthers) {
  const VerifyPage range =
      verify({.cluster = "main",
              .after = {},
              .range = {.from = file_named(kFourthOfFive), .to = file_named(kFifthOfFive)}});
  EXPECT_EQ(range.objects, 2U);
  VerifyFiles question{.cluster = "main", .after = {}, .range = {}};
  question.since = std::chrono::system_clock::now() + std::chrono::hours(1);
  const VerifyPage none = verify(question);
  EXPECT_EQ(none.objects, 0U);
  EXPECT_EQ(none.passed_over, 4U);
  question.since = std::chrono::system_clock::now() - std::chrono::hours(1);
  EXPECT_EQ(verify(question).objects, 4U);
}

// A time of a file is finer than what can be asked for: the whole second belongs to what is asked.
TEST_F(VerifyTest, WhatWasPutAtThatTimeIsOfThoseSince) {
  const Time put = *parse_iso8601("2026-11-22T19:40:00Z");
  const auto set_time = [this](const std::string& name, Time time) {
    const auto since_epoch = time.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
    const timespec spec{seconds.count(), std::chrono::nanoseconds(since_epoch - seconds).count()};
    const timespec times[] = {spec, spec};
    ASSERT_EQ(utimensat(AT_FDCWD, object_path(name).c_str(), times, 0), 0);
  };
  set_time(kThirdOfFive, put - std::chrono::nanoseconds(1));
  set_time(kFourthOfFive, put);
  set_time(kFifthOfFive, put + std::chrono::nanoseconds(1));
  VerifyFiles question{.cluster = "main", .after = {}, .range = {.timeline = Timeline{1}}};
  question.since = put;
  const VerifyPage page = verify(question);
  EXPECT_EQ(page.objects, 2U);
  EXPECT_EQ(page.passed_over, 1U);
}

// --- setting aside ---

TEST_F(VerifyTest, ADamagedOneIsSetAsideAndBecomesAHole) {
  flip_byte(kFourthOfFive);
  EXPECT_EQ(set_aside(place(kFourthOfFive)).result, Result::kAside);
  EXPECT_EQ(code_of(get(kFourthOfFive)), "hole");
  EXPECT_EQ(set_aside(place(kFourthOfFive)).result, Result::kGone);
  EXPECT_EQ(found(verify()), "");
  const HolePage holes = parse_hole_page(ask(ListHoles{.cluster = "main"}).body);
  ASSERT_EQ(holes.holes.size(), 1U);
  EXPECT_EQ(holes.holes[0].first, kFourthOfFive);
  EXPECT_EQ(put(kFourthOfFive, WalWriter(kFourthOfFive).fill().content()).status, 201);
  EXPECT_EQ(parse_hole_page(ask(ListHoles{.cluster = "main"}).body).holes.size(), 0U);
}

TEST_F(VerifyTest, AWholeOneStays) {
  EXPECT_EQ(set_aside(place(kFourthOfFive)).result, Result::kWhole);
  EXPECT_EQ(get(kFourthOfFive).status, 200);
}

// A get must never say that the log ends where it does not.
TEST_F(VerifyTest, OneWhoseAbsenceWouldReadAsAnEndStays) {
  for (const std::string& name : {kThirdOfFive, kFifthOfFive}) {
    flip_byte(name);
    EXPECT_EQ(set_aside(place(name)).result, Result::kNeeded) << name;
    EXPECT_TRUE(fs::exists(object_path(name)));
  }
  const std::string history = std::string(kEra) + "/history/00000002.history.zst";
  const auto path = archive_folder / "main" / history;
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path) << "damaged";
  EXPECT_EQ(set_aside(history).result, Result::kNeeded);
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(VerifyTest, WhatIsNoObjectOfTheClusterIsNotTouched) {
  for (const std::string& object :
       {std::string("x"), std::string("../walstow.json"), std::string(kEra) + "/era.json",
        std::string("cluster.json"), std::string("eras/001.json"),
        "002-7-1048576/wal/0000000100000000/" + kFourthOfFive + ".zst"}) {
    EXPECT_EQ(set_aside(object).result, Result::kGone) << object;
  }
}

TEST_F(VerifyTest, APutHealsADamagedOne) {
  flip_byte(kFourthOfFive);
  EXPECT_EQ(found(verify()), "damaged " + kFourthOfFive);
  EXPECT_EQ(put(kFourthOfFive, WalWriter(kFourthOfFive).fill().content()).status, 201);
  EXPECT_EQ(found(verify(deep())), "");
}

}  // namespace
}  // namespace walstow
