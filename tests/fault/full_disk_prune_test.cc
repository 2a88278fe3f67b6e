// A disk on which nothing more can be written is pruned all the same: each call that a prune makes
// of the file system meets "No space left on device" once, before its effect and after it. What is
// held in reserve gives way, and the prune comes to its end; nothing above the floor has gone, and
// the reserve is held again.
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/error.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/backend/key_rules.h"
#include "store/retention/archive_clock.h"
#include "store/retention/holds_and_backups.h"
#include "store/retention/prune.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

constexpr std::uint64_t kFloor = 4, kEnd = 8;
constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;
const EraName kEra{1, 7, 1U << 20};

Time later() {
  return std::chrono::system_clock::now() + std::chrono::hours(48);
}

std::string key_of(std::uint64_t number) {
  return *layout::object_key(
      "main", kEra,
      WalFileName::segment(Timeline{1}, SegmentNumber{number}, segment_size_of(kEra)));
}

class FullDiskPruneTest : public testing::Test {
 protected:
  // Free is nothing as long as the reserve exists, and then what it had.
  std::unique_ptr<Backend> backend_on(ForgetfulDisk& disk,
                                      const std::shared_ptr<FaultPlan>& plan = nullptr) {
    auto files = disk.mount();
    if (plan) files = with_faults(std::move(files), plan);
    return make_directory_backend(std::move(files), [this] {
      return std::optional(FileSystemSpace{.size = size_, .available = free_});
    });
  }
  void make_archive(ForgetfulDisk& disk) {
    free_ = 100 * kMegabyte;
    const auto made = backend_on(disk);
    initialize_archive(*made);
    made->hold_reserve();  // as initialize_archive_folder() does
    const Archive archive(backend_on(disk));
    archive.create_cluster("main");
    ASSERT_EQ(archive.open_era("main", kEra.system_identifier, kEra.segment_size, 1), kEra);
    for (std::uint64_t number = 1; number < kEnd; ++number) {
      const auto staged = archive.backend().stage();
      staged->write(as_bytes("an object"));
      archive.backend().publish(*staged, key_of(number));
    }
    const AddHold hold{.cluster = "main",
                       .id = "00000000000a",
                       .from = LogPosition(start_of(SegmentNumber{kFloor}, segment_size_of(kEra))),
                       .to = {},
                       .reason = "audit"};
    ASSERT_TRUE(add_hold(archive, hold, "admin1", later()).has_value());
    for (const int hour : {-48, -24, 0})
      keep_clock(archive, later() + std::chrono::hours(hour));
    ASSERT_TRUE(has_reserve(disk));
  }
  static bool has_reserve(ForgetfulDisk& disk) {
    return disk.mount()->status(std::string(kReserveFile)).has_value();
  }

  // As an administrator does: a prune that is under way already is completed.
  static PruneReport prune(const Archive& archive) {
    const auto begun = begin_prune(archive, {"main", {}, {}}, "admin1", later());
    std::uint32_t number = begun ? begun.value().number : 0;
    if (!begun) number = unfinished_prune(archive, "main", kEra);
    PruneReport report{.number = number, .state = "intent"};
    while (report.number != 0 && report.state == "intent")
      report = continue_prune(archive, {"main", number}, std::chrono::hours(1)).value();
    return report;
  }

  std::uint64_t size_ = kMegabyte, free_ = 0;
};

TEST_F(FullDiskPruneTest, EachCallMeetsTheFullDisk) {
  std::size_t calls = 0;
  for (const FaultMoment moment : {FaultMoment::kBefore, FaultMoment::kAfter}) {
    for (std::size_t call = 1;; ++call) {
      ForgetfulDisk disk;
      make_archive(disk);
      const auto plan = std::make_shared<FaultPlan>();
      const Archive archive(backend_on(disk, plan));
      free_ = 0;
      plan->fail_call(call, ENOSPC, moment);
      SCOPED_TRACE(call);
      PruneReport report;
      try {
        report = prune(archive);
      } catch (const Error& error) {
        // Only an fsync of a folder, whose process must end; the next one goes on.
        ASSERT_EQ(error.kind(), ErrorKind::kFatal) << error.what() << plan->journal().back();
        report = prune(Archive(backend_on(disk)));
      }
      EXPECT_TRUE(report.state == "done" || report.number == 0) << report.state;
      const auto backend = backend_on(disk);
      for (std::uint64_t number = 1; number < kEnd; ++number)
        EXPECT_EQ(backend->open_object(key_of(number)) != nullptr, number >= kFloor) << number;
      if (plan->failures() == 0) {
        calls = call - 1;
        break;
      }
      plan->stop_failing();
      free_ = 100 * kMegabyte;
      backend->hold_reserve();
      EXPECT_TRUE(has_reserve(disk));
    }
  }
  EXPECT_GT(calls, 20U);
}

TEST_F(FullDiskPruneTest, TheEndOfAPruneHoldsTheReserveAgain) {
  ForgetfulDisk disk;
  make_archive(disk);
  const Archive archive(backend_on(disk));
  free_ = 0;
  EXPECT_TRUE(archive.backend().give_up_reserve());
  EXPECT_FALSE(archive.backend().give_up_reserve()) << "there is none any more";
  EXPECT_FALSE(has_reserve(disk));
  free_ = 100 * kMegabyte;
  EXPECT_EQ(prune(archive).state, "done");
  EXPECT_TRUE(has_reserve(disk));
  EXPECT_FALSE(archive.backend().give_up_reserve()) << "there is room";
}

TEST_F(FullDiskPruneTest, NothingIsPutIntoTheLastSpace) {
  size_ = 1024 * kMegabyte;
  ForgetfulDisk disk;
  make_archive(disk);
  const auto backend = backend_on(disk);
  free_ = 4 * kMegabyte;
  EXPECT_NO_THROW(backend->check_room());
  free_ = 4 * kMegabyte - 1;
  try {
    backend->check_room();
    FAIL() << "it was put";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kStorage);
    EXPECT_NE(std::string(error.what()).find("No space left on device"), std::string::npos);
  }
  // Where no reserve is held, there must be room for one behind the put.
  ASSERT_TRUE(backend->give_up_reserve());
  free_ = 8 * kMegabyte - 1;
  EXPECT_EQ(kind_thrown([&] { backend->check_room(); }), ErrorKind::kStorage);
  free_ = 8 * kMegabyte;
  EXPECT_NO_THROW(backend->check_room());
  // Of a small file system it is a part.
  const auto small = make_directory_backend(disk.mount(), [] {
    return std::optional(FileSystemSpace{.size = 8 * kMegabyte, .available = kMegabyte});
  });
  EXPECT_NO_THROW(small->check_room());
}

}  // namespace
}  // namespace walstow
