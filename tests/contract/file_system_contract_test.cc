// What proto/files/file_system.h promises of a file system that nothing goes wrong with, on the
// kernel's and on the tests' own: so that the model cannot drift from what it stands for.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "proto/base/error.h"
#include "proto/files/file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

// One more process's view of the place under test.
using Mount = std::function<std::unique_ptr<FileSystem>()>;

Mount posix(TemporaryStyle temporaries) {
  auto folder = std::make_shared<TemporaryFolder>();
  const PosixFileSystemOptions options{.temporaries = temporaries};
  return [=] { return open_posix_file_system(folder->path().string(), options); };
}

Mount forgetful(TemporaryStyle temporaries) {
  auto disk = std::make_shared<ForgetfulDisk>(temporaries);
  return [=] { return disk->mount(); };
}

struct Implementation {
  const char* name;
  Mount (*make)(TemporaryStyle);
  TemporaryStyle temporaries;
};

class FileSystemContract : public testing::TestWithParam<Implementation> {
 protected:
  std::unique_ptr<File> temporary(const std::string& content) {
    auto file = files_->create_temporary();
    file->write_at(0, as_bytes(content));
    return file;
  }
  void create(const std::string& path, const std::string& content) {
    ASSERT_EQ(create_durably(*files_, path, content), LinkResult::kLinked);
  }
  std::string content(const std::string& path) {
    return read_small_file(*files_, path, 1000).value_or("(absent)");
  }
  // Sorted, and without the folder for temporaries, which comes when it is needed.
  Names names(const std::string& folder) {
    auto names = files_->list(folder).value_or(Names{"(absent)"});
    std::erase(names, "_tmp");
    std::ranges::sort(names);
    return names;
  }
  Names temporaries() { return files_->list("_tmp").value_or(Names{}); }

  Mount mount_ = GetParam().make(GetParam().temporaries);
  std::unique_ptr<FileSystem> files_ = mount_();
};

INSTANTIATE_TEST_SUITE_P(
    All, FileSystemContract,
    testing::Values(Implementation{"Posix", posix, TemporaryStyle::kAutomatic},
                    Implementation{"PosixNamed", posix, TemporaryStyle::kNamed},
                    Implementation{"Forgetful", forgetful, TemporaryStyle::kAutomatic},
                    Implementation{"ForgetfulNamed", forgetful, TemporaryStyle::kNamed}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(FileSystemContract, WhatIsAbsentIsAValue) {
  for (const std::string path : {"a", "a/b", "a/b/c"}) {
    EXPECT_EQ(files_->open_file(path), nullptr) << path;
    EXPECT_EQ(files_->status(path), std::nullopt) << path;
    EXPECT_EQ(files_->list(path), std::nullopt) << path;
    EXPECT_FALSE(files_->remove(path)) << path;
  }
}

TEST_P(FileSystemContract, APathThroughAFileIsAnErrorAndNotAnAbsence) {
  create("file", "x");
  const std::string path = "file/below";
  EXPECT_EQ(kind_thrown([&] { files_->open_file(path); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->open_or_create(path); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->status(path); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->list(path); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->remove(path); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->make_folder(path); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->sync_folder(path); }), ErrorKind::kStorage);
}

TEST_P(FileSystemContract, AFileIsNoFolderAndAFolderNoFile) {
  create("file", "x");
  files_->make_folder("folder");
  EXPECT_EQ(kind_thrown([&] { files_->open_file("folder"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->open_or_create("folder"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->lock("folder"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->list("file"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->sync_folder("file"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->make_folder("file"); }), ErrorKind::kStorage);
}

TEST_P(FileSystemContract, PathsThatLeaveTheRootAreRefused) {
  for (const std::string path : {"", "/", "/a", "a/", "a//b", "./a", "a/./b", "..", "a/../b"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(kind_thrown([&] { files_->open_file(path); }), ErrorKind::kInvalid);
    EXPECT_EQ(kind_thrown([&] { files_->status(path); }), ErrorKind::kInvalid);
    EXPECT_EQ(kind_thrown([&] { files_->list(path); }), ErrorKind::kInvalid);
    EXPECT_EQ(kind_thrown([&] { files_->open_or_create(path); }), ErrorKind::kInvalid);
    EXPECT_EQ(kind_thrown([&] { files_->make_folder(path); }), ErrorKind::kInvalid);
    EXPECT_EQ(kind_thrown([&] { files_->remove(path); }), ErrorKind::kInvalid);
  }
}

TEST_P(FileSystemContract, TheRootIsAFolderThatCannotBeChanged) {
  EXPECT_EQ(files_->status(".")->type, FileStatus::Type::kFolder);
  EXPECT_EQ(names("."), Names{});
  files_->sync_folder(".");
  EXPECT_EQ(kind_thrown([&] { files_->make_folder("."); }), ErrorKind::kInvalid);
  EXPECT_EQ(kind_thrown([&] { files_->remove("."); }), ErrorKind::kInvalid);
  EXPECT_EQ(kind_thrown([&] { files_->rename(".", "a"); }), ErrorKind::kInvalid);
}

TEST_P(FileSystemContract, NothingIsMadeInAnAbsentFolder) {
  create("file", "x");
  const auto file = temporary("y");
  EXPECT_EQ(kind_thrown([&] { files_->open_or_create("absent/a"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->make_folder("absent/a"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->link_temporary(*file, "absent/a"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->rename("file", "absent/a"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->rename("absent/a", "b"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->lock("absent/a"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->sync_folder("absent"); }), ErrorKind::kStorage);
  EXPECT_EQ(names("."), Names{"file"});
}

// --- files ---

TEST_P(FileSystemContract, BytesAreReadWhereTheyWereWritten) {
  const auto file = files_->open_or_create("file");
  file->write_at(4, as_bytes("efgh"));
  file->write_at(0, as_bytes("ab"));
  std::string bytes(10, '?');
  const auto out = std::as_writable_bytes(std::span(bytes));
  EXPECT_EQ(file->read_at(0, out), 8U);
  EXPECT_EQ(bytes, std::string("ab\0\0efgh??", 10));
  EXPECT_EQ(file->read_at(6, out.first(2)), 2U);
  EXPECT_EQ(file->read_at(7, out), 1U);
  EXPECT_EQ(file->read_at(8, out), 0U);
  EXPECT_EQ(file->read_at(100, out), 0U);
  EXPECT_EQ(file->status().size, 8U);
}

// How much is in memory nobody promises; what is given is right.
TEST_P(FileSystemContract, WhatIsCachedIsAsItWasWritten) {
  create("a", "0123456789");
  const auto file = files_->open_file("a");
  std::string out(20, '?');
  const MutableByteView target = std::as_writable_bytes(std::span(out));
  const auto size = file->read_cached_at(4, target);
  if (!size) GTEST_SKIP() << "nothing can be read without a wait here";
  EXPECT_EQ(out.substr(0, *size), std::string("456789").substr(0, *size));
  EXPECT_GT(*size, 0U);
  EXPECT_EQ(file->read_cached_at(10, target).value_or(0), 0U);
}

TEST_P(FileSystemContract, AFileOpenedForReadingCannotBeWrittenButSynced) {
  create("file", "x");
  const auto file = files_->open_file("file");
  EXPECT_EQ(kind_thrown([&] { file->write_at(0, as_bytes("y")); }), ErrorKind::kStorage);
  file->sync();
  file->close();
  EXPECT_EQ(content("file"), "x");
}

TEST_P(FileSystemContract, OpenOrCreateKeepsWhatStands) {
  files_->open_or_create("file")->write_at(0, as_bytes("abc"));
  files_->open_or_create("file")->write_at(0, as_bytes("A"));
  EXPECT_EQ(content("file"), "Abc");
}

TEST_P(FileSystemContract, StatusTellsTypeSizeModeAndIdentity) {
  create("file", "four");
  create("other", "");
  files_->make_folder("folder");
  const FileStatus file = *files_->status("file");
  EXPECT_EQ(file.type, FileStatus::Type::kFile);
  EXPECT_EQ(file.size, 4U);
  EXPECT_EQ(file.mode & ~0640U, 0U);
  EXPECT_EQ(file.inode, files_->open_file("file")->status().inode);
  EXPECT_NE(file.inode, files_->status("other")->inode);
  EXPECT_EQ(file.device, files_->status("other")->device);
  EXPECT_EQ(file.owner, files_->status(".")->owner);
  EXPECT_LT(std::chrono::system_clock::now() - file.modified, 1min);
  EXPECT_EQ(files_->status("folder")->type, FileStatus::Type::kFolder);
  EXPECT_EQ(files_->status("folder")->mode & ~0750U, 0U);
}

TEST_P(FileSystemContract, AnOpenFileOutlivesItsName) {
  create("file", "x");
  const auto file = files_->open_file("file");
  EXPECT_TRUE(files_->remove("file"));
  EXPECT_EQ(file->status().size, 1U);
  EXPECT_EQ(content("file"), "(absent)");
}

// --- temporaries ---

TEST_P(FileSystemContract, ATemporaryIsSeenOnlyOnceItIsLinked) {
  const auto file = temporary("whole");
  EXPECT_EQ(names("."), Names{});
  EXPECT_EQ(files_->link_temporary(*file, "file"), LinkResult::kLinked);
  file->close();
  EXPECT_EQ(names("."), Names{"file"});
  EXPECT_EQ(content("file"), "whole");
  EXPECT_EQ(temporaries(), Names{});
}

TEST_P(FileSystemContract, LinkingNeverReplaces) {
  create("file", "first");
  files_->make_folder("folder");
  const auto file = temporary("second");
  EXPECT_EQ(files_->link_temporary(*file, "file"), LinkResult::kExists);
  EXPECT_EQ(files_->link_temporary(*file, "folder"), LinkResult::kExists);
  EXPECT_EQ(content("file"), "first");
  EXPECT_EQ(files_->link_temporary(*file, "other"), LinkResult::kLinked);
  EXPECT_EQ(content("other"), "second");
}

TEST_P(FileSystemContract, ReplacingPutsTheNewInPlaceOfTheOld) {
  create("file", "first");
  const auto old = files_->open_file("file");
  for (const std::string path : {"file", "new"}) {
    const auto file = temporary("second");
    files_->replace_by_temporary(*file, path);
    file->close();
    EXPECT_EQ(content(path), "second");
  }
  EXPECT_EQ(old->status().size, 5U);
  EXPECT_EQ(names("."), (Names{"file", "new"}));
  EXPECT_EQ(temporaries(), Names{});
}

TEST_P(FileSystemContract, AFolderIsNotReplacedByAFile) {
  files_->make_folder("folder");
  const auto file = temporary("x");
  EXPECT_EQ(kind_thrown([&] { files_->replace_by_temporary(*file, "folder"); }),
            ErrorKind::kStorage);
  EXPECT_EQ(files_->status("folder")->type, FileStatus::Type::kFolder);
}

TEST_P(FileSystemContract, AnUnpublishedTemporaryVanishesWithItsFile) {
  temporary("dropped");
  {
    const auto file = temporary("closed");
    file->close();
  }
  EXPECT_EQ(temporaries(), Names{});
}

TEST_P(FileSystemContract, TheTemporariesOfTheLivingAreNotRemoved) {
  const auto file = temporary("x");
  EXPECT_EQ(temporaries().size(), GetParam().temporaries == TemporaryStyle::kNamed ? 1U : 0U);
  EXPECT_EQ(mount_()->remove_dead_temporaries(), 0U);
  EXPECT_EQ(files_->link_temporary(*file, "file"), LinkResult::kLinked);
}

TEST_P(FileSystemContract, AClosedTemporaryIsDead) {
  const auto file = temporary("x");
  file->close();
  EXPECT_EQ(mount_()->remove_dead_temporaries(),
            GetParam().temporaries == TemporaryStyle::kNamed ? 1U : 0U);
}

TEST_P(FileSystemContract, TheTemporariesOfTheDeadAreRemovedAndNothingElse) {
  EXPECT_EQ(files_->remove_dead_temporaries(), 0U);
  files_->make_folder("_tmp");
  create("_tmp/0123.tmp", "left behind");
  create("_tmp/notes", "of somebody");
  files_->make_folder("_tmp/folder.tmp");
  create("file.tmp", "x");
  EXPECT_EQ(files_->remove_dead_temporaries(), 1U);
  EXPECT_EQ(names("_tmp"), (Names{"folder.tmp", "notes"}));
  EXPECT_EQ(names("."), Names{"file.tmp"});
}

// --- folders and names ---

TEST_P(FileSystemContract, AFolderIsMadeOnceAndListed) {
  EXPECT_TRUE(files_->make_folder("a"));
  EXPECT_FALSE(files_->make_folder("a"));
  EXPECT_TRUE(files_->make_folder("a/b"));
  create("a/file", "x");
  EXPECT_EQ(names("a"), (Names{"b", "file"}));
  EXPECT_EQ(names("a/b"), Names{});
}

TEST_P(FileSystemContract, MakingFoldersDurablyMakesAllOnTheWay) {
  make_folders_durably(*files_, "a/b/c");
  make_folders_durably(*files_, "a/b/c");
  EXPECT_EQ(names("a/b"), Names{"c"});
}

TEST_P(FileSystemContract, RenamingMovesAndReplaces) {
  create("from", "new");
  create("to", "old");
  files_->make_folder("folder");
  files_->rename("from", "to");
  EXPECT_EQ(names("."), (Names{"folder", "to"}));
  EXPECT_EQ(content("to"), "new");
  files_->rename("to", "folder/moved");
  EXPECT_EQ(names("."), Names{"folder"});
  EXPECT_EQ(content("folder/moved"), "new");
  files_->rename("folder/moved", "folder/moved");
  EXPECT_EQ(content("folder/moved"), "new");
  files_->rename("folder", "renamed");
  EXPECT_EQ(content("renamed/moved"), "new");
}

TEST_P(FileSystemContract, RenamingDoesNotMixFilesAndFolders) {
  create("file", "x");
  files_->make_folder("folder");
  files_->make_folder("full");
  create("full/file", "y");
  EXPECT_EQ(kind_thrown([&] { files_->rename("absent", "file"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->rename("file", "folder"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->rename("folder", "file"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->rename("folder", "full"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { files_->rename("full", "full/below"); }), ErrorKind::kStorage);
  EXPECT_EQ(names("."), (Names{"file", "folder", "full"}));
  files_->rename("full", "folder");
  EXPECT_EQ(content("folder/file"), "y");
}

TEST_P(FileSystemContract, RemovingTakesFilesAndEmptyFolders) {
  create("file", "x");
  files_->make_folder("folder");
  create("folder/file", "x");
  EXPECT_EQ(kind_thrown([&] { files_->remove("folder"); }), ErrorKind::kStorage);
  EXPECT_TRUE(files_->remove("folder/file"));
  EXPECT_TRUE(files_->remove("folder"));
  EXPECT_TRUE(files_->remove("file"));
  EXPECT_FALSE(files_->remove("file"));
  EXPECT_EQ(names("."), Names{});
}

TEST_P(FileSystemContract, ProcessesSeeEachOthersFiles) {
  const auto other = mount_();
  create("file", "x");
  EXPECT_EQ(read_small_file(*other, "file", 10), "x");
  const auto file = temporary("y");
  EXPECT_EQ(create_durably(*other, "contended", "z"), LinkResult::kLinked);
  EXPECT_EQ(files_->link_temporary(*file, "contended"), LinkResult::kExists);
}

// --- locks ---

TEST_P(FileSystemContract, ALockKeepsOthersOutForAsLongAsItLives) {
  const auto other = mount_();
  auto held = files_->lock("lock");
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(files_->status("lock")->size, 0U);
  EXPECT_EQ(other->lock("lock"), nullptr);
  EXPECT_EQ(files_->lock("lock"), nullptr);
  EXPECT_EQ(other->lock("lock", std::chrono::steady_clock::now() + 20ms), nullptr);
  EXPECT_NE(other->lock("another"), nullptr);
  held.reset();
  EXPECT_NE(other->lock("lock"), nullptr);
}

TEST_P(FileSystemContract, AWaiterGetsTheLockWhenItBecomesFree) {
  auto held = files_->lock("lock");
  std::unique_ptr<FileLock> got;
  std::thread waiter([&] { got = mount_()->lock("lock", std::chrono::steady_clock::now() + 60s); });
  held.reset();
  waiter.join();
  EXPECT_NE(got, nullptr);
}

TEST_P(FileSystemContract, ALockOnARemovedFileDoesNotKeepOutTheNext) {
  const auto held = files_->lock("lock");
  EXPECT_TRUE(files_->remove("lock"));
  EXPECT_NE(files_->lock("lock"), nullptr);
}

TEST_P(FileSystemContract, DescribeNamesTheWholePath) {
  EXPECT_EQ(files_->describe("a/b"), files_->describe(".") + "/a/b");
}

}  // namespace
}  // namespace walstow
