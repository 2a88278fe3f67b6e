// The free functions of file_system.h. What a FileSystem promises is tested for each of them in
// tests/contract/file_system_contract_test.cc.
#include "proto/files/file_system.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"
#include "tests/support/forgetful_file_system.h"

namespace walstow {
namespace {

class FileSystemFunctionsTest : public testing::Test {
 protected:
  // What a power cut leaves: nothing but what was made durable.
  std::unique_ptr<FileSystem> after_power_cut() {
    files_.reset();
    disk_.power_cut(CutMode::only_durable());
    return disk_.mount();
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

TEST_F(FileSystemFunctionsTest, ParentFolderIsWhatStandsBeforeTheLastSlash) {
  EXPECT_EQ(parent_folder("c"), ".");
  EXPECT_EQ(parent_folder("b/c"), "b");
  EXPECT_EQ(parent_folder("a/b/c"), "a/b");
}

TEST_F(FileSystemFunctionsTest, ASmallFileIsReadUpToItsLimit) {
  EXPECT_EQ(read_small_file(*files_, "file", 10), std::nullopt);
  write_durably(*files_, "file", "0123456789");
  EXPECT_EQ(read_small_file(*files_, "file", 10), "0123456789");
  EXPECT_EQ(read_small_file(*files_, "file", 1000), "0123456789");
  try {
    read_small_file(*files_, "file", 9);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDamaged);
    EXPECT_EQ(error.what(),
              "file \"" + files_->describe("file") + "\" is longer than the maximum of 9 bytes");
  }
}

TEST_F(FileSystemFunctionsTest, WhatIsWrittenDurablySurvivesAPowerCut) {
  write_durably(*files_, "file", "first");
  write_durably(*files_, "file", "second");
  EXPECT_EQ(read_small_file(*after_power_cut(), "file", 100), "second");
}

TEST_F(FileSystemFunctionsTest, WhatIsCreatedDurablySurvivesAndIsNotReplaced) {
  EXPECT_EQ(create_durably(*files_, "file", "first"), LinkResult::kLinked);
  EXPECT_EQ(create_durably(*files_, "file", "second"), LinkResult::kExists);
  EXPECT_EQ(read_small_file(*after_power_cut(), "file", 100), "first");
}

TEST_F(FileSystemFunctionsTest, FoldersMadeDurablySurviveUpToTheRoot) {
  files_->make_folder("a");  // by somebody who has not synced it yet
  make_folders_durably(*files_, "a/b/c");
  const auto found = after_power_cut()->status("a/b/c");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->type, FileStatus::Type::kFolder);
}

TEST_F(FileSystemFunctionsTest, TheRootNeedsNoMaking) {
  make_folders_durably(*files_, ".");
  EXPECT_THROW(make_folders_durably(*files_, "/a"), Error);
  EXPECT_THROW(make_folders_durably(*files_, "a/../b"), Error);
}

}  // namespace
}  // namespace walstow
