#include "restorer/standby/position_report.h"

#include <gtest/gtest.h>

#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

class PositionReportTest : public testing::Test {
 protected:
  PositionReportTest() {
    store_.on_ask = [this](const Command& command) {
      if (fails_) throw Error(ErrorKind::kUnavailable, "no answer");
      told_.push_back(std::get<GetFile>(command));
      return std::string();
    };
  }
  PositionReporter reporter(Duration every) {
    return {{.cluster = "main", .system_identifier = 5, .standby = "two", .every = every},
            spool_,
            store_};
  }

  FakeStore store_;
  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
  Spool spool_{*files_, {.store = "/mnt/archive", .cluster = "main", .system_identifier = 5}};
  Instance instance_ = spool_.instance("two").value();
  WalFileName segment_ = fixture::name_of(fixture::kSegment);
  std::vector<GetFile> told_;
  bool fails_ = false;
};

TEST_F(PositionReportTest, TellsWhatWasHandedOverWithoutAskingForIt) {
  spool_.note_handed(instance_, segment_);
  spool_.keep_restartpoint(instance_, segment_);
  reporter(Duration(0)).report_if_due();
  ASSERT_EQ(told_.size(), 1);
  EXPECT_TRUE(told_[0].head_only);
  EXPECT_EQ(told_[0].instance->last_handed, segment_);
  EXPECT_EQ(told_[0].instance->standby, "two");
  EXPECT_EQ(told_[0].restartpoint, segment_);
  EXPECT_FALSE(spool_.pending_restartpoint(instance_));
}

TEST_F(PositionReportTest, TellsNothingBeforeItIsTime) {
  spool_.note_handed(instance_, segment_);
  reporter(Duration(3'600'000)).report_if_due();
  EXPECT_TRUE(told_.empty());
}

TEST_F(PositionReportTest, TellsNothingBeforeASegmentWasHandedOver) {
  reporter(Duration(0)).report_if_due();
  EXPECT_TRUE(told_.empty());
}

TEST_F(PositionReportTest, ARestartpointThatCouldNotBeToldStays) {
  spool_.note_handed(instance_, segment_);
  spool_.keep_restartpoint(instance_, segment_);
  fails_ = true;
  reporter(Duration(0)).report_if_due();
  EXPECT_EQ(spool_.pending_restartpoint(instance_), segment_);
}

}  // namespace
}  // namespace walstow
