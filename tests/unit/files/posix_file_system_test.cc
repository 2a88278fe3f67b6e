// What only a kernel has: symbolic links, other kinds of files, other processes, permissions. The
// promises common to every FileSystem are in tests/contract/file_system_contract_test.cc.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/files/file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

class PosixFileSystemTest : public testing::Test {
 protected:
  std::unique_ptr<FileSystem> open(TemporaryStyle style = TemporaryStyle::kAutomatic) {
    return open_posix_file_system(root(), {.temporaries = style});
  }
  std::string root() const { return folder_.path().string(); }
  std::string content(const std::string& path) {
    return read_small_file(*files_, path, 1000).value_or("(absent)");
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> files_ = open();
};

template <class Call>
void expect_error(ErrorKind kind, const std::string& message, Call call) {
  try {
    call();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.kind()), to_string(kind));
    EXPECT_EQ(error.what(), message);
  }
}

// Runs `work` in another process, which is then killed without any clean-up.
void run_and_kill(const std::function<void()>& work) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
}

// --- root in another user's folder ---

class OtherUsersFolderTest : public PosixFileSystemTest {
 protected:
  static constexpr uid_t kUser = 65534;  // nobody
  static constexpr gid_t kGroup = 65533;

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may give a folder to another user";
    ASSERT_EQ(::chown(root().c_str(), kUser, kGroup), 0);
  }
  std::string owner(const std::string& path) {
    struct stat status {};
    if (::lstat((root() + "/" + path).c_str(), &status) != 0) return "(absent)";
    return std::to_string(status.st_uid) + ":" + std::to_string(status.st_gid);
  }
};

TEST_F(OtherUsersFolderTest, WhatIsMadeBelongsToItsOwner) {
  for (const TemporaryStyle style : {TemporaryStyle::kAutomatic, TemporaryStyle::kNamed}) {
    const auto files =
        open_posix_file_system(root(), {.temporaries = style, .as_folder_owner = true});
    make_folders_durably(*files, "a/b");
    write_durably(*files, "a/b/file", "x");
    files->open_or_create("a/written")->close();
    EXPECT_NE(files->lock("a/lock"), nullptr);
    for (const std::string path : {"a", "a/b", "a/b/file", "a/written", "a/lock"}) {
      EXPECT_EQ(owner(path), "65534:65533") << path;
    }
    fs::remove_all(root() + "/a");
  }
  EXPECT_EQ(owner("_tmp"), "65534:65533");
}

TEST_F(OtherUsersFolderTest, RootKeepsItsRightsAfterwards) {
  const auto files = open_posix_file_system(root(), {.as_folder_owner = true});
  files->make_folder("a");
  ASSERT_EQ(::chmod((root() + "/a").c_str(), 0), 0);
  write_durably(*open_posix_file_system(root() + "/a"), "roots", "x");
  EXPECT_EQ(owner("a/roots"), "0:0");
}

TEST_F(OtherUsersFolderTest, OnlyWhereItIsAskedFor) {
  write_durably(*open_posix_file_system(root()), "file", "x");
  EXPECT_EQ(owner("file"), "0:0");
}

// --- the root ---

TEST_F(PosixFileSystemTest, AnAbsentRootIsAValue) {
  EXPECT_EQ(open_posix_file_system(root() + "/absent"), nullptr);
}

TEST_F(PosixFileSystemTest, ARootThatIsAFileIsAnError) {
  write_durably(*files_, "file", "x");
  expect_error(ErrorKind::kStorage,
               "could not open folder \"" + root() + "/file\": Not a directory",
               [&] { open_posix_file_system(root() + "/file"); });
  expect_error(ErrorKind::kStorage,
               "could not open folder \"" + root() + "/file/below\": Not a directory",
               [&] { open_posix_file_system(root() + "/file/below"); });
}

TEST_F(PosixFileSystemTest, TheRootItselfMayBeASymbolicLink) {
  fs::create_directory(root() + "/real");
  fs::create_symlink("real", root() + "/link");
  const auto files = open_posix_file_system(root() + "/link/");
  write_durably(*files, "file", "x");
  EXPECT_EQ(content("real/file"), "x");
  EXPECT_EQ(files->describe("file"), root() + "/link/file");
}

TEST_F(PosixFileSystemTest, ARootThatIsReplacedStaysTheOneThatWasOpened) {
  fs::create_directory(root() + "/archive");
  const auto files = open_posix_file_system(root() + "/archive");
  fs::rename(root() + "/archive", root() + "/moved");
  fs::create_directory(root() + "/archive");
  write_durably(*files, "file", "x");
  EXPECT_EQ(content("moved/file"), "x");
  EXPECT_EQ(content("archive/file"), "(absent)");
}

TEST_F(PosixFileSystemTest, DescribeJoinsRootAndPath) {
  EXPECT_EQ(open_posix_file_system("/")->describe("a/b"), "/a/b");
  EXPECT_EQ(open_posix_file_system("/")->describe("."), "/");
  EXPECT_EQ(open_posix_file_system("/tmp//")->describe("a"), "/tmp/a");
  EXPECT_EQ(open_posix_file_system(".")->describe("a"), "./a");
}

// --- what is neither file nor folder ---

TEST_F(PosixFileSystemTest, SymbolicLinksBelowTheRootAreNotFollowed) {
  fs::create_directory(root() + "/folder");
  write_durably(*files_, "folder/file", "x");
  fs::create_symlink("folder", root() + "/to_folder");
  fs::create_symlink("folder/file", root() + "/to_file");
  fs::create_symlink("absent", root() + "/to_nothing");
  expect_error(ErrorKind::kStorage,
               "could not open file \"" + root() + "/to_file\": Too many levels of symbolic links",
               [&] { files_->open_file("to_file"); });
  for (const std::string path : {"to_file", "to_nothing", "to_folder/file"}) {
    SCOPED_TRACE(path);
    EXPECT_THROW(files_->open_file(path), Error);
    EXPECT_THROW(files_->open_or_create(path), Error);
    EXPECT_THROW(files_->lock(path), Error);
  }
  EXPECT_THROW(files_->list("to_folder"), Error);
  EXPECT_THROW(files_->sync_folder("to_folder"), Error);
  EXPECT_THROW(files_->make_folder("to_folder"), Error);
  EXPECT_THROW(write_durably(*files_, "to_folder/file", "y"), Error);
  EXPECT_EQ(files_->status("to_file")->type, FileStatus::Type::kOther);
  EXPECT_FALSE(fs::exists(root() + "/absent"));
  EXPECT_EQ(content("folder/file"), "x");
}

TEST_F(PosixFileSystemTest, ReplacingTakesTheLinkAndLeavesItsTarget) {
  write_durably(*files_, "target", "x");
  fs::create_symlink("target", root() + "/link");
  write_durably(*files_, "link", "y");
  EXPECT_EQ(content("link"), "y");
  EXPECT_EQ(content("target"), "x");
}

TEST_F(PosixFileSystemTest, OtherKindsOfFilesAreRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo((root() + "/fifo").c_str(), 0600), 0);
  expect_error(ErrorKind::kStorage,
               "could not open file \"" + root() + "/fifo\": not a regular file",
               [&] { files_->open_file("fifo"); });
  EXPECT_THROW(files_->open_or_create("fifo"), Error);
  EXPECT_EQ(files_->status("fifo")->type, FileStatus::Type::kOther);
}

TEST_F(PosixFileSystemTest, AFailedSyncOfAFolderIsFatal) {
  // procfs has no fsync.
  expect_error(ErrorKind::kFatal, "could not fsync folder \"/proc/self\": Invalid argument",
               [] { open_posix_file_system("/proc/self")->sync_folder("."); });
}

TEST_F(PosixFileSystemTest, ACleanerLeavesAloneWhatReplacesAFile) {
  files_->make_folder("_tmp");
  std::atomic<bool> done = false;
  std::thread cleaner([&] {
    while (!done)
      open()->remove_dead_temporaries();
  });
  for (int i = 0; i < 3000; ++i)
    EXPECT_NO_THROW(files_->replace_by_temporary(*files_->create_temporary(), "file"));
  done = true;
  cleaner.join();
}

TEST_F(PosixFileSystemTest, ANameWithANulByteIsRefused) {
  write_durably(*files_, "file", "x");
  EXPECT_THROW(files_->open_file(std::string("file\0.tmp", 9)), Error);
}

TEST_F(PosixFileSystemTest, ANameThatIsTooLongIsAnErrorAndNotAnAbsence) {
  const std::string name(300, 'x');
  expect_error(ErrorKind::kStorage,
               "could not open file \"" + root() + "/" + name + "\": File name too long",
               [&] { files_->open_file(name); });
}

// --- permissions ---

TEST_F(PosixFileSystemTest, TheUmaskCanOnlyTightenModes) {
  for (const auto& [mask, file_mode, folder_mode] :
       {std::tuple{0000U, 0640U, 0750U}, std::tuple{0077U, 0600U, 0700U}}) {
    const std::string folder = "folder_" + std::to_string(mask);
    const mode_t before = ::umask(mask);
    files_->make_folder(folder);
    write_durably(*files_, folder + "/anonymous", "");
    write_durably(*open(TemporaryStyle::kNamed), folder + "/named", "");
    files_->open_or_create(folder + "/created");
    ::umask(before);
    EXPECT_EQ(files_->status(folder)->mode, folder_mode);
    for (const char* const name : {"/anonymous", "/named", "/created"}) {
      EXPECT_EQ(files_->status(folder + name)->mode, file_mode) << name;
    }
  }
}

TEST_F(PosixFileSystemTest, FilesOfSecretsAreTheirOwnersFromTheFirstMomentOn) {
  for (const TemporaryStyle style : {TemporaryStyle::kAutomatic, TemporaryStyle::kNamed}) {
    const auto files = open_posix_file_system(
        root(), {.temporaries = style, .file_mode = 0600, .folder_mode = 0700});
    EXPECT_EQ(files->create_temporary()->status().mode, 0600U);
    create_durably(*files, "created", "");
    write_durably(*files, "replaced", "");
    files->make_folder("folder");
    EXPECT_EQ(files_->status("created")->mode, 0600U);
    EXPECT_EQ(files_->status("replaced")->mode, 0600U);
    EXPECT_EQ(files_->status("folder")->mode, 0700U);
    for (const char* const name : {"created", "replaced", "folder"}) {
      files->remove(name);
    }
  }
}

TEST_F(PosixFileSystemTest, WhatMayNotBeLookedAtIsNotAbsent) {
  fs::create_directory(root() + "/closed");
  fs::permissions(root() + "/closed", fs::perms::no_perms);
  fs::permissions(root(), fs::perms(0755));
  const bool privileged = ::geteuid() == 0;
  // Root may look at everything.
  ASSERT_EQ(::seteuid(privileged ? 65534 : ::geteuid()), 0);
  expect_error(ErrorKind::kStorage,
               "could not open file \"" + root() + "/closed/file\": Permission denied",
               [&] { files_->open_file("closed/file"); });
  EXPECT_THROW(files_->status("closed/file"), Error);
  EXPECT_THROW(files_->list("closed"), Error);
  ASSERT_EQ(::seteuid(privileged ? 0 : ::geteuid()), 0);
}

// --- temporaries and other processes ---

TEST_F(PosixFileSystemTest, AnAnonymousTemporaryLeavesNothingWhenItsWriterDies) {
  run_and_kill([&] {
    const auto file = files_->create_temporary();
    file->write_at(0, as_bytes("x"));
    ::raise(SIGKILL);
  });
  EXPECT_EQ(files_->list("."), std::vector<std::string>());
}

TEST_F(PosixFileSystemTest, ANamedTemporaryIsRemovedOnceItsWriterIsDead) {
  run_and_kill([&] {
    const auto file = open(TemporaryStyle::kNamed)->create_temporary();
    file->write_at(0, as_bytes("x"));
    ::raise(SIGKILL);
  });
  EXPECT_EQ(files_->list("_tmp")->size(), 1U);
  EXPECT_EQ(files_->remove_dead_temporaries(), 1U);
  EXPECT_EQ(files_->list("_tmp")->size(), 0U);
}

TEST_F(PosixFileSystemTest, ANamedTemporaryOfALivingProcessIsLeftAlone) {
  const auto file = open(TemporaryStyle::kNamed)->create_temporary();
  run_and_kill([&] {
    // Whoever was forked from the writer shares its lock; a cleaner opens the file anew.
    if (open()->remove_dead_temporaries() != 0) ::_exit(1);
  });
  EXPECT_EQ(files_->list("_tmp")->size(), 1U);
}

TEST_F(PosixFileSystemTest, WritersSucceedWhileACleanerRuns) {
  const auto named = open(TemporaryStyle::kNamed);
  std::atomic<bool> done = false;
  std::thread cleaner([&] {
    while (!done)
      files_->remove_dead_temporaries();
  });
  for (int number = 0; number < 200; ++number) {
    write_durably(*named, "replaced", std::to_string(number));
    create_durably(*named, "file" + std::to_string(number), "x");
  }
  done = true;
  cleaner.join();
  EXPECT_EQ(content("replaced"), "199");
  EXPECT_EQ(content("file0"), "x");
  EXPECT_EQ(content("file199"), "x");
}

TEST_F(PosixFileSystemTest, TheTemporaryFolderCanBeChosen) {
  const auto files = open_posix_file_system(
      root(), {.temporary_folder = "spool", .temporaries = TemporaryStyle::kNamed});
  const auto file = files->create_temporary();
  EXPECT_EQ(files->list("spool")->size(), 1U);
}

TEST_F(PosixFileSystemTest, ALockOfADeadProcessIsFree) {
  run_and_kill([&] {
    const auto held = files_->lock("lock");
    ::raise(SIGKILL);
  });
  EXPECT_NE(files_->lock("lock"), nullptr);
}

}  // namespace
}  // namespace walstow
