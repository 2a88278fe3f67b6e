#include <gtest/gtest.h>

#include "proto/pgdata/spool_folder.h"
#include "restorer/spool/spool.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

using fixture::kHistory;

const SpoolOwner kHistoryOwner{
    .store = "/mnt/archive", .cluster = "main", .system_identifier = samples::kSystem1Mb};
const std::string kPath = in_spool(std::string("history/") + fixture::kArchive + "-main-" +
                                   std::to_string(samples::kSystem1Mb) + "/00000002.history.zst");

class KeptHistoriesTest : public testing::Test {
 protected:
  // For a data directory that knows `archive`.
  std::optional<std::string> find(const SpoolOwner& owner = kHistoryOwner,
                                  std::string_view name = "00000002.history",
                                  const std::string& archive = fixture::kArchive) {
    Spool spool(*files_, owner);
    spool.remember_archive(archive);
    return spool.find_history(fixture::name_of(name));
  }
  void keep(std::string_view object) {
    Spool(*files_, kHistoryOwner)
        .keep_history(fixture::kArchive, fixture::name_of("00000002.history"), object);
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

TEST_F(KeptHistoriesTest, AnswersWithWhatWasKept) {
  EXPECT_FALSE(find());
  keep(fixture::object_of("00000002.history", kHistory));
  EXPECT_EQ(find(), kHistory);
  disk_.power_cut(CutMode::only_durable());
  files_ = disk_.mount();
  EXPECT_EQ(find(), kHistory);
}

TEST_F(KeptHistoriesTest, NeverAnswersForAnotherArchiveClusterSystemOrTimeline) {
  keep(fixture::object_of("00000002.history", kHistory));
  SpoolOwner other_cluster = kHistoryOwner;
  other_cluster.cluster = "another";
  SpoolOwner other_system = kHistoryOwner;
  other_system.system_identifier = 5;
  EXPECT_FALSE(find(kHistoryOwner, "00000002.history", "another"));
  EXPECT_FALSE(find(other_cluster));
  EXPECT_FALSE(find(other_system));
  EXPECT_FALSE(find(kHistoryOwner, "00000003.history"));
  EXPECT_TRUE(find());
}

TEST_F(KeptHistoriesTest, DamageIsFoundAndTheNextOneMendsIt) {
  const std::string object = fixture::object_of("00000002.history", kHistory);
  keep(object);
  for (std::size_t i = 0; i < object.size(); ++i) {
    std::string damaged = object;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    write_durably(*files_, kPath, damaged);
    EXPECT_FALSE(find()) << "byte " << i;
  }
  keep(object);
  EXPECT_EQ(find(), kHistory);
}

TEST_F(KeptHistoriesTest, AnObjectOfAnotherNameDoesNotCount) {
  keep(fixture::object_of("00000003.history", kHistory));
  EXPECT_FALSE(find());
}

}  // namespace
}  // namespace walstow
