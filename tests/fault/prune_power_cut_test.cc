// The power goes at every point of a prune, and of a hold that is added.
//
// After each cut, in every mode:
//   what is above the floor  -> exists
//   what is below it         -> exists, or the tombstone that took it does
//   acknowledged             -> all that is below has gone; a hold that was accepted exists
//   going on                 -> completes it
#include <gtest/gtest.h>

#include <string>

#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/retention/archive_clock.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/prune.h"
#include "store/retention/tombstones.h"
#include "tests/fault/power_cut_fixture.h"

namespace walstow {
namespace {

constexpr std::uint64_t kFloor = 3, kEnd = 6;
const EraName kEra{1, 7, 1U << 20};

std::unique_ptr<Backend> backend_on(ForgetfulDisk& disk) {
  return make_directory_backend(disk.mount());
}

std::string key_of(std::uint32_t timeline, std::uint64_t number) {
  return *layout::object_key(
      "main", kEra,
      WalFileName::segment(Timeline{timeline}, SegmentNumber{number}, segment_size_of(kEra)));
}

bool exists(Backend& backend, std::uint32_t timeline, std::uint64_t number) {
  return backend.open_object(key_of(timeline, number)) != nullptr;
}

AddHold hold_at(std::uint64_t number, std::string id) {
  return {.cluster = "main",
          .id = std::move(id),
          .from = LogPosition(start_of(SegmentNumber{number}, segment_size_of(kEra))),
          .to = {},
          .reason = "audit"};
}

class PrunePowerCutTest : public PowerCutSuite {
 protected:
  static void make_archive(ForgetfulDisk& disk) { make_archive_of(disk, {1, 2}); }
  static void make_archive_of(ForgetfulDisk& disk, const std::vector<std::uint32_t>& timelines) {
    initialize_archive(*backend_on(disk));
    const Archive archive(backend_on(disk));
    archive.create_cluster("main");
    ASSERT_EQ(archive.open_era("main", kEra.system_identifier, kEra.segment_size, 1), kEra);
    for (const std::uint32_t timeline : timelines) {
      for (std::uint64_t number = 1; number < kEnd; ++number) {
        const auto staged = archive.backend().stage();
        staged->write(as_bytes("an object"));
        archive.backend().publish(*staged, key_of(timeline, number));
      }
    }
    ASSERT_TRUE(add_hold(archive, hold_at(kFloor, "00000000000a"), "admin1", later()).has_value());
    // Two quiet days, in which a daemon was running.
    for (const int hour : {-48, -24, 0})
      keep_clock(archive, later() + std::chrono::hours(hour));
  }
  static Time later() { return std::chrono::system_clock::now() + std::chrono::hours(48); }

  void prune(ForgetfulDisk& disk, const PrunePolicy& policy = {}) {
    const Archive archive(backend_on(disk));
    auto report = begin_prune(archive, {"main", policy, {}}, "admin1", later()).value();
    acknowledge("begun");
    report = continue_prune(archive, {"main", report.number}, std::chrono::hours(1)).value();
    if (report.state == "done") acknowledge("done");
  }
};
// Segment 2 is kept for a backup of last month.
class KeptRangePowerCutTest : public PrunePowerCutTest {
 protected:
  static PrunePolicy policy() { return {.keep_backups = 1, .keep_days = 0, .keep_monthly = 2}; }
  static void make_archive_with_backups(ForgetfulDisk& disk) {
    make_archive_of(disk, {1});
    const Archive archive(backend_on(disk));
    const auto add = [&archive](std::string id, std::uint64_t start, Time stopped) {
      const SegmentSize size = segment_size_of(kEra);
      const AddBackup backup{.cluster = "main",
                             .id = std::move(id),
                             .start = LogPosition(start_of(SegmentNumber{start}, size)),
                             .stop = start_of(SegmentNumber{start + 1}, size),
                             .timeline = Timeline{1},
                             .stopped = stopped,
                             .label = "nightly"};
      ASSERT_TRUE(add_backup(archive, backup, "admin1", later()).has_value());
    };
    add("00000000000c", 2, later() - std::chrono::hours(24 * 35));
    add("00000000000d", kFloor, later() - std::chrono::hours(1));
  }
  static bool must_stand(std::uint64_t number) { return number >= 2; }
};

INSTANTIATE_TEST_SUITE_P(Temporaries, PrunePowerCutTest, both_styles(), style_name);
INSTANTIATE_TEST_SUITE_P(Temporaries, KeptRangePowerCutTest, both_styles(), style_name);

TEST_P(PrunePowerCutTest, Prune) {
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const Archive archive(backend_on(disk));
    Backend& backend = archive.backend();
    const auto tombstones = list_tombstones(backend, "main", kEra);
    EXPECT_TRUE(!tombstones.empty() || !was_acknowledged("begun"));
    for (const std::uint32_t timeline : {1U, 2U}) {
      for (std::uint64_t number = 1; number < kEnd; ++number) {
        const bool there = exists(backend, timeline, number);
        if (number >= kFloor) {
          EXPECT_TRUE(there) << number;
        }
        if (!there) {
          ASSERT_EQ(tombstones.size(), 1U);
          EXPECT_TRUE(tombstones[0].covers(Timeline{timeline}, SegmentNumber{number}));
          EXPECT_LT(SegmentNumber{number}, tombstones[0].reached);
        }
        EXPECT_FALSE(there && number < kFloor && was_acknowledged("done")) << number;
      }
    }
    if (tombstones.empty()) return;
    const auto done = continue_prune(archive, {"main", 1}, std::chrono::hours(1));
    EXPECT_EQ(done.value().state, "done");
    for (const std::uint32_t timeline : {1U, 2U}) {
      for (std::uint64_t number = 1; number < kEnd; ++number)
        EXPECT_EQ(exists(backend, timeline, number), number >= kFloor) << number;
    }
  };
  run({.setup = make_archive,
       .operation = [this](ForgetfulDisk& disk) { prune(disk); },
       .check = check});
}

// It comes between the two steps of a prune whose floor is above it, or before both.
TEST_P(PrunePowerCutTest, HoldInTheMiddle) {
  const auto operation = [this](ForgetfulDisk& disk) {
    const Archive archive(backend_on(disk));
    const auto hold = add_hold(archive, hold_at(2, "00000000000b"), "admin1", later());
    if (hold.has_value()) acknowledge("held");
    prune(disk);
  };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const Archive archive(backend_on(disk));
    for (const Tombstone& one : list_tombstones(archive.backend(), "main", kEra))
      continue_prune(archive, {"main", one.number}, std::chrono::hours(1));
    if (was_acknowledged("held")) {
      for (std::uint64_t number = 2; number < kEnd; ++number)
        EXPECT_TRUE(exists(archive.backend(), 1, number)) << number;
    }
  };
  run({.setup = make_archive, .operation = operation, .check = check});
}

TEST_P(KeptRangePowerCutTest, Prune) {
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const Archive archive(backend_on(disk));
    Backend& backend = archive.backend();
    const auto tombstones = list_tombstones(backend, "main", kEra);
    EXPECT_TRUE(!tombstones.empty() || !was_acknowledged("begun"));
    for (std::uint64_t number = 1; number < kEnd; ++number) {
      const bool there = exists(backend, 1, number);
      EXPECT_TRUE(there || !must_stand(number)) << number;
      if (!there) {
        ASSERT_EQ(tombstones.size(), 1U);
        EXPECT_TRUE(tombstones[0].covers(Timeline{1}, SegmentNumber{number}));
      }
      EXPECT_FALSE(there && !must_stand(number) && was_acknowledged("done"));
    }
    if (tombstones.empty()) return;
    EXPECT_FALSE(tombstones[0].covers(Timeline{1}, SegmentNumber{2}));
    const auto done = continue_prune(archive, {"main", 1}, std::chrono::hours(1));
    EXPECT_EQ(done.value().state, "done");
    for (std::uint64_t number = 1; number < kEnd; ++number)
      EXPECT_EQ(exists(backend, 1, number), must_stand(number)) << number;
  };
  run({.setup = make_archive_with_backups,
       .operation = [this](ForgetfulDisk& disk) { prune(disk, policy()); },
       .check = check});
}

}  // namespace
}  // namespace walstow
