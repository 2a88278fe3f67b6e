#include "store/inventory/break_marks.h"

#include <fstream>

#include "proto/base/filesystem.h"
#include "proto/wire/report.h"
#include "store/archive/layout.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kBroken = "000000010000000000000003";

class BreakMarksTest : public ServiceTest {
 protected:
  BreakMarksTest() {
    broken_[1000] ^= 0x01;
    EXPECT_EQ(put(kBroken, broken_).status, 201);
  }
  ClusterReport status() { return parse_cluster_report(ask(ClusterStatus{"main"}).body); }
  fs::path mark() const {
    const std::string digest = layout::digest12(digest_of(broken_));
    return archive_folder / "main" / kEra / "broken" / (kBroken + "." + digest + ".json");
  }
  void forget() {
    const auto archive = open_archive_folder(archive_folder.string());
    forget_breaks(archive->backend(), "main", archive->eras("main").back());
  }

  std::string broken_ = WalWriter(kBroken).fill().content();
};

TEST_F(BreakMarksTest, ADamagedOneIsNamedAndStopsNothing) {
  ASSERT_EQ(status().eras.at(0).breaks.size(), 1U);
  EXPECT_TRUE(status().damaged.empty());
  fs::permissions(mark(), fs::perms::owner_all);
  std::ofstream(mark()) << "{";
  const ClusterReport report = status();
  EXPECT_TRUE(report.eras.at(0).breaks.empty());
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find(mark().filename().string()), std::string::npos);
  EXPECT_EQ(ask(PlanPrune{"main", {}}).status, 200);
}

TEST_F(BreakMarksTest, TheyGoWithTheirContent) {
  forget();
  EXPECT_TRUE(fs::exists(mark())) << "it stands";
  fs::remove(object_path(kBroken));
  ASSERT_EQ(put(kBroken, WalWriter(kBroken).fill().content()).status, 201);
  forget();
  EXPECT_FALSE(fs::exists(mark())) << "another one stands";
}

// In either order: the segment that comes later shows it.
TEST_F(BreakMarksTest, SegmentsThatDoNotJoinAreToldOf) {
  for (const std::string at : {"7", "A"}) {
    const std::string first = "00000001000000000000000" + at;
    const std::string second = "00000001000000000000000" + std::string(at == "7" ? "8" : "B");
    const WalWriter before = WalWriter(first).records(5000, 200).record(300000);
    std::string behind = WalWriter(second).go_on(before).fill().content();
    behind[100] ^= 0x01;
    const auto put_warns = [&](const std::string& name) {
      const auto reply = put(name, name == first ? before.content() : behind);
      return parse_put_report(reply.body).warning.find("does not end in " + second) !=
             std::string::npos;
    };
    const bool in_order = at == "7";
    EXPECT_FALSE(put_warns(in_order ? first : second));
    EXPECT_TRUE(put_warns(in_order ? second : first));
    const BreakReport told = status().eras.at(0).breaks.at(0);
    EXPECT_EQ(told.file, in_order ? second : first);
    EXPECT_EQ(told.at.substr(0, 4), "0/" + at + "F") << told.at;
  }
}

// "walstow conflict accept" may give it the name.
TEST_F(BreakMarksTest, ThoseOfAConflictStay) {
  fs::remove(object_path(kBroken));
  ASSERT_EQ(put(kBroken, WalWriter(kBroken).fill().content()).status, 201);
  ASSERT_EQ(put(kBroken, broken_).status, 409);
  forget();
  EXPECT_TRUE(fs::exists(mark()));
}

}  // namespace
}  // namespace walstow
