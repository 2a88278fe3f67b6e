// What store/backend/backend.h promises of objects, for every backend. Durability itself is proven
// by tests/fault/publish_power_cut_test.cc.
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

constexpr std::string_view kKey =
    "main/001-7-1048576/wal/0000000100000000/000000010000000000000001.zst";

// Content that differs at every place.
std::string long_content(std::size_t size) {
  std::string content;
  while (content.size() < size)
    content += std::to_string(content.size()) + ",";
  content.resize(size);
  return content;
}

// --- objects ---

TEST_P(BackendContractTest, PublishedObjectReadsBackAsItWasWritten) {
  for (const std::size_t size : {0UL, 1UL, 4096UL, kChunkSize, 3 * kChunkSize + 1}) {
    const std::string content = long_content(size);
    const std::string key = "main/" + std::to_string(size);
    const auto staged = backend().stage();
    staged->write(as_bytes(content).first(size / 2));
    staged->write(as_bytes(content).subspan(size / 2));
    EXPECT_EQ(staged->size(), size);
    ASSERT_EQ(backend().publish(*staged, key), PublishResult::kPublished);

    const auto existing = other().open_object(key);
    ASSERT_NE(existing, nullptr);
    EXPECT_EQ(existing->size(), size);
    EXPECT_EQ(read_all(*existing), content);
  }
}

TEST_P(BackendContractTest, SmallReadsGiveTheWholeObject) {
  const std::string content = long_content(100'000);
  publish_text(backend(), std::string(kKey), content);
  const auto existing = backend().open_object(std::string(kKey));
  std::string read;
  std::vector<std::byte> piece(777);
  while (const std::size_t size = existing->read(piece)) {
    read += as_text(ByteView(piece).first(size));
  }
  EXPECT_EQ(read, content);
}

TEST_P(BackendContractTest, StagedObjectIsInvisibleUntilItIsPublished) {
  const auto staged = stage_text(backend(), "content");
  EXPECT_EQ(object_text(other(), std::string(kKey)), std::nullopt);
  EXPECT_TRUE(other().list_after("", "", 10).empty());
  backend().publish(*staged, std::string(kKey));
  EXPECT_EQ(object_text(other(), std::string(kKey)), "content");
}

TEST_P(BackendContractTest, StagedObjectReadsBackWhatWasWrittenSoFar) {
  const auto staged = stage_text(backend(), "one");
  EXPECT_EQ(read_all(*staged->read_back()), "one");
  staged->write(as_bytes(" two"));
  EXPECT_EQ(staged->read_back()->size(), 7U);
  EXPECT_EQ(read_all(*staged->read_back()), "one two");
  backend().publish(*staged, std::string(kKey));
  EXPECT_EQ(object_text(backend(), std::string(kKey)), "one two");
}

TEST_P(BackendContractTest, ReadingBackGoesOnWithWhatIsWrittenLater) {
  const auto staged = stage_text(backend(), "one");
  const auto back = staged->read_back();
  EXPECT_EQ(read_all(*back), "one");
  staged->write(as_bytes(" two"));
  EXPECT_EQ(read_all(*back), " two");
}

TEST_P(BackendContractTest, DroppedStagedObjectLeavesNothing) {
  stage_text(backend(), "content").reset();
  EXPECT_TRUE(backend().list_after("", "", 10).empty());
  EXPECT_TRUE(backend().list_after("_tmp/", "", 10).empty());
}

TEST_P(BackendContractTest, StandingObjectIsNeverReplaced) {
  const std::string key(kKey);
  ASSERT_EQ(publish_text(backend(), key, "first"), PublishResult::kPublished);
  EXPECT_EQ(publish_text(backend(), key, "second"), PublishResult::kExists);
  EXPECT_EQ(publish_text(other(), key, "third"), PublishResult::kExists);
  EXPECT_EQ(object_text(other(), key), "first");
}

TEST_P(BackendContractTest, RefusedPublishLeavesNothingBehind) {
  publish_text(backend(), "main/a", "first");
  publish_text(backend(), "main/a", "second");
  EXPECT_EQ(backend().list_after("", "", 10).size(), 1U);
  EXPECT_TRUE(backend().list_after("_tmp/", "", 10).empty());
}

TEST_P(BackendContractTest, RefusedObjectCanBePublishedOnceTheNameIsFree) {
  publish_text(backend(), "main/a", "first");
  const auto staged = stage_text(backend(), "second");
  ASSERT_EQ(backend().publish(*staged, "main/a"), PublishResult::kExists);
  ASSERT_TRUE(backend().remove_object("main/a"));
  EXPECT_EQ(backend().publish(*staged, "main/a"), PublishResult::kPublished);
  EXPECT_EQ(object_text(backend(), "main/a"), "second");
}

TEST_P(BackendContractTest, OfRacingPublishersExactlyOneWins) {
  constexpr std::size_t kPublishers = 4;
  for (int round = 0; round < 25; ++round) {
    const std::string key = "main/" + std::to_string(round) + "/file";
    std::vector<PublishResult> results(kPublishers);
    run_together(kPublishers, [&](std::size_t number) {
      Backend& mine = number % 2 == 0 ? backend() : other();
      results[number] = publish_text(mine, key, std::to_string(number));
    });
    ASSERT_EQ(std::count(results.begin(), results.end(), PublishResult::kPublished), 1);
    const auto winner = std::find(results.begin(), results.end(), PublishResult::kPublished);
    EXPECT_EQ(object_text(backend(), key), std::to_string(winner - results.begin()));
  }
}

TEST_P(BackendContractTest, NothingStandsUnderAnAbsentKey) {
  publish_text(backend(), "main/wal/b", "b");
  for (const std::string key : {"main/wal/a", "main/wal/bb", "main/history/b", "other/wal/b"}) {
    EXPECT_EQ(backend().open_object(key), nullptr) << key;
    EXPECT_FALSE(backend().make_durable(key)) << key;
    EXPECT_FALSE(backend().remove_object(key)) << key;
    EXPECT_FALSE(backend().remove_record(key)) << key;
    EXPECT_EQ(backend().read_record(key), std::nullopt) << key;
  }
}

TEST_P(BackendContractTest, StandingObjectCanBeMadeDurableByAnybody) {
  publish_text(backend(), std::string(kKey), "content");
  EXPECT_TRUE(other().make_durable(std::string(kKey)));
  EXPECT_EQ(object_text(other(), std::string(kKey)), "content");
}

TEST_P(BackendContractTest, RemovedObjectIsAbsent) {
  publish_text(backend(), std::string(kKey), "content");
  EXPECT_TRUE(backend().remove_object(std::string(kKey)));
  EXPECT_EQ(other().open_object(std::string(kKey)), nullptr);
  EXPECT_FALSE(other().remove_object(std::string(kKey)));
}

TEST_P(BackendContractTest, ManyObjectsAreRemovedAtOnceAndThoseThatStoodAreCounted) {
  for (const char* const key : {"main/a/1", "main/a/2", "main/b/1"})
    publish_text(backend(), key, "content");
  EXPECT_EQ(backend().remove_objects({"main/a/1", "main/b/1", "main/b/2", "other/1"}), 2U);
  EXPECT_EQ(other().open_object("main/a/1"), nullptr);
  EXPECT_EQ(other().open_object("main/b/1"), nullptr);
  EXPECT_EQ(object_text(other(), "main/a/2"), "content");
  EXPECT_EQ(other().remove_objects({}), 0U);
  EXPECT_THROW(other().remove_objects({"main/a/2", "../x"}), Error);
  EXPECT_EQ(object_text(other(), "main/a/2"), "content");
}

TEST_P(BackendContractTest, ManyObjectsOfSeveralFoldersAreRemovedAtOnce) {
  std::vector<std::string> keys;
  for (const char* const folder : {"main/b/", "main/a/", "main/c/"}) {
    for (int i = 10; i < 24; ++i)
      keys.push_back(folder + std::to_string(i));
  }
  for (std::size_t i = 1; i < keys.size(); ++i)
    publish_text(backend(), keys[i], "content");
  publish_text(backend(), "main/a/9", "stays");
  EXPECT_EQ(backend().remove_objects(keys), keys.size() - 1);
  EXPECT_EQ(other().list_after("main/", "", 100).size(), 1U);
  EXPECT_EQ(other().remove_objects(keys), 0U);
}

TEST_P(BackendContractTest, MoreObjectsThanTheBoundAreNotRemovedAtOnce) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i <= kMostRemovals; ++i)
    keys.push_back("main/" + std::to_string(i));
  publish_text(backend(), keys.front(), "content");
  const auto kind = [&] { return kind_thrown([&] { backend().remove_objects(keys); }); };
  EXPECT_EQ(kind(), ErrorKind::kInvalid);
  EXPECT_EQ(object_text(other(), keys.front()), "content");
  keys.pop_back();
  EXPECT_EQ(backend().remove_objects(keys), 1U);
}

TEST_P(BackendContractTest, ObjectBeingReadOutlivesItsRemoval) {
  publish_text(backend(), std::string(kKey), "content");
  const auto existing = backend().open_object(std::string(kKey));
  ASSERT_TRUE(other().remove_object(std::string(kKey)));
  EXPECT_EQ(read_all(*existing), "content");
}

TEST_P(BackendContractTest, ObjectSetAsideIsKeptAndItsKeyIsFree) {
  publish_text(backend(), "main/a", "damaged");
  const auto damaged = backend().open_object("main/a");
  ASSERT_TRUE(backend().set_aside("main/a", *damaged));
  EXPECT_EQ(object_text(other(), "main/a"), std::nullopt);

  const auto aside = other().list_after("_aside/", "", 10);
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_TRUE(aside.front().key.starts_with("_aside/main/a.")) << aside.front().key;
  EXPECT_EQ(object_text(other(), aside.front().key), "damaged");

  EXPECT_EQ(publish_text(other(), "main/a", "whole"), PublishResult::kPublished);
}

TEST_P(BackendContractTest, EveryObjectSetAsideIsKept) {
  for (const std::string content : {"one", "two", "three"}) {
    publish_text(backend(), "main/a", content);
    ASSERT_TRUE(backend().set_aside("main/a", *backend().open_object("main/a")));
  }
  EXPECT_EQ(backend().list_after("_aside/", "", 10).size(), 3U);
}

TEST_P(BackendContractTest, NothingButTheDamagedObjectIsSetAside) {
  publish_text(backend(), "main/a", "damaged");
  const auto seen_by_one = backend().open_object("main/a");
  const auto seen_by_other = other().open_object("main/a");
  ASSERT_TRUE(backend().set_aside("main/a", *seen_by_one));
  EXPECT_FALSE(other().set_aside("main/a", *seen_by_other));
  publish_text(backend(), "main/a", "whole");
  EXPECT_FALSE(other().set_aside("main/a", *seen_by_other));
  EXPECT_EQ(object_text(other(), "main/a"), "whole");
}

TEST_P(BackendContractTest, ReplacingGivesTheKeyToTheSuccessor) {
  publish_text(backend(), "main/a", "old");
  const auto existing = backend().open_object("main/a");
  const auto reader = other().open_object("main/a");
  const auto staged = backend().stage();
  staged->write(as_bytes("new and longer"));
  ASSERT_TRUE(backend().replace_object(*staged, "main/a", *existing));
  EXPECT_EQ(object_text(backend(), "main/a"), "new and longer");
  EXPECT_EQ(object_text(other(), "main/a"), "new and longer");
  EXPECT_EQ(backend().list_after("", "", 10).size(), 1U);
  // Whoever had it open reads it to its end.
  std::string seen(10, '\0');
  seen.resize(reader->read(std::as_writable_bytes(std::span(seen))));
  EXPECT_EQ(seen, "old");
}

// Also while somebody else is still reading the earlier content.
TEST_P(BackendContractTest, WhoHandsOnHandsOnWhatThisBackendPutLast) {
  publish_text(backend(), "main/a", "old");
  const auto reader = backend().open_to_send("main/a");
  const auto staged = stage_text(backend(), "new and longer");
  ASSERT_TRUE(backend().replace_object(*staged, "main/a", *backend().open_object("main/a")));
  const auto replaced = backend().open_to_send("main/a");
  EXPECT_EQ(read_all(*replaced), "new and longer");
  const auto again = backend().open_to_send("main/a");
  ASSERT_TRUE(backend().set_aside("main/a", *backend().open_object("main/a")));
  EXPECT_EQ(backend().open_to_send("main/a"), nullptr);
  publish_text(backend(), "main/a", "third");
  const auto third = backend().open_to_send("main/a");
  EXPECT_EQ(read_all(*third), "third");
  ASSERT_TRUE(backend().remove_object("main/a"));
  EXPECT_EQ(backend().open_to_send("main/a"), nullptr);
  EXPECT_EQ(read_all(*again), "new and longer");
  EXPECT_EQ(read_all(*reader), "old");
}

TEST_P(BackendContractTest, NothingButTheStandingObjectIsReplaced) {
  publish_text(backend(), "main/a", "old");
  const auto seen_by_one = backend().open_object("main/a");
  const auto seen_by_other = other().open_object("main/a");
  const auto first = backend().stage();
  first->write(as_bytes("first"));
  const auto second = other().stage();
  second->write(as_bytes("second"));
  ASSERT_TRUE(backend().replace_object(*first, "main/a", *seen_by_one));
  EXPECT_FALSE(other().replace_object(*second, "main/a", *seen_by_other));
  EXPECT_EQ(object_text(other(), "main/a"), "first");
  // What was not used is as it was.
  EXPECT_EQ(other().publish(*second, "main/b"), PublishResult::kPublished);
  ASSERT_TRUE(backend().remove_object("main/a"));
  const auto third = backend().stage();
  third->write(as_bytes("third"));
  EXPECT_FALSE(backend().replace_object(*third, "main/a", *seen_by_one));
  EXPECT_EQ(object_text(backend(), "main/a"), std::nullopt);
}

// --- keys ---

TEST_P(BackendContractTest, WhatIsNoKeyIsRefused) {
  const std::string bad_keys[] = {"",
                                  "/",
                                  "/main",
                                  "main/",
                                  "a//b",
                                  ".",
                                  "..",
                                  "../a",
                                  "a/..",
                                  "a/../b",
                                  "a/./b",
                                  ".hidden",
                                  "a/.b",
                                  "-a",
                                  "a/-b",
                                  "a b",
                                  "a\\b",
                                  "a\nb",
                                  "a%2fb",
                                  "a:b",
                                  "a/\xC3\xA9",
                                  "a*",
                                  "~a",
                                  std::string("a\0b", 3),
                                  std::string(256, 'a'),
                                  std::string(1023, 'a') + "/b"};
  for (const std::string& key : bad_keys) {
    const auto staged = stage_text(backend(), "content");
    const auto source = staged->read_back();
    const auto change = [](const auto&) { return std::optional<std::string>("x"); };
    const std::function<void()> calls[] = {
        [&] { backend().publish(*staged, key); },   [&] { backend().open_object(key); },
        [&] { backend().make_durable(key); },       [&] { backend().set_aside(key, *source); },
        [&] { backend().remove_object(key); },      [&] { backend().read_record(key); },
        [&] { backend().create_record(key, "x"); }, [&] { backend().update_record(key, change); },
        [&] { backend().remove_record(key); },
    };
    for (const auto& call : calls) {
      EXPECT_EQ(kind_thrown(call), ErrorKind::kInvalid) << '"' << key << '"';
    }
  }
  EXPECT_TRUE(backend().list_after("", "", 10).empty());
}

}  // namespace
}  // namespace walstow
