#include "proto/pgdata/instance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "proto/base/error.h"
#include "proto/pgdata/spool_folder.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

std::string content_of(FileSystem& files, const std::string& path) {
  return read_small_file(files, path, 10'000).value_or("(absent)");
}

TEST(InstanceTest, IsMadeOnceAndFoundAgain) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  EXPECT_FALSE(find_instance(*files, {}));
  EXPECT_FALSE(files->status(std::string(kSpoolFolder)));  // looking makes nothing

  const Instance made = find_or_make_instance(*files, {.standby = "north"});
  EXPECT_EQ(made.id.size(), 32);
  EXPECT_EQ(made.standby, "north");
  EXPECT_EQ(made.role, Instance::Role::kStandby);
  EXPECT_EQ(find_or_make_instance(*files, {}).id, made.id);
  const auto found = find_instance(*files, {.role = Instance::Role::kPrimary, .standby = {}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, made.id);
  EXPECT_EQ(found->role, Instance::Role::kPrimary);
}

TEST(InstanceTest, IsDurableWhenItHasBeenMade) {
  ForgetfulDisk disk;
  const std::string id = find_or_make_instance(*disk.mount(), {}).id;
  disk.power_cut(CutMode::only_durable());
  EXPECT_EQ(find_or_make_instance(*disk.mount(), {}).id, id);
}

TEST(InstanceTest, ACopyOfTheFolderGetsAnotherId) {
  ForgetfulDisk disk;
  const auto original = disk.mount();
  const Instance made = find_or_make_instance(*original, {});

  ForgetfulDisk other_disk;
  const auto copy = other_disk.mount();
  // So that the copy's file has not the same inode by chance.
  write_durably(*copy, "another", "");
  make_folders_durably(*copy, std::string(kSpoolFolder));
  write_durably(*copy, in_spool("instance"), content_of(*original, in_spool("instance")));

  EXPECT_FALSE(find_instance(*copy, {}));
  const Instance of_copy = find_or_make_instance(*copy, {});
  EXPECT_NE(of_copy.id, made.id);
  EXPECT_EQ(find_or_make_instance(*copy, {}).id, of_copy.id);
}

TEST(InstanceTest, ADamagedRecordIsReplaced) {
  for (const char* const content : {"", "{", "[]", "{\"id\":\"x\"}", "{\"id\":1}"}) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    make_folders_durably(*files, std::string(kSpoolFolder));
    write_durably(*files, in_spool("instance"), content);
    EXPECT_FALSE(find_instance(*files, {})) << content;
    EXPECT_EQ(find_or_make_instance(*files, {}).id.size(), 32) << content;
  }
}

TEST(InstanceTest, TheSequenceGrowsThoughTheClockWasSetBack) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  const std::uint64_t first = find_or_make_instance(*files, {}).sequence;
  EXPECT_GT(first, 1'700'000'000'000'000U);  // microseconds since 1970
  EXPECT_GT(find_or_make_instance(*files, {}).sequence, first);

  constexpr std::uint64_t kYear2200 = 7'258'118'400'000'000U;
  write_durably(*files, in_spool("sequence"), std::to_string(kYear2200));
  EXPECT_EQ(find_or_make_instance(*files, {}).sequence, kYear2200 + 1);
  EXPECT_EQ(find_or_make_instance(*files, {}).sequence, kYear2200 + 2);

  write_durably(*files, in_spool("sequence"), "no number at all");
  EXPECT_GT(find_or_make_instance(*files, {}).sequence, first);
}

TEST(InstanceTest, KnowsWhatWasHandedOverLast) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  const Instance made = find_or_make_instance(*files, {});
  EXPECT_FALSE(made.last_handed);
  for (const char* const name : {"000000010000000000000007", "000000020000000000000003"}) {
    note_handed(*files, made.id, WalFileName::parse(name).value());
    ASSERT_TRUE(find_or_make_instance(*files, {}).last_handed) << name;
    EXPECT_EQ(find_instance(*files, {})->last_handed->text(), name);
  }
}

TEST(InstanceTest, WhatWasHandedToAnotherOrMakesNoSenseIsNotKnown) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  const std::string id = find_or_make_instance(*files, {}).id;
  for (const std::string& content :
       {std::string(), std::string(57, '\0'), std::string(80, 'x'),
        std::string(32, 'f') + " 000000010000000000000007", id, id + " ", id + " 00000002.history",
        id + " 00000001000000000000000\0"}) {
    write_durably(*files, in_spool("handed"), content);
    EXPECT_FALSE(find_or_make_instance(*files, {}).last_handed) << content;
    // It is written in place: what is longer stays behind.
    const auto segment = WalFileName::parse("00000001000000000000000A");
    note_handed(*files, id, *segment);
    EXPECT_EQ(find_instance(*files, {})->last_handed, segment) << content;
  }
}

TEST(InstanceTest, ProcessesThatAskAtOnceAgreeAndShareNoNumber) {
  const TemporaryFolder folder;
  std::vector<Instance> instances(8);
  std::vector<std::thread> threads;
  for (Instance& instance : instances) {
    threads.emplace_back([&folder, &instance] {
      instance = find_or_make_instance(*open_wal_folder(folder.path().string()), {});
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::set<std::uint64_t> sequences;
  for (const Instance& instance : instances) {
    EXPECT_EQ(instance.id, instances.front().id);
    sequences.insert(instance.sequence);
  }
  EXPECT_EQ(sequences.size(), instances.size());
}

}  // namespace
}  // namespace walstow
