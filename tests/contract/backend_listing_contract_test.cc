// What store/backend/backend.h promises of list_after(), for every backend.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "tests/contract/backends.h"

namespace walstow {
namespace {

using Keys = std::vector<std::string>;

Keys keys_of(const std::vector<Entry>& entries) {
  Keys keys;
  for (const Entry& entry : entries)
    keys.push_back(entry.key);
  return keys;
}

// In byte order, in which '-' and '.' come before '/', and that before digits and letters.
const Keys& existing_keys() {
  static const Keys keys{"a-b/x", "a.b",  "a/b",  "a/b.c", "a/c-/y", "a/c.d/y",  "a/c/y",
                         "a/c/z", "a/c0", "a/cc", "a0/x",  "a=",     "aa/x/y/z", "b"};
  return keys;
}

TEST_P(BackendContractTest, ListIsInByteOrderOfTheWholeKey) {
  Keys shuffled = existing_keys();
  std::reverse(shuffled.begin(), shuffled.end());
  for (const std::string& key : shuffled)
    publish_text(backend(), key, "content");
  ASSERT_TRUE(std::is_sorted(existing_keys().begin(), existing_keys().end()));
  EXPECT_EQ(keys_of(other().list_after("", "", 100)), existing_keys());
}

TEST_P(BackendContractTest, ListGivesWhatHasThePrefixAndComesAfter) {
  for (const std::string& key : existing_keys())
    publish_text(backend(), key, "content");
  Keys places = existing_keys();
  for (const std::string place : {"", "0", "a", "a-", "a/", "a/c", "a/c.", "a/c/", "a/c/y0", "a0",
                                  "aa/", "aa/x/y/", "c", "z/y/x"}) {
    places.push_back(place);
  }
  Keys after_places = places;
  for (const std::string place : {"a~", "aa/x/y/z/", "/"})
    after_places.push_back(place);
  for (const std::string& prefix : places) {
    for (const std::string& after : after_places) {
      for (const std::size_t limit : {0UL, 1UL, 3UL, 100UL}) {
        Keys expected;
        for (const std::string& key : existing_keys()) {
          if (key.starts_with(prefix) && key > after && expected.size() < limit) {
            expected.push_back(key);
          }
        }
        EXPECT_EQ(keys_of(backend().list_after(prefix, after, limit)), expected)
            << "prefix " << prefix << " after " << after << " limit " << limit;
      }
    }
  }
}

TEST_P(BackendContractTest, PagesJoinedAreTheWholeList) {
  for (const std::string& key : existing_keys())
    publish_text(backend(), key, "content");
  for (const std::size_t page_size : {1UL, 2UL, 3UL, 5UL}) {
    Keys all;
    for (;;) {
      const Keys page = keys_of(backend().list_after("", all.empty() ? "" : all.back(), page_size));
      all.insert(all.end(), page.begin(), page.end());
      if (page.size() < page_size) break;
    }
    EXPECT_EQ(all, existing_keys());
  }
}

TEST_P(BackendContractTest, ListSaysSizeAndTime) {
  using std::chrono::system_clock;
  const auto before = system_clock::now() - std::chrono::seconds(2);  // file times are coarse
  publish_text(backend(), "main/a", "12345");
  backend().create_record("main/b", "123");
  const auto entries = backend().list_after("main/", "", 10);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].size, 5U);
  EXPECT_EQ(entries[1].size, 3U);
  for (const Entry& entry : entries) {
    EXPECT_GE(entry.modified, before);
    EXPECT_LE(entry.modified, system_clock::now() + std::chrono::seconds(2));
  }
}

TEST_P(BackendContractTest, ListOfAnEmptyArchiveIsEmpty) {
  for (const std::string prefix : {"", "main", "main/", "main/001-7-1048576/wal/"}) {
    EXPECT_TRUE(backend().list_after(prefix, "", 10).empty()) << prefix;
  }
}

TEST_P(BackendContractTest, ListShowsAtOnceWhatOthersPublishAndRemove) {
  EXPECT_TRUE(backend().list_after("main/", "", 10).empty());
  publish_text(other(), "main/a", "content");
  EXPECT_EQ(keys_of(backend().list_after("main/", "", 10)), Keys{"main/a"});
  other().remove_object("main/a");
  EXPECT_TRUE(backend().list_after("main/", "", 10).empty());
}

TEST_P(BackendContractTest, HouseKeepingIsListedOnlyWhenItIsAskedFor) {
  publish_text(backend(), "main/a", "damaged");
  backend().set_aside("main/a", *backend().open_object("main/a"));
  publish_text(backend(), "_probe/x", "content");
  publish_text(backend(), "main/_b", "content");
  EXPECT_EQ(keys_of(backend().list_after("", "", 10)), Keys{"main/_b"});
  EXPECT_EQ(keys_of(backend().list_after("_probe/", "", 10)), Keys{"_probe/x"});
  EXPECT_EQ(backend().list_after("_aside/main/", "", 10).size(), 1U);
}

TEST_P(BackendContractTest, WhatNoKeyCanStartWithIsRefusedAsPrefix) {
  for (const std::string prefix :
       {"/", "/a", "../", "..", "a/../b", "a//", "./", "-", "a b", "~"}) {
    try {
      backend().list_after(prefix, "", 10);
      ADD_FAILURE() << '"' << prefix << "\" was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid) << prefix;
    }
  }
}

Keys names_of(const std::vector<Folder>& folders) {
  Keys names;
  for (const Folder& folder : folders)
    names.push_back(folder.name);
  return names;
}

TEST_P(BackendContractTest, FoldersAreThoseRightBelowAPrefix) {
  for (const std::string& key : existing_keys())
    publish_text(backend(), key, "content");
  EXPECT_EQ(names_of(other().folders("a/")), (Keys{"c", "c-", "c.d"}));
  EXPECT_EQ(names_of(other().folders("aa/x/")), Keys{"y"});
  EXPECT_TRUE(other().folders("aa/x/y/").empty());
  EXPECT_TRUE(other().folders("nothing/").empty());
  EXPECT_THROW(backend().folders("a"), Error);
  EXPECT_THROW(backend().folders("../"), Error);
}

// Whoever remembers what a folder had must read it again after each of these. The time may stay the
// same only while it is a young one: clocks of file systems are coarse.
TEST_P(BackendContractTest, AFolderSaysThatSomethingInItHasChanged) {
  using std::chrono::system_clock;
  publish_text(backend(), "main/wal/x", "content");
  publish_text(backend(), "main/wal/z", "content");
  const auto changed = [this] { return backend().folders("main/").at(0).changed; };
  const auto expect_noticed = [&](const char* what, const auto& change) {
    const auto before = changed();
    const auto begin = system_clock::now();
    change();
    const auto after = changed();
    EXPECT_EQ(before.has_value(), after.has_value()) << what;
    if (!before || *before != *after) return;
    EXPECT_LT(begin - *before, std::chrono::seconds(2)) << what;
  };
  expect_noticed("publish", [&] { publish_text(other(), "main/wal/y", "content"); });
  expect_noticed("remove", [&] { other().remove_object("main/wal/y"); });
  expect_noticed("set aside",
                 [&] { other().set_aside("main/wal/x", *other().open_object("main/wal/x")); });
}

}  // namespace
}  // namespace walstow
