#include "restorer/spool/kept_histories.h"

#include <gtest/gtest.h>

#include "proto/pgdata/spool_folder.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

using fixture::kHistory;

const HistoryOwner kOwner{
    .archive = fixture::kArchive, .cluster = "main", .system_identifier = samples::kSystem1Mb};
const std::string kPath =
    in_spool("history/" + kOwner.archive + "-main-" + std::to_string(kOwner.system_identifier) +
             "/00000002.history.zst");

class KeptHistoriesTest : public testing::Test {
 protected:
  std::optional<std::string> find(const HistoryOwner& owner = kOwner,
                                  std::string_view name = "00000002.history") {
    return find_kept_history(*files_, owner, fixture::name_of(name));
  }
  void keep(std::string_view object) {
    keep_history(*files_, kOwner, fixture::name_of("00000002.history"), object);
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
  EXPECT_FALSE(find({"another", kOwner.cluster, kOwner.system_identifier}));
  EXPECT_FALSE(find({kOwner.archive, "another", kOwner.system_identifier}));
  EXPECT_FALSE(find({kOwner.archive, kOwner.cluster, 5}));
  EXPECT_FALSE(find(kOwner, "00000003.history"));
}

TEST_F(KeptHistoriesTest, DamageIsFoundAndTheNextOneMendsIt) {
  const std::string object = fixture::object_of("00000002.history", kHistory);
  keep(object);
  for (std::size_t i = 0; i < object.size(); ++i) {
    std::string damaged = object;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    write_durably(*files_, kPath, damaged);
    EXPECT_THROW(find(), Error) << "byte " << i;
  }
  keep(object);
  EXPECT_EQ(find(), kHistory);
}

TEST_F(KeptHistoriesTest, AnObjectOfAnotherNameDoesNotCount) {
  keep(fixture::object_of("00000003.history", kHistory));
  EXPECT_THROW(find(), Error);
}

}  // namespace
}  // namespace walstow
