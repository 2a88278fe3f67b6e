#include "store/retention/archive_clock.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "proto/base/error.h"
#include "store/archive/layout.h"
#include "store/archive/standby_positions.h"
#include "store/backend/memory_backend.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr hours kDay{24};

class ArchiveClockTest : public testing::Test {
 protected:
  ArchiveClock judge(Time now) {
    clock_ = judge_clock(clock_, now, [this](std::optional<Time> since) {
      ++asked_;
      auto times = times_;
      std::erase_if(times, [&](Time time) { return since && time <= *since; });
      return times;
    });
    return *clock_;
  }

  // A daemon is running meanwhile.
  void run(Time from, Time to) {
    for (Time now = from; now < to; now += hours(20))
      judge(now);
    judge(to);
  }

  Time today_ = *parse_iso8601("2026-11-22T20:00:00Z");
  std::optional<ArchiveClock> clock_;  // as it is kept
  std::vector<Time> times_;            // of puts and reports
  int asked_ = 0;
};

TEST_F(ArchiveClockTest, AQuietDayIsTrusted) {
  judge(today_);
  EXPECT_FALSE(judge(today_ + kLongestQuiet).doubt);
  EXPECT_EQ(clock_->seen, today_ + kLongestQuiet);
  EXPECT_EQ(asked_, 1);  // once, when nothing was kept yet
}

TEST_F(ArchiveClockTest, AJumpAheadIsDoubtedForAWeekAndThenBelieved) {
  judge(today_);
  const Time jumped = today_ + 400 * kDay;
  EXPECT_EQ(judge(jumped).doubt, (ArchiveClock::Doubt{.from = today_, .noticed = jumped}));
  EXPECT_EQ(clock_->as_of(jumped), today_);
  EXPECT_NE(clock_->doubt_text("main").find("walstow prune main --before SEGMENT"),
            std::string::npos);
  times_ = {jumped};  // what is put meanwhile proves nothing
  run(jumped, jumped + kDoubt - hours(2));
  EXPECT_EQ(clock_->doubt, (ArchiveClock::Doubt{.from = today_, .noticed = jumped}));
  EXPECT_FALSE(judge(jumped + kDoubt).doubt);
  EXPECT_EQ(clock_->seen, jumped + kDoubt);
  EXPECT_EQ(clock_->doubt_text("main"), "");
}

TEST_F(ArchiveClockTest, AFurtherJumpIsNoWeekThatHasPassed) {
  judge(today_);
  run(today_ + 400 * kDay, today_ + 402 * kDay);
  const Time further = today_ + 800 * kDay;
  EXPECT_EQ(judge(further).doubt,
            (ArchiveClock::Doubt{.from = today_ + 2 * kDay, .noticed = further}));
  // Back to the first wrong time is not right either.
  const Time first = today_ + 403 * kDay;
  EXPECT_EQ(judge(first).doubt, (ArchiveClock::Doubt{.from = today_ + 2 * kDay, .noticed = first}));
  EXPECT_FALSE(judge(today_ + 3 * kDay).doubt);
}

TEST_F(ArchiveClockTest, WithoutADaemonPutsShowThatAWeekHasPassed) {
  judge(today_);
  const Time jumped = today_ + 400 * kDay;
  judge(jumped);
  for (Time put = jumped + hours(5); put < jumped + kDoubt; put += kDay)
    times_.push_back(put);
  EXPECT_FALSE(judge(jumped + kDoubt).doubt);
}

TEST_F(ArchiveClockTest, PutsAndReportsSayWhatTheRecordDoesNot) {
  times_ = {today_ - kDay * 4};
  EXPECT_TRUE(judge(today_).doubt);  // without a record
  clock_.reset();
  times_ = {today_ - minutes(5)};
  EXPECT_FALSE(judge(today_).doubt);
  for (int day = 30; day > 0; day -= 2)  // no daemon, but puts
    times_.push_back(today_ + day * kDay);
  EXPECT_FALSE(judge(today_ + 31 * kDay).doubt);
  clock_.reset();
  times_.clear();  // an archive without anything
  EXPECT_FALSE(judge(today_).doubt);
}

// A put or a standby's question that comes before anybody has looked at the clock.
TEST_F(ArchiveClockTest, WhatAWrongClockHasStampedProvesNothingForIt) {
  judge(today_);
  const Time jumped = today_ + 400 * kDay;
  times_ = {today_ + hours(30), jumped - minutes(2), jumped - minutes(1)};
  EXPECT_EQ(judge(jumped).doubt,
            (ArchiveClock::Doubt{.from = today_ + hours(30), .noticed = jumped}));
}

// Without a daemon, pruned once a week, and nothing is put from Friday evening to Monday.
TEST_F(ArchiveClockTest, AQuietWeekendIsNoJump) {
  judge(today_);
  for (int week = 0; week < 5; ++week) {
    for (int day = 0; day < 5; ++day)
      times_.push_back(today_ + week * 7 * kDay + day * kDay + hours(9));
    EXPECT_FALSE(judge(today_ + (week + 1) * 7 * kDay).doubt) << week;
  }
}

TEST_F(ArchiveClockTest, AClockThatIsSetRightEndsTheDoubt) {
  judge(today_);
  const Time jumped = today_ + 400 * kDay;
  judge(jumped);
  const Time right = today_ + minutes(10);
  EXPECT_FALSE(judge(right).doubt);
  EXPECT_EQ(clock_->seen, right);
  // What the wrong clock has left counts from then on, and so it ages.
  const Time later = right + 31 * kDay;
  for (Time now = right; now <= later; now += hours(20))
    judge(now);
  EXPECT_FALSE(clock_->doubt);
  EXPECT_EQ(clock_->future_times(later)(jumped), right);
  EXPECT_EQ(clock_->future_times(later)(later - kDay), later - kDay);
}

TEST_F(ArchiveClockTest, ADoubtThatWasBelievedCanBeSetBackStill) {
  judge(today_);
  const Time jumped = today_ + 400 * kDay;
  run(jumped, jumped + kDoubt);
  const Time right = today_ + 8 * kDay;
  judge(right);
  EXPECT_EQ(clock_->set_back,
            (ArchiveClock::SetBack{.at = right, .until = jumped + kDoubt + kClockRefresh}));
  EXPECT_EQ(clock_->seen, right);
}

TEST_F(ArchiveClockTest, AClockThatFellBehindIsDoubtedWhenItIsSetRight) {
  judge(today_);
  const Time behind = today_ - 2000 * kDay;
  EXPECT_FALSE(judge(behind).doubt);
  // Whoever reported meanwhile seems to have been silent since.
  times_ = {today_ - minutes(1)};
  EXPECT_TRUE(judge(today_ + minutes(1)).doubt);
  // As long as it is behind, what is of the future is new.
  EXPECT_EQ(clock_->future_times(behind)(today_), behind);
}

TEST_F(ArchiveClockTest, SmallStepsBackMeanNothing) {
  judge(today_);
  EXPECT_FALSE(judge(today_ - hours(2)).set_back);
  EXPECT_EQ(clock_->seen, today_);
  const FutureTimes times = clock_->future_times(today_ - hours(2));
  EXPECT_EQ(times(today_), today_);
}

TEST_F(ArchiveClockTest, WhenTheWrongTimesArePastNothingIsOfTheFuture) {
  judge(today_);
  judge(today_ + 3 * kDay + hours(1));
  judge(today_ + hours(1));
  ASSERT_TRUE(clock_->set_back);
  for (Time now = today_ + hours(1); now < today_ + 10 * kDay; now += hours(12))
    judge(now);
  EXPECT_FALSE(clock_->set_back);
  EXPECT_FALSE(clock_->doubt);
}

class KeptClockTest : public testing::Test {
 protected:
  KeptClockTest() : archive_(new_backend()) {
    archive_.create_cluster("main");
    archive_.open_era("main", 7, 1U << 20, 1);
  }
  static std::unique_ptr<Backend> new_backend() {
    auto backend = make_memory_backend();
    initialize_archive(*backend);
    return backend;
  }
  std::string record() {
    return archive_.backend().read_record(std::string(layout::kClockRecord)).value_or("");
  }

  Archive archive_;
  Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(KeptClockTest, DoubtIsDurableAndLookingWritesNothing) {
  look_at_clock(archive_, read_clock(archive_), now_);
  EXPECT_EQ(record(), "");
  keep_clock(archive_, now_);
  EXPECT_EQ(read_clock(archive_)->seen, now_);
  const std::string before = record();
  keep_clock(archive_, now_ + minutes(59));
  EXPECT_EQ(record(), before);
  keep_clock(archive_, now_ + minutes(60));
  EXPECT_NE(record(), before);
  const ArchiveClock doubted = keep_clock(archive_, now_ + 400 * kDay);
  EXPECT_TRUE(doubted.doubt);
  EXPECT_EQ(read_clock(archive_), doubted);
  EXPECT_EQ(keep_clock(archive_, now_ + 401 * kDay).doubt, doubted.doubt);
  EXPECT_EQ(keep_clock(archive_, now_ + minutes(90)).set_back->at, now_ + minutes(90));
  EXPECT_EQ(read_clock(archive_)->set_back->at, now_ + minutes(90));
}

// It may have members that this release does not know, or another order of them.
TEST_F(KeptClockTest, ARecordOfALaterMinorFormatIsGoneOnWith) {
  const std::string later = R"({"seen":")" + to_iso8601(now_) + R"(","more":1,"format":"1.9"})";
  archive_.backend().create_record(std::string(layout::kClockRecord), later);
  keep_clock(archive_, now_ + hours(2));
  EXPECT_EQ(read_clock(archive_)->seen, now_ + hours(2));
}

// An archive of an earlier release has no such record.
TEST_F(KeptClockTest, WithoutARecordTheNewestReportDecides) {
  EXPECT_TRUE(look_at_clock(archive_, read_clock(archive_), now_ + 10 * kDay)
                  .doubt);  // the era was opened just now
  update_position(archive_.backend(), "main", "standby1",
                  {.instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "db2"},
                   .system_identifier = 7,
                   .handed = WalFileName::parse("000000010000000000000005")},
                  now_ + 10 * kDay - minutes(1));
  EXPECT_FALSE(look_at_clock(archive_, read_clock(archive_), now_ + 10 * kDay).doubt);
}

TEST_F(KeptClockTest, ARecordOfALaterFormatIsRefusedAndADamagedOneNamed) {
  Backend& backend = archive_.backend();
  backend.create_record(std::string(layout::kClockRecord), R"({"format":"2.0"})");
  EXPECT_EQ(kind_thrown([&] { keep_clock(archive_, now_); }), ErrorKind::kUsage);
  backend.remove_record(std::string(layout::kClockRecord));
  backend.create_record(std::string(layout::kClockRecord), R"({"format":"1.0","seen":5})");
  EXPECT_EQ(kind_thrown([&] { keep_clock(archive_, now_); }), ErrorKind::kDamaged);
}

// Counting on from such times would leave what a Time can hold.
TEST_F(KeptClockTest, DoubtThatBeganAfterTheNewestTimeIsDamage) {
  constexpr std::string_view kKey = layout::kClockRecord;
  for (const auto& [from, noticed] : {std::pair{"2261-12-31T23:59:59Z", "1970-01-01T00:00:00Z"},
                                      std::pair{"2026-11-01T00:00:00Z", "2026-11-22T19:40:01Z"}}) {
    archive_.backend().remove_record(std::string(kKey));
    archive_.backend().create_record(
        std::string(kKey),
        fmt::format(
            R"({{"format":"1.0","seen":"2026-11-22T19:40:00Z","doubt":{{"from":"{}","noticed":"{}"}}}})",
            from, noticed));
    EXPECT_EQ(kind_thrown([&] { read_clock(archive_); }), ErrorKind::kDamaged) << from;
  }
}

}  // namespace
}  // namespace walstow
