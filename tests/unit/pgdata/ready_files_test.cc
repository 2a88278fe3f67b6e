#include "proto/pgdata/ready_files.h"

#include <gtest/gtest.h>

#include "proto/base/filesystem.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

const std::string kSegment7 = "000000010000000000000007";
const std::string kSegment8 = "000000010000000000000008";
const std::string kSegment9 = "000000010000000000000009";

std::vector<std::string> texts(const std::vector<WalFileName>& names) {
  std::vector<std::string> texts;
  for (const WalFileName& name : names)
    texts.push_back(name.text());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(ReadyFilesTest, AreInTheServersOrder) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  EXPECT_EQ(texts(ready_files(*files)), Texts());
  files->make_folder("archive_status");
  for (const std::string& name :
       {kSegment8 + ".ready", kSegment7 + ".partial.ready", kSegment7 + ".ready",
        kSegment9 + ".done", std::string("00000003.history.ready"), std::string("nothing.ready"),
        std::string(".ready"), kSegment7 + ".00000028.backup.ready", kSegment9}) {
    write_durably(*files, "archive_status/" + name, "");
  }
  // As strcmp() has it: what is longer comes later.
  EXPECT_EQ(texts(ready_files(*files)),
            (Texts{"00000003.history", kSegment7, kSegment7 + ".00000028.backup",
                   kSegment7 + ".partial", kSegment8}));
}

TEST(ReadyFilesTest, NewestArchivedSegment) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  EXPECT_EQ(newest_archived_segment(*files), std::nullopt);
  files->make_folder("archive_status");
  for (const std::string& name : {kSegment7 + ".done", kSegment8 + ".done", kSegment9 + ".ready",
                                  std::string("00000002.history.done")}) {
    write_durably(*files, "archive_status/" + name, "");
  }
  EXPECT_EQ(newest_archived_segment(*files)->text(), kSegment8);
}

TEST(ReadyFilesTest, Backlog) {
  const TemporaryFolder folder;
  const auto files = open_posix_file_system(folder.path().string());
  const Time now = std::chrono::system_clock::now();
  EXPECT_EQ(archive_backlog(*files, now).files, 0U);
  files->make_folder("archive_status");
  const auto make = [&](const std::string& name, std::chrono::hours age) {
    const std::string path = "archive_status/" + name;
    write_durably(*files, path, "");
    fs::last_write_time(folder.path() / path, std::chrono::system_clock::to_time_t(now - age));
  };
  make(kSegment7 + ".ready", std::chrono::hours(5));
  make(kSegment8 + ".ready", std::chrono::hours(0));
  make(kSegment9 + ".done", std::chrono::hours(9));
  make("00000002.history.ready", std::chrono::hours(0));
  const ArchiveBacklog backlog = archive_backlog(*files, now);
  EXPECT_EQ(backlog.files, 3U);
  EXPECT_EQ(backlog.new_segments, 1U);
  EXPECT_NEAR(std::chrono::duration<double>(now - *backlog.oldest).count(), 5 * 3600, 2);
}

}  // namespace
}  // namespace walstow
