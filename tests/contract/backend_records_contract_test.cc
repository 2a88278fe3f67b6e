// What store/backend/backend.h promises of records, for every backend.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "proto/base/error.h"
#include "tests/contract/backends.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

TEST_P(BackendContractTest, RecordIsCreatedOnce) {
  EXPECT_EQ(backend().read_record("main/cluster.json"), std::nullopt);
  EXPECT_TRUE(backend().create_record("main/cluster.json", "first\n"));
  EXPECT_FALSE(backend().create_record("main/cluster.json", "second\n"));
  EXPECT_FALSE(other().create_record("main/cluster.json", "third\n"));
  EXPECT_EQ(other().read_record("main/cluster.json"), "first\n");
}

TEST_P(BackendContractTest, OfRacingCreatorsExactlyOneWins) {
  constexpr std::size_t kCreators = 4;
  for (int round = 0; round < 10; ++round) {
    const std::string key = "main/eras/" + std::to_string(round);
    std::vector<int> created(kCreators);
    run_together(kCreators, [&](std::size_t number) {
      Backend& mine = number % 2 == 0 ? backend() : other();
      created[number] = mine.create_record(key, std::to_string(number)) ? 1 : 0;
    });
    ASSERT_EQ(std::count(created.begin(), created.end(), 1), 1);
    const auto winner = std::find(created.begin(), created.end(), 1) - created.begin();
    EXPECT_EQ(backend().read_record(key), std::to_string(winner));
  }
}

TEST_P(BackendContractTest, UpdateSeesWhatStandsAndReplacesIt) {
  using Content = std::optional<std::string>;
  std::vector<Content> seen;
  const auto set_to = [&seen](const Content& next) {
    return [&seen, next](const Content& existing) {
      seen.push_back(existing);
      return next;
    };
  };
  backend().update_record("main/a.json", set_to("one"));
  other().update_record("main/a.json", set_to("two"));
  backend().update_record("main/a.json", set_to(std::nullopt));
  EXPECT_EQ(seen, (std::vector<Content>{std::nullopt, "one", "two"}));
  EXPECT_EQ(other().read_record("main/a.json"), "two");
}

TEST_P(BackendContractTest, UpdateThatLeavesAllAsItIsMakesNoRecord) {
  backend().update_record("main/a.json", [](const auto&) { return std::nullopt; });
  EXPECT_EQ(backend().read_record("main/a.json"), std::nullopt);
}

TEST_P(BackendContractTest, FailedUpdateChangesNothingAndBlocksNobody) {
  backend().create_record("main/a.json", "one");
  const auto fail = [](const auto&) -> std::optional<std::string> {
    throw Error(ErrorKind::kDamaged, "no");
  };
  EXPECT_THROW(backend().update_record("main/a.json", fail), Error);
  EXPECT_EQ(backend().read_record("main/a.json"), "one");
  other().update_record("main/a.json", [](const auto&) { return "two"; });
  EXPECT_EQ(backend().read_record("main/a.json"), "two");
}

TEST_P(BackendContractTest, NoRacingUpdateIsLost) {
  constexpr std::size_t kWriters = 4;
  constexpr int kRounds = 10;
  run_together(kWriters, [&](std::size_t number) {
    Backend& mine = number % 2 == 0 ? backend() : other();
    for (int round = 0; round < kRounds; ++round) {
      mine.update_record("main/count", [](const std::optional<std::string>& existing) {
        return std::to_string(existing ? std::stoi(*existing) + 1 : 1);
      });
    }
  });
  EXPECT_EQ(backend().read_record("main/count"), std::to_string(kWriters * kRounds));
}

TEST_P(BackendContractTest, RemovedRecordIsAbsentAndCanBeCreatedAgain) {
  backend().create_record("main/a.json", "one");
  EXPECT_TRUE(other().remove_record("main/a.json"));
  EXPECT_EQ(backend().read_record("main/a.json"), std::nullopt);
  EXPECT_TRUE(backend().create_record("main/a.json", "two"));
  EXPECT_EQ(other().read_record("main/a.json"), "two");
}

TEST_P(BackendContractTest, RecordsHaveALargestSize) {
  const std::string largest(kLargestRecord, 'x');
  EXPECT_TRUE(backend().create_record("main/largest", largest));
  EXPECT_EQ(backend().read_record("main/largest"), largest);

  const std::string larger(kLargestRecord + 1, 'x');
  const auto create = [&] { backend().create_record("main/larger", larger); };
  const auto update = [&] {
    backend().update_record("main/larger", [&](const auto&) { return larger; });
  };
  EXPECT_EQ(kind_thrown(create), ErrorKind::kInvalid);
  EXPECT_EQ(kind_thrown(update), ErrorKind::kInvalid);
  EXPECT_EQ(backend().read_record("main/larger"), std::nullopt);
}

}  // namespace
}  // namespace walstow
