#include "store/inventory/verify_runs.h"

#include <fmt/format.h>
#include <fstream>

#include "proto/wire/report.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

class VerifyRunsTest : public ServiceTest {
 protected:
  VerifyRunsTest() {
    for (int i = 1; i <= 4; ++i)
      EXPECT_EQ(put(fmt::format("00000001000000000000000{}", i)).status, 201);
  }
  // Pages of two objects, up to `pages` of them. Where the next page begins.
  std::string verify(VerifyFiles verify, int pages = 100) {
    verify.cluster = "main";
    verify.limit = 2;
    do {
      const Response response = ask(verify);
      EXPECT_EQ(response.status, 200) << response.body;
      verify.after = parse_verify_page(response.body).next;
    } while (!verify.after.empty() && --pages > 0);
    return verify.after;
  }
  std::optional<VerifyRecord> recorded() {
    return parse_cluster_report(ask(ClusterStatus{"main"}).body).verified;
  }
};

TEST_F(VerifyRunsTest, ACompleteOneIsRecorded) {
  EXPECT_EQ(recorded(), std::nullopt);
  verify({});
  const auto record = recorded();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->objects, 4U);
  EXPECT_EQ(record->problems, 0U);
  EXPECT_FALSE(record->deep);
  EXPECT_EQ(record->by, caller.name);
  verify({.depth = VerifyFiles::Depth::kContent});
  EXPECT_TRUE(recorded()->deep);
}

TEST_F(VerifyRunsTest, AnInterruptedOneIsRecordedWhenItHasBeenContinued) {
  const std::string next = verify({}, 1);
  EXPECT_EQ(recorded(), std::nullopt);
  verify({.after = next});
  ASSERT_TRUE(recorded());
  EXPECT_EQ(recorded()->objects, 4U);
}

TEST_F(VerifyRunsTest, APartIsNotRecorded) {
  const std::string next = verify({}, 1);
  verify({}, 1);
  verify({.since = Time{}});
  verify({.range = {.timeline = Timeline{1}, .from = {}, .to = {}}});
  EXPECT_EQ(recorded(), std::nullopt);
  // Its first page was requested by another client.
  ask_as_client({Right::kAdmin});
  verify({.after = next});
  EXPECT_EQ(recorded(), std::nullopt);
}

TEST_F(VerifyRunsTest, AVerificationSucceedsEvenIfItsRecordCannotBeWritten) {
  fs::create_directories(archive_folder / "main/verified.json/in-the-way");
  verify({});
}

TEST_F(VerifyRunsTest, ADamagedRecordHidesNoStatus) {
  verify({});
  const fs::path record = archive_folder / "main/verified.json";
  ASSERT_TRUE(fs::exists(record));
  std::ofstream(record.string()) << "{}";
  const ClusterReport report = parse_cluster_report(ask(ClusterStatus{"main"}).body);
  EXPECT_EQ(report.verified, std::nullopt);
  ASSERT_EQ(report.damaged.size(), 1U);
  verify({});
  EXPECT_TRUE(recorded());
}

}  // namespace
}  // namespace walstow
