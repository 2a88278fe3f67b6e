#include "store/archive/standby_positions.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <limits>

#include "store/archive/layout.h"
#include "store/backend/memory_backend.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

const std::string kInstance(32, 'a');

class PositionsTest : public testing::Test {
 protected:
  // What one request tells, with the next sequence.
  PositionChange change() {
    return {.instance = {.id = kInstance, .sequence = ++sequence_, .host = "db2"},
            .system_identifier = 7};
  }
  PositionChange handed(std::string_view segment) {
    PositionChange made = change();
    made.handed = WalFileName::parse(segment);
    return made;
  }
  PositionChange restartpoint(std::string_view segment) {
    PositionChange made = change();
    made.restartpoint = WalFileName::parse(segment);
    return made;
  }
  // A question whose answer was "not there", after `segment` had been handed over.
  PositionChange waiting(std::string_view segment) {
    PositionChange made = change();
    made.instance.last_handed = WalFileName::parse(segment);
    made.waits = true;
    return made;
  }
  void tell(const PositionChange& told) {
    update_position(*backend_, "main", "standby1", told, now_);
  }
  PositionReport only() {
    const auto reports = list_positions(*backend_, "main");
    EXPECT_EQ(reports.size(), 1U);
    return reports.at(0);
  }

  std::optional<std::string> record() {
    return backend_->read_record(layout::standby_record("main", "standby1", kInstance));
  }

  std::unique_ptr<Backend> backend_ = make_memory_backend();
  Time now_ = *parse_iso8601("2026-11-22T20:00:00Z");
  std::uint64_t sequence_ = 0;
};

TEST_F(PositionsTest, LowestFileHandedOverIsKept) {
  tell(handed("000000010000000000000005"));
  tell(handed("000000010000000000000006"));
  tell(handed("000000020000000000000004"));
  EXPECT_EQ(only().lowest_handed, "000000020000000000000004");
  EXPECT_EQ(only().restartpoint, "");
}

TEST_F(PositionsTest, RestartpointIsAcceptedBackwardsToo) {
  tell(restartpoint("000000010000000000000005"));
  tell(restartpoint("000000010000000000000003"));
  EXPECT_EQ(only().restartpoint, "000000010000000000000003");
}

TEST_F(PositionsTest, OlderSequenceIsIgnored) {
  const PositionChange old = restartpoint("000000010000000000000003");
  tell(restartpoint("000000010000000000000005"));
  tell(old);
  EXPECT_EQ(only().restartpoint, "000000010000000000000005");
}

TEST_F(PositionsTest, SequenceThatCannotBeHidesNothing) {
  sequence_ = std::numeric_limits<std::uint64_t>::max() - 1;
  tell(restartpoint("0000000100000000000000FF"));
  const auto micros = [this] {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch()).count());
  };
  now_ += std::chrono::seconds(1);
  sequence_ = micros();
  tell(restartpoint("000000010000000000000003"));
  EXPECT_EQ(only().restartpoint, "000000010000000000000003");
  // Ten minutes are no difference between two clocks that are set.
  sequence_ = micros() + 600'000'000;
  tell(restartpoint("0000000100000000000000FF"));
  now_ += std::chrono::seconds(1);
  sequence_ = micros();
  tell(restartpoint("000000010000000000000003"));
  EXPECT_EQ(only().restartpoint, "000000010000000000000003");
  // One of a clock that is a little ahead is older than what came before, as ever.
  sequence_ = micros() + 60'000'000;
  tell(restartpoint("000000010000000000000004"));
  sequence_ = micros();
  tell(restartpoint("000000010000000000000003"));
  EXPECT_EQ(only().restartpoint, "000000010000000000000004");
}

TEST_F(PositionsTest, SequenceThatARecordOfBeforeHasKept) {
  tell(restartpoint("0000000100000000000000FF"));
  const std::string key = layout::standby_record("main", "standby1", kInstance);
  backend_->update_record(key, [](const std::optional<std::string>& content) {
    std::string text = *content;
    const std::string sound = R"("sequence":"1")";
    text.replace(text.find(sound), sound.size(), R"("sequence":"18446744073709551615")");
    return std::optional(text);
  });
  tell(restartpoint("000000010000000000000003"));
  EXPECT_EQ(only().restartpoint, "000000010000000000000003");
}

TEST_F(PositionsTest, ProgressAloneIsWrittenOnceAMinute) {
  tell(handed("000000010000000000000005"));
  tell(handed("000000010000000000000006"));
  EXPECT_EQ(only().last_handed, "000000010000000000000005");
  now_ += kPositionRefresh;
  tell(handed("000000010000000000000007"));
  EXPECT_EQ(only().last_handed, "000000010000000000000007");
}

TEST_F(PositionsTest, ProgressIsWrittenWithEachRestartpoint) {
  tell(handed("000000010000000000000005"));
  tell(handed("000000010000000000000006"));
  now_ += kPositionRefresh / 2;
  PositionChange told = restartpoint("000000010000000000000003");
  told.instance.last_handed = WalFileName::parse("000000010000000000000006");
  tell(told);
  EXPECT_EQ(only().last_handed, "000000010000000000000006");
}

TEST_F(PositionsTest, FirstFileHandedOverIsWrittenAtOnce) {
  tell(restartpoint("000000010000000000000005"));
  tell(handed("000000010000000000000006"));
  EXPECT_EQ(only().last_handed, "000000010000000000000006");
}

TEST_F(PositionsTest, ChangeOfTimelineIsWrittenAtOnce) {
  tell(handed("000000010000000000000005"));
  tell(handed("000000020000000000000006"));
  EXPECT_EQ(only().last_handed, "000000020000000000000006");
}

TEST_F(PositionsTest, LastFileIsWrittenWhenTheStandbyHasToWait) {
  tell(handed("000000010000000000000005"));
  tell(handed("000000010000000000000006"));
  tell(waiting("000000010000000000000006"));
  EXPECT_EQ(only().last_handed, "000000010000000000000006");
}

TEST_F(PositionsTest, StandbyThatWaitsIsWrittenOnceAMinute) {
  tell(handed("000000010000000000000005"));
  const auto before = record();
  now_ += kPositionRefresh / 2;
  tell(waiting("000000010000000000000005"));
  EXPECT_EQ(record(), before);
  now_ += kPositionRefresh / 2;
  tell(waiting("000000010000000000000005"));
  EXPECT_EQ(only().seen, now_);
}

TEST_F(PositionsTest, WhatWasNotHandedOverBeforeIsNotNeeded) {
  tell(waiting("000000010000000000000005"));
  EXPECT_TRUE(list_positions(*backend_, "main").empty());
  tell(handed("000000010000000000000007"));
  tell(waiting("000000010000000000000005"));  // of an earlier life of the data directory, say
  EXPECT_EQ(only().lowest_handed, "000000010000000000000007");
}

TEST_F(PositionsTest, ClockThatWasSetBackHidesNothing) {
  tell(handed("000000010000000000000005"));
  now_ -= std::chrono::hours(24);
  tell(handed("000000010000000000000006"));
  EXPECT_EQ(only().last_handed, "000000010000000000000006");
}

TEST_F(PositionsTest, InstanceThatArchivesAsAPrimaryIsRetiredUntilItAsksAgain) {
  PositionChange first = restartpoint("000000010000000000000005");
  first.instance.standby = "berlin";
  tell(first);
  PositionChange primary = change();
  primary.archives_as_primary = true;
  tell(primary);
  EXPECT_TRUE(only().retired);
  EXPECT_EQ(only().standby, "berlin");
  PositionChange standby = handed("000000020000000000000009");
  standby.instance.last_handed = WalFileName::parse("000000010000000000000005");
  tell(standby);
  EXPECT_FALSE(only().retired);
  EXPECT_EQ(only().restartpoint, "");
  EXPECT_EQ(only().lowest_handed, "000000020000000000000009");
}

TEST_F(PositionsTest, PrimaryThatNeverWasAStandbyHasNoPosition) {
  PositionChange primary = change();
  primary.archives_as_primary = true;
  tell(primary);
  EXPECT_TRUE(list_positions(*backend_, "main").empty());
}

TEST_F(PositionsTest, DataDirectoryOfAnotherSystemStartsAgain) {
  tell(restartpoint("000000010000000000000005"));
  PositionChange other = handed("000000010000000000000009");
  other.system_identifier = 8;
  tell(other);
  EXPECT_EQ(only().restartpoint, "");
  EXPECT_EQ(only().lowest_handed, "000000010000000000000009");
}

TEST_F(PositionsTest, WhoeverIsHandedWhatIsBeforeItsRestartpointHasGoneBack) {
  tell(restartpoint("000000010000000000000009"));
  tell(handed("00000001000000000000000A"));
  EXPECT_EQ(only().restartpoint, "000000010000000000000009");
  tell(handed("000000010000000000000004"));  // restored from an older copy
  EXPECT_EQ(only().restartpoint, "");
  EXPECT_EQ(only().lowest_handed, "000000010000000000000004");
}

TEST_F(PositionsTest, GoingBackIsToldAlsoByWhatCameOutOfASpool) {
  tell(restartpoint("000000010000000000000009"));
  PositionChange waits = change();
  waits.instance.last_handed = WalFileName::parse("000000010000000000000003");
  tell(waits);
  EXPECT_EQ(only().restartpoint, "");
  EXPECT_EQ(only().lowest_handed, "000000010000000000000003");
}

TEST_F(PositionsTest, TwoDataDirectoriesWithOneIdentityAreBothReported) {
  tell(restartpoint("000000010000000000000009"));
  tell(handed("000000010000000000000004"));
  now_ += kPositionRefresh / 2;
  PositionChange of_clone = restartpoint("00000001000000000000000A");
  of_clone.instance.last_handed = WalFileName::parse("00000001000000000000000B");
  tell(of_clone);
  EXPECT_EQ(only().lowest_handed, "000000010000000000000004");
  ASSERT_EQ(only().others.size(), 1U);
  EXPECT_EQ(only().others[0].restartpoint, "00000001000000000000000A");
  EXPECT_EQ(only().others[0].seen, now_);
  // What tells them apart is not left for later.
  PositionChange of_original = handed("000000010000000000000005");
  of_original.instance.last_handed = WalFileName::parse("000000010000000000000004");
  tell(of_original);
  EXPECT_EQ(only().last_handed, "000000010000000000000005");
}

// As the releases wrote it that knew of one data directory only.
// An instance is what the client says it is.
TEST_F(PositionsTest, TheInstancesOfAClientAreBounded) {
  const auto tell_as = [this](std::size_t which, std::string_view client) {
    PositionChange made = restartpoint("000000010000000000000005");
    made.instance.id = fmt::format("{:032x}", which);
    return kind_thrown([&] { update_position(*backend_, "main", client, made, now_); });
  };
  const auto known = [this] { return list_positions(*backend_, "main").size(); };
  for (std::size_t i = 0; i < kMostInstances; ++i) {
    ASSERT_EQ(tell_as(i, "many"), std::nullopt);
    now_ += std::chrono::minutes(1);
  }
  EXPECT_EQ(tell_as(1000, "many"), ErrorKind::kRefused);
  EXPECT_EQ(tell_as(0, "many"), std::nullopt) << "one that is known";
  EXPECT_EQ(tell_as(1000, "other"), std::nullopt) << "of another client";
  EXPECT_EQ(known(), kMostInstances + 1);
  // The first one has just reported, so the second is the one that was silent for longest.
  now_ += kSilentInstance;
  EXPECT_EQ(tell_as(1000, "many"), std::nullopt);
  EXPECT_EQ(known(), kMostInstances + 1);
  for (const PositionReport& report : list_positions(*backend_, "main"))
    EXPECT_NE(report.instance, fmt::format("{:032x}", 1));
}

TEST_F(PositionsTest, RecordOfAnEarlierReleaseIsRead) {
  backend_->create_record(
      layout::standby_record("main", "standby1", kInstance),
      R"({"format":"1.0","client":"standby1","instance":")" + kInstance +
          R"(","sequence":"5","standby":"s","host":"db2","system_identifier":"7",)"
          R"("restartpoint":"000000010000000000000009","lowest_handed":"",)"
          R"("last_handed":"00000001000000000000000A","seen":"2026-11-22T19:00:00Z",)"
          R"("retired":false})");
  EXPECT_EQ(only().restartpoint, "000000010000000000000009");
  sequence_ = 5;
  PositionChange change = restartpoint("00000001000000000000000B");
  change.instance.boot = std::string(32, 'b');
  tell(change);
  EXPECT_EQ(only().restartpoint, "00000001000000000000000B");
  EXPECT_TRUE(only().others.empty());
}

TEST_F(PositionsTest, RecordOfALaterFormatIsRefused) {
  backend_->create_record(layout::standby_record("main", "standby1", kInstance),
                          R"({"format":"2.0"})");
  EXPECT_EQ(kind_thrown([&] { tell(handed("000000010000000000000005")); }), ErrorKind::kUsage);
}

TEST_F(PositionsTest, DamagedRecordIsNamed) {
  backend_->create_record(layout::standby_record("main", "standby1", kInstance), "{}");
  EXPECT_THROW(tell(handed("000000010000000000000005")), Error);
}

TEST_F(PositionsTest, WhatIsNoSegmentIsDamage) {
  tell(handed("000000010000000000000005"));
  const std::string whole = *record();
  const std::string key = layout::standby_record("main", "standby1", kInstance);
  for (const std::string_view name : {"0000", "00000002.history", "00000001000000000000000g"}) {
    std::string damaged = whole;
    const std::string sound = R"("lowest_handed":"000000010000000000000005")";
    ASSERT_NE(damaged.find(sound), std::string::npos);
    damaged.replace(damaged.find(sound), sound.size(),
                    R"("lowest_handed":")" + std::string(name) + '"');
    backend_->update_record(key, [&](const auto&) { return damaged; });
    EXPECT_EQ(kind_thrown([&] { tell(handed("000000010000000000000006")); }), ErrorKind::kDamaged)
        << name;
    DamagedRecords found;
    EXPECT_TRUE(list_positions(*backend_, "main", &found).empty());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].find(backend_->describe()), std::string::npos) << found[0];
  }
}

}  // namespace
}  // namespace walstow
