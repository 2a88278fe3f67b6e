#include "proto/pgdata/left_processes.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "proto/base/boot_id.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/process_start.h"
#include "proto/pgdata/spool_folder.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

constexpr const char* kArchive = "/mnt/archive";

// This process stands for one that was left behind: it lives.
class LeftProcessesTest : public testing::Test {
 protected:
  std::uint64_t living() const { return static_cast<std::uint64_t>(::getpid()); }

  // What a call is told; "" where it may go on.
  std::string refusal(const std::string& archive = kArchive) {
    try {
      refuse_beside_left_process(*files_, archive);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
  }

  SpoolRecord good_record() const {
    return {{"archive", kArchive},
            {"boot", boot_id()},
            {"start", process_start(living()).value_or("")},
            {"since", "2026-11-22T19:40:00Z"}};
  }

  void keep(const SpoolRecord& record, std::uint64_t process) {
    write_record(*files_, "left_processes", {});  // so that the spool folder is there
    files_->remove(in_spool("left_processes"));
    write_passing_record(*files_, fmt::format("left_processes/{}", process), record);
  }

  bool nothing_is_kept() const { return !fs::exists(left_); }

  TemporaryFolder folder_;
  fs::path left_ = folder_.path() / kSpoolFolder / "left_processes";
  std::unique_ptr<FileSystem> files_ = open_wal_folder(folder_.path().string());
};

TEST_F(LeftProcessesTest, NothingIsMadeWhereNoneWasLeft) {
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(LeftProcessesTest, OneThatLivesIsNamed) {
  note_left_process(*files_, living(), kArchive);
  const std::string told = refusal();
  EXPECT_NE(told.find(kArchive), std::string::npos) << told;
  EXPECT_NE(told.find(fmt::format("process {}, given up at 2", living())), std::string::npos)
      << told;
  EXPECT_EQ(refusal(), told) << "once more";
}

TEST_F(LeftProcessesTest, AnotherArchiveIsNotConcerned) {
  note_left_process(*files_, living(), kArchive);
  EXPECT_EQ(refusal("/mnt/other"), "");
  EXPECT_NE(refusal(), "") << "and the record stands";
}

TEST_F(LeftProcessesTest, TheFirstOfSeveralIsNamed) {
  SpoolRecord parent = good_record();
  parent["start"] = process_start(static_cast<std::uint64_t>(::getppid())).value_or("");
  parent["since"] = "2026-11-22T19:39:59Z";
  keep(good_record(), living());
  write_passing_record(*files_, fmt::format("left_processes/{}", ::getppid()), parent);
  EXPECT_NE(
      refusal().find(fmt::format("process {}, given up at 2026-11-22T19:39:59Z", ::getppid())),
      std::string::npos);
}

TEST_F(LeftProcessesTest, OneThatIsAnotherNowCountsNot) {
  for (const auto& [name, value] :
       {std::pair("start", "1"), std::pair("start", ""),
        std::pair("boot", "00000000-0000-0000-0000-000000000000"), std::pair("boot", "")}) {
    SpoolRecord record = good_record();
    record[name] = value;
    keep(record, living());
    EXPECT_EQ(refusal(), "") << name << " \"" << value << '"';
    EXPECT_TRUE(nothing_is_kept()) << name << " \"" << value << '"';
  }
}

TEST_F(LeftProcessesTest, OneThatHasEndedCountsNot) {
  constexpr std::uint64_t kNoProcess = 5'000'000;  // above the kernel's largest, 2^22
  keep(good_record(), kNoProcess);
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(nothing_is_kept());
  note_left_process(*files_, kNoProcess, kArchive);
  EXPECT_TRUE(nothing_is_kept()) << "it ended at the last moment";
}

TEST_F(LeftProcessesTest, WhatIsNoRecordIsRemoved) {
  for (const std::string& content : {std::string(), std::string("x"), std::string("{\"boot\":1}"),
                                     std::string("{}"), std::string(100'000, ' ')}) {
    for (const std::string& name : {std::to_string(living()), std::string("x")}) {
      fs::create_directories(left_);
      std::ofstream(left_ / name) << content;
      EXPECT_EQ(refusal(), "") << name << ": " << content.substr(0, 20);
      EXPECT_TRUE(nothing_is_kept()) << name << ": " << content.substr(0, 20);
    }
  }
}

TEST_F(LeftProcessesTest, ADamagedRecordIsReplaced) {
  fs::create_directories(left_);
  std::ofstream(left_ / std::to_string(living())) << "{";
  note_left_process(*files_, living(), kArchive);
  EXPECT_NE(refusal(), "");
}

TEST_F(LeftProcessesTest, WhatCannotBeReadIsNoReasonToRefuseAndHidesNone) {
  fs::create_directories(left_ / "1" / "full");
  EXPECT_EQ(refusal(), "");
  note_left_process(*files_, living(), kArchive);
  EXPECT_NE(refusal(), "");
}

TEST_F(LeftProcessesTest, AFolderThatIsNoneIsNoReasonToRefuse) {
  fs::create_directories(left_.parent_path());
  std::ofstream(left_) << "x";
  EXPECT_EQ(refusal(), "");
  note_left_process(*files_, living(), kArchive);  // told, and nothing is noted
  EXPECT_EQ(refusal(), "");
}

}  // namespace
}  // namespace walstow
