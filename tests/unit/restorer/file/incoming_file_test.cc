#include "restorer/file/incoming_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "proto/base/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"

namespace walstow {
namespace {

std::optional<std::string> content_of(FileSystem& files, const std::string& name) {
  return read_small_file(files, name, 1000);
}

TEST(IncomingFileTest, StandsUnderItsNameOnlyWhenItIsPlaced) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  IncomingFile file(*files);
  file.write(as_bytes("one "));
  file.write(as_bytes("two"));
  EXPECT_FALSE(content_of(*files, "RECOVERYXLOG"));
  file.publish("RECOVERYXLOG");
  EXPECT_EQ(content_of(*files, "RECOVERYXLOG"), "one two");
}

TEST(IncomingFileTest, TakesThePlaceOfWhatStood) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  write_durably(*files, "RECOVERYXLOG", "of an earlier call, and longer");
  IncomingFile file(*files);
  file.write(as_bytes("new"));
  file.publish("RECOVERYXLOG");
  EXPECT_EQ(content_of(*files, "RECOVERYXLOG"), "new");
}

TEST(IncomingFileTest, RestartsFromNothing) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  IncomingFile file(*files);
  file.write(as_bytes("the first attempt, which broke"));
  file.restart();
  EXPECT_EQ(file.size(), 0);
  EXPECT_TRUE(file.beginning().empty());
  file.write(as_bytes("second"));
  file.publish("RECOVERYXLOG");
  EXPECT_EQ(content_of(*files, "RECOVERYXLOG"), "second");
}

TEST(IncomingFileTest, RemembersTheBeginningHoweverItIsCut) {
  const std::string content(100, 'x');
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{39}, std::size_t{40}, std::size_t{100}}) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    IncomingFile file(*files);
    for (std::size_t offset = 0; offset < content.size(); offset += piece) {
      file.write(as_bytes(content.substr(offset, piece)));
    }
    EXPECT_EQ(file.size(), content.size());
    EXPECT_EQ(as_text(file.beginning()), content.substr(0, kSegmentHeaderSize)) << piece;
  }
}

TEST(IncomingFileTest, NeedsNoSpoolFolder) {
  ForgetfulDisk disk;
  const auto faults = std::make_shared<FaultPlan>();
  const auto files = with_faults(disk.mount(), faults);
  faults->fail_every(FileCall::kMakeFolder, EACCES);
  faults->fail_every(FileCall::kReplaceByTemporary, EACCES);
  IncomingFile file(*files);
  file.write(as_bytes("content"));
  file.publish("RECOVERYXLOG");
  EXPECT_EQ(content_of(*files, "RECOVERYXLOG"), "content");
}

TEST(IncomingFileTest, IsAbsentAfterEveryFailure) {
  for (const FileCall call : {FileCall::kWriteAt, FileCall::kLinkTemporary, FileCall::kClose}) {
    ForgetfulDisk disk;
    const auto faults = std::make_shared<FaultPlan>();
    const auto files = with_faults(disk.mount(), faults);
    faults->fail_every(call, EIO);
    EXPECT_THROW(
        {
          IncomingFile file(*files);
          file.write(as_bytes("content"));
          file.publish("RECOVERYXLOG");
        },
        Error)
        << to_string(call);
    EXPECT_FALSE(content_of(*files, "RECOVERYXLOG")) << to_string(call);
  }
}

}  // namespace
}  // namespace walstow
