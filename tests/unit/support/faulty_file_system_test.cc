#include "tests/support/faulty_file_system.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "tests/support/forgetful_file_system.h"

namespace walstow {
namespace {

class FaultyFileSystem : public testing::Test {
 protected:
  std::string durable_content(const std::string& path) {
    disk_.power_cut(CutMode::only_durable());
    return read_small_file(*disk_.mount(), path, 100).value_or("(absent)");
  }

  ForgetfulDisk disk_;
  std::shared_ptr<FaultPlan> plan_ = std::make_shared<FaultPlan>();
  std::unique_ptr<FileSystem> files_ = with_faults(disk_.mount(), plan_);
};

TEST_F(FaultyFileSystem, WithoutAPlanEverythingWorksAndIsCounted) {
  EXPECT_EQ(create_durably(*files_, "a", "content"), LinkResult::kLinked);
  const std::vector<std::string> expected = {
      "create_temporary temporary", "write_at temporary", "sync temporary",
      "link_temporary a",           "close temporary",    "sync_folder ."};
  EXPECT_EQ(plan_->journal(), expected);
  EXPECT_EQ(plan_->calls(), 6U);
  EXPECT_EQ(plan_->failures(), 0U);
  EXPECT_EQ(durable_content("a"), "content");
}

TEST_F(FaultyFileSystem, EveryCallCanBeTheOneThatFails) {
  for (std::size_t number = 1; number <= 6; ++number) {
    const std::size_t failures = plan_->failures();
    plan_->fail_call(number, EIO);
    EXPECT_THROW(create_durably(*files_, "a" + std::to_string(number), "content"), Error);
    EXPECT_EQ(plan_->failures(), failures + 1);
  }
  plan_->fail_call(7, EIO);
  EXPECT_NO_THROW(create_durably(*files_, "a7", "content"));
}

TEST_F(FaultyFileSystem, ACallCanHaveItsEffectAndFail) {
  plan_->fail_call(4, EIO, FaultMoment::kAfter);
  EXPECT_THROW(create_durably(*files_, "a", "content"), Error);
  EXPECT_EQ(read_small_file(*files_, "a", 100), "content");
  plan_->fail_call(3, EIO, FaultMoment::kAfter);
  EXPECT_THROW(write_durably(*files_, "a", "other"), Error);
  EXPECT_EQ(read_small_file(*files_, "a", 100), "content");
}

TEST_F(FaultyFileSystem, AnotherMayActInTheMiddle) {
  plan_->interleave(FileCall::kReadAt, 2, [this] { write_durably(*disk_.mount(), "b", "new"); });
  write_durably(*files_, "a", "content");
  EXPECT_EQ(read_small_file(*files_, "a", 100), "content");
  EXPECT_FALSE(disk_.mount()->status("b"));
  EXPECT_EQ(read_small_file(*files_, "a", 100), "content");
  EXPECT_TRUE(disk_.mount()->status("b"));
}

struct FailingCall {
  FileCall call;
  std::function<void(FileSystem&, File&)> run;
  ErrorKind kind = ErrorKind::kStorage;
};

TEST_F(FaultyFileSystem, EveryKindOfCallFailsAsTheRealOneDoes) {
  const std::vector<FailingCall> calls = {
      {FileCall::kOpenFile, [](auto& files, auto&) { files.open_file("a"); }},
      {FileCall::kOpenOrCreate, [](auto& files, auto&) { files.open_or_create("b"); }},
      {FileCall::kStatus, [](auto& files, auto&) { files.status("a"); }},
      {FileCall::kList, [](auto& files, auto&) { files.list("."); }},
      {FileCall::kCreateTemporary, [](auto& files, auto&) { files.create_temporary(); }},
      {FileCall::kLinkTemporary, [](auto& files, auto& file) { files.link_temporary(file, "b"); }},
      {FileCall::kReplaceByTemporary,
       [](auto& files, auto& file) { files.replace_by_temporary(file, "b"); }},
      {FileCall::kMakeFolder, [](auto& files, auto&) { files.make_folder("b"); }},
      {FileCall::kRename, [](auto& files, auto&) { files.rename("a", "b"); }},
      {FileCall::kRemove, [](auto& files, auto&) { files.remove("a"); }},
      {FileCall::kSyncFolder, [](auto& files, auto&) { files.sync_folder("."); },
       ErrorKind::kFatal},
      {FileCall::kLock, [](auto& files, auto&) { files.lock("b"); }},
      {FileCall::kRemoveDeadTemporaries,
       [](auto& files, auto&) { files.remove_dead_temporaries(); }},
      {FileCall::kReadAt, [](auto&, auto& file) { file.read_at(0, {}); }},
      {FileCall::kWriteAt, [](auto&, auto& file) { file.write_at(0, {}); }},
      {FileCall::kSync, [](auto&, auto& file) { file.sync(); }},
      {FileCall::kFileStatus, [](auto&, auto& file) { file.status(); }},
      {FileCall::kClose, [](auto&, auto& file) { file.close(); }},
  };
  create_durably(*files_, "a", "content");
  for (const auto& failing : calls) {
    SCOPED_TRACE(to_string(failing.call));
    const auto file = files_->create_temporary();
    plan_->fail_every(failing.call, ENOSPC);
    try {
      failing.run(*files_, *file);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(to_string(error.kind()), to_string(failing.kind));
      EXPECT_NE(std::string(error.what()).find(system_message(ENOSPC)), std::string::npos);
    }
    plan_->stop_failing();
    EXPECT_EQ(files_->status("b"), std::nullopt) << "it had an effect";
    EXPECT_EQ(read_small_file(*files_, "a", 100), "content") << "it had an effect";
  }
}

TEST_F(FaultyFileSystem, AWriteThatFailsHasWrittenAPart) {
  const auto file = files_->open_or_create("a");
  plan_->fail_every(FileCall::kWriteAt, ENOSPC);
  EXPECT_THROW(file->write_at(0, as_bytes("12345678")), Error);
  EXPECT_EQ(read_small_file(*files_, "a", 100), "1234");
}

TEST_F(FaultyFileSystem, AfterAFailedSyncTheNextOneSucceedsAndTheContentIsLost) {
  auto file = files_->open_or_create("a");
  file->write_at(0, as_bytes("content"));
  files_->sync_folder(".");
  plan_->fail_call(1, EIO);
  EXPECT_THROW(file->sync(), Error);
  EXPECT_NO_THROW(file->sync());
  EXPECT_NO_THROW(files_->open_file("a")->sync());
  EXPECT_EQ(durable_content("a"), "");
}

TEST_F(FaultyFileSystem, AFailedSyncOfAFolderMakesNoNameDurable) {
  plan_->fail_every(FileCall::kSyncFolder, EIO);
  EXPECT_THROW(create_durably(*files_, "a", "content"), Error);
  EXPECT_EQ(durable_content("a"), "(absent)");
}

}  // namespace
}  // namespace walstow
