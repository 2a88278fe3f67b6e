#include "proto/pgdata/left_processes.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fstream>
#include <unistd.h>
#include <utility>

#include "proto/base/boot_id.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/process_start.h"
#include "proto/pgdata/spool_folder.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

constexpr const char* kArchive = "/mnt/archive";
constexpr const char* kDevice = "0:45";

// This process stands for one that was left behind: it lives.
class LeftProcessesTest : public testing::Test {
 protected:
  std::uint64_t living() const { return static_cast<std::uint64_t>(::getpid()); }

  // What a call is told; "" where it may go on.
  std::string refusal(const std::string& archive = kArchive) {
    try {
      refuse_beside_left_process(*files_, archive, kernel_);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
      hint_ = error.hint();
      return error.what();
    }
  }

  // What is logged meanwhile.
  std::string note(std::uint64_t process, const std::string& archive = kArchive) {
    start_log("test", LogLevel::kWarning);
    testing::internal::CaptureStderr();
    note_left_process(*files_, {.process = process, .archive = archive, .device = kDevice},
                      kernel_);
    return testing::internal::GetCapturedStderr();
  }

  SpoolRecord good_record() const {
    return {{"archive", kArchive},
            {"boot", boot_id()},
            {"device", kDevice},
            {"start", process_start(living()).value_or("")},
            {"since", "2026-11-22T19:40:00Z"}};
  }

  void keep(const SpoolRecord& record, std::uint64_t process) {
    write_passing_record(*files_, fmt::format("left_processes/{}", process), record);
  }

  bool nothing_is_kept() const { return !fs::exists(left_); }
  bool is_kept(std::uint64_t process) const { return fs::exists(left_ / std::to_string(process)); }

  TemporaryFolder folder_;
  fs::path left_ = folder_.path() / kSpoolFolder / "left_processes";
  std::unique_ptr<FileSystem> files_ = open_wal_folder(folder_.path().string());
  KernelView kernel_{.mounted_device = [](const std::string&) { return kDevice; }};
  std::string hint_;  // of the last refusal
};

TEST_F(LeftProcessesTest, NothingIsMadeWhereNoneWasLeft) {
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(LeftProcessesTest, OneThatLivesIsNamed) {
  EXPECT_EQ(note(living()), "");
  const std::string told = refusal();
  EXPECT_NE(told.find(kArchive), std::string::npos) << told;
  EXPECT_NE(told.find(fmt::format("process {}, left behind at 2", living())), std::string::npos)
      << told;
  EXPECT_EQ(refusal(), told) << "once more";
}

TEST_F(LeftProcessesTest, TheHintNamesTheRecord) {
  EXPECT_EQ(note(living()), "");
  EXPECT_NE(refusal(), "");
  const std::string record = (left_ / std::to_string(living())).string();
  EXPECT_NE(hint_.find("\"" + record + "\""), std::string::npos) << hint_;
  EXPECT_TRUE(fs::remove(record));
  EXPECT_EQ(refusal(), "");
}

TEST_F(LeftProcessesTest, AnArchiveHasManySpellings) {
  EXPECT_EQ(note(living(), "/mnt//x/../archive/"), "");
  for (const char* const spelling :
       {"/mnt/archive", "/mnt/archive/", "//mnt/./archive", "/mnt//archive//."}) {
    EXPECT_NE(refusal(spelling), "") << spelling;
  }
  EXPECT_EQ(refusal("/mnt"), "");
  EXPECT_EQ(refusal("/mnt/archive/x"), "");
}

TEST_F(LeftProcessesTest, AnArchiveHasAnyBytesInItsName) {
  EXPECT_EQ(note(living(), "/mnt/arch\xEFve"), "");
  EXPECT_NE(refusal("/mnt/arch\xEFve"), "");
  EXPECT_EQ(refusal("/mnt/arch\xEEve"), "");
  EXPECT_NE(refusal("/mnt/arch\xEFve"), "") << "and the record exists";
}

TEST_F(LeftProcessesTest, OneOfAFileSystemThatIsNotThereAnyMoreCountsNot) {
  EXPECT_EQ(note(living(), "/mnt/archive/"), "");
  std::string asked;
  kernel_.mounted_device = [&asked](const std::string& path) {
    asked = path;
    return "0:46";
  };
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(asked, kArchive);
  EXPECT_TRUE(nothing_is_kept());
}

TEST_F(LeftProcessesTest, ADeviceThatCannotBeToldLetsARecordCount) {
  EXPECT_EQ(note(living()), "");
  kernel_.mounted_device = [](const std::string&) { return ""; };
  EXPECT_NE(refusal(), "");
  for (const char* const absent : {"device", ""}) {
    SpoolRecord record = good_record();
    record["device"] = "";
    record.erase(absent);
    keep(record, living());
    kernel_.mounted_device = [](const std::string&) { return "0:46"; };
    EXPECT_NE(refusal(), "");
  }
}

TEST_F(LeftProcessesTest, TheDeviceOfAnArchiveIsThatOfItsPath) {
  EXPECT_NE(device_of_archive("/proc"), "");
  EXPECT_EQ(device_of_archive("//proc/./self/.."), device_of_archive("/proc"));
  EXPECT_EQ(device_of_archive("s3://bucket/prefix"), "");
}

TEST_F(LeftProcessesTest, AnotherArchiveIsNotConcerned) {
  EXPECT_EQ(note(living()), "");
  EXPECT_EQ(refusal("/mnt/other"), "");
  EXPECT_NE(refusal(), "") << "and the record exists";
}

TEST_F(LeftProcessesTest, TheFirstOfSeveralIsNamed) {
  SpoolRecord parent = good_record();
  parent["start"] = process_start(static_cast<std::uint64_t>(::getppid())).value_or("");
  parent["since"] = "2026-11-22T19:39:59Z";
  keep(good_record(), living());
  write_passing_record(*files_, fmt::format("left_processes/{}", ::getppid()), parent);
  EXPECT_NE(
      refusal().find(fmt::format("process {}, left behind at 2026-11-22T19:39:59Z", ::getppid())),
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
  EXPECT_EQ(note(kNoProcess), "");
  EXPECT_TRUE(nothing_is_kept()) << "it ended at the last moment";
}

TEST_F(LeftProcessesTest, WhatCannotBeToldLetsARecordCount) {
  EXPECT_EQ(note(living()), "");
  const auto boot_id = std::exchange(kernel_.boot_id, [] { return std::string(); });
  EXPECT_NE(refusal(), "");
  kernel_.boot_id = boot_id;
  kernel_.process_start = [](std::uint64_t) -> std::optional<std::string> {
    throw Error(ErrorKind::kStorage, "too many open files");
  };
  EXPECT_NE(refusal(), "");
  EXPECT_TRUE(is_kept(living()));
}

TEST_F(LeftProcessesTest, WhatCannotBeToldIsNotNotedButLogged) {
  KernelView silent = kernel_;
  silent.boot_id = [] { return std::string(); };
  KernelView full = kernel_;
  full.process_start = [](std::uint64_t) -> std::optional<std::string> {
    throw Error(ErrorKind::kStorage, "too many open files");
  };
  KernelView foreign = kernel_;
  foreign.proc_shows_own_numbers = [] { return false; };
  for (const auto& [kernel, reason] :
       {std::pair(silent, "boot id"), std::pair(full, "too many open files"),
        std::pair(foreign, "PID namespace")}) {
    kernel_ = kernel;
    const std::string logged = note(living());
    EXPECT_NE(logged.find("warning: could not record"), std::string::npos) << reason;
    EXPECT_NE(logged.find(reason), std::string::npos) << logged;
    EXPECT_TRUE(nothing_is_kept()) << reason;
  }
}

TEST_F(LeftProcessesTest, ARecordOfALaterReleaseIsNotRemoved) {
  EXPECT_EQ(note(living()), "");
  const std::string path = (left_ / std::to_string(living())).string();
  std::string record;
  std::getline(std::ifstream(path), record);
  record.replace(0, 1, R"({"format":2,"of":["x"],"more":"x",)");
  std::ofstream(path) << record;
  EXPECT_NE(refusal(), "") << "it holds all that this release knows";
  // Whatever it says, nobody here understands: no reason to refuse, and none to remove it.
  for (const char* const other : {"{}", R"({"boot":1})", R"({"processes":[1,2]})"}) {
    std::ofstream(path) << other;
    EXPECT_EQ(refusal(), "") << other;
    EXPECT_TRUE(is_kept(living())) << other;
  }
  kernel_.process_start = [](std::uint64_t) { return std::nullopt; };
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(nothing_is_kept()) << "its process has ended";
}

TEST_F(LeftProcessesTest, WhatIsNoRecordIsRemoved) {
  for (const std::string& content :
       {std::string(), std::string("x"), std::string("[]"), std::string(100'000, ' ')}) {
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
  EXPECT_EQ(note(living()), "");
  EXPECT_NE(refusal(), "");
}

TEST_F(LeftProcessesTest, WhatCannotBeReadIsNoReasonToRefuseAndHidesNone) {
  fs::create_directories(left_ / "1" / "full");
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(note(living()), "");
  EXPECT_NE(refusal(), "");
}

TEST_F(LeftProcessesTest, AFolderThatIsNoneIsNoReasonToRefuse) {
  fs::create_directories(left_.parent_path());
  std::ofstream(left_) << "x";
  EXPECT_EQ(refusal(), "");
  const std::string logged = note(living());
  EXPECT_NE(logged.find(fmt::format("warning: could not record that process {}", living())),
            std::string::npos)
      << logged;
  EXPECT_NE(logged.find("left_processes"), std::string::npos) << logged;
  EXPECT_EQ(refusal(), "");
}

}  // namespace
}  // namespace walstow
