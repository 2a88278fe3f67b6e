#include "archiver/ready_files.h"

#include <gtest/gtest.h>

#include "tests/support/forgetful_file_system.h"

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

std::vector<WalFileName> names(const std::vector<std::string>& texts) {
  std::vector<WalFileName> names;
  for (const std::string& text : texts)
    names.push_back(WalFileName::parse(text).value());
  return names;
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

TEST(ReadyFilesTest, WhatComesNextIsChosen) {
  const auto ready = names({kSegment7, kSegment8, kSegment9});
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 10)), (Texts{kSegment8, kSegment9}));
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 1)), (Texts{kSegment8}));
  EXPECT_EQ(texts(choose_ahead(ready, ready[1], 10)), (Texts{kSegment9}));
  EXPECT_EQ(texts(choose_ahead(ready, ready[2], 10)), Texts());
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 0)), Texts());
}

TEST(ReadyFilesTest, NothingIsChosenForAFileThatTheServerDoesNotAskFor) {
  EXPECT_EQ(texts(choose_ahead(names({kSegment8, kSegment9}), names({kSegment7})[0], 10)), Texts());
  EXPECT_EQ(texts(choose_ahead({}, names({kSegment7})[0], 10)), Texts());
}

TEST(ReadyFilesTest, NothingOvertakesAHistoryFile) {
  const auto ready = names({"00000002.history", kSegment7, kSegment8});
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 10)), Texts());
  EXPECT_EQ(texts(choose_ahead(ready, ready[1], 10)), Texts());
}

}  // namespace
}  // namespace walstow
