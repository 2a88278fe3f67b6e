// The power cut loop finds the mistakes it is there to find, and does not find any where there are
// none.
#include "tests/support/crash_points.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace walstow {
namespace {

using Publish = std::function<void(FileSystem&)>;

// How often a file was not as promised: absent before the acknowledgement or whole, and whole
// after.
struct Outcome {
  std::size_t points = 0;
  std::size_t not_whole = 0;
  std::size_t lost = 0;  // though acknowledged
};

Outcome try_out(const Publish& publish, TemporaryStyle temporaries = TemporaryStyle::kAutomatic) {
  Outcome outcome;
  bool acknowledged = false;
  outcome.points = for_each_crash_point({
      .setup = [&](ForgetfulDisk&) { acknowledged = false; },
      .operation =
          [&](ForgetfulDisk& disk) {
            publish(*disk.mount());
            acknowledged = true;
          },
      .check =
          [&](ForgetfulDisk& disk, const CrashPoint&) {
            const auto found = read_small_file(*disk.mount(), "f/file", 100);
            if (found && found != "content") ++outcome.not_whole;
            if (acknowledged && !found) ++outcome.lost;
          },
      .temporaries = temporaries,
  });
  return outcome;
}

TEST(CrashPointLoop, FindsNothingWrongWithADurablePublish) {
  for (const TemporaryStyle style : {TemporaryStyle::kAutomatic, TemporaryStyle::kNamed}) {
    const Outcome outcome = try_out(
        [](FileSystem& files) {
          make_folders_durably(files, "f");
          create_durably(files, "f/file", "content");
        },
        style);
    EXPECT_EQ(outcome.points, style == TemporaryStyle::kNamed ? 9U : 8U);
    EXPECT_EQ(outcome.not_whole, 0U);
    EXPECT_EQ(outcome.lost, 0U);
  }
}

TEST(CrashPointLoop, FindsAMissingFileSync) {
  const Outcome outcome = try_out([](FileSystem& files) {
    make_folders_durably(files, "f");
    const auto file = files.create_temporary();
    file->write_at(0, as_bytes("content"));
    files.link_temporary(*file, "f/file");
    files.sync_folder("f");
  });
  EXPECT_GT(outcome.not_whole, 0U);
}

TEST(CrashPointLoop, FindsAMissingFolderSync) {
  const Outcome outcome = try_out([](FileSystem& files) {
    make_folders_durably(files, "f");
    const auto file = files.create_temporary();
    file->write_at(0, as_bytes("content"));
    file->sync();
    files.link_temporary(*file, "f/file");
  });
  EXPECT_EQ(outcome.not_whole, 0U);
  EXPECT_GT(outcome.lost, 0U);
}

TEST(CrashPointLoop, FindsAMissingSyncOfTheFolderAboveANewOne) {
  const Outcome outcome = try_out([](FileSystem& files) {
    files.make_folder("f");
    create_durably(files, "f/file", "content");
  });
  EXPECT_EQ(outcome.not_whole, 0U);
  EXPECT_GT(outcome.lost, 0U);
}

// Two processes publish the same file: one links it, the other finds it existing, is content with
// that and acknowledges, and the power goes before the first one's sync_folder.
std::size_t losses_of_the_other(const std::function<void(FileSystem&)>& found_standing) {
  std::size_t losses = 0;
  bool acknowledged = false;
  for_each_crash_point({
      .setup = [&](ForgetfulDisk&) { acknowledged = false; },
      .operation = [](ForgetfulDisk& disk) { create_durably(*disk.mount(), "file", "content"); },
      .check =
          [&](ForgetfulDisk& disk, const CrashPoint&) {
            if (acknowledged && !disk.mount()->status("file")) ++losses;
          },
      .meanwhile =
          [&](ForgetfulDisk& disk) {
            const auto files = disk.mount();
            if (create_durably(*files, "file", "content") == LinkResult::kExists) {
              found_standing(*files);
            }
            acknowledged = true;
          },
  });
  return losses;
}

TEST(CrashPointLoop, FindsAnAcknowledgementOfWhatAnotherOneHasNotSyncedYet) {
  EXPECT_GT(losses_of_the_other([](FileSystem&) {}), 0U);
  EXPECT_EQ(losses_of_the_other([](FileSystem& files) { files.sync_folder("."); }), 0U);
}

TEST(CrashPointLoop, VisitsEveryPointInEveryModeAndTheCompletedOperationToo) {
  std::multiset<std::string> visited;
  const std::size_t points = for_each_crash_point({
      .setup = [](ForgetfulDisk& disk) { disk.mount()->make_folder("a"); },
      .operation = [](ForgetfulDisk& disk) { disk.mount()->sync_folder("a"); },
      .check = [&](ForgetfulDisk&, const CrashPoint& point) { visited.insert(to_string(point)); },
      .random_seeds = 1,
  });
  EXPECT_EQ(points, 1U);
  const std::multiset<std::string> expected = {
      "completed, everything",
      "completed, everything",
      "completed, only durable",
      "completed, only durable",
      "completed, random 1",
      "completed, random 1",
      "crash point 1 (sync_folder a), after, everything",
      "crash point 1 (sync_folder a), after, only durable",
      "crash point 1 (sync_folder a), after, random 1",
      "crash point 1 (sync_folder a), before, everything",
      "crash point 1 (sync_folder a), before, only durable",
      "crash point 1 (sync_folder a), before, random 1",
  };
  EXPECT_EQ(visited, expected);
}

}  // namespace
}  // namespace walstow
