#include "archiver/archive_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/client/file_check.h"
#include "tests/support/digests.h"
#include "tests/support/fake_store.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

constexpr const char* kSegment = "000000010000000000000007";
constexpr std::size_t kMegabyte = std::size_t{1} << 20;
const Patience kPatience{.give_up = Deadline::after(Duration(0)), .on_failure = {}};

std::vector<std::byte> segment_1mb() {
  std::vector<std::byte> bytes = samples::bytes_of_hex(samples::kSegment1Mb);
  bytes.resize(kMegabyte, std::byte{7});
  return bytes;
}

class ArchiveFileTest : public testing::Test {
 protected:
  void write(const std::string& name, ByteView content) {
    write_durably(*files_, name, as_text(content));
  }
  ArchiveJob job(const std::string& path) {
    return {.path = path, .folder = *files_, .cluster = "main", .server = {}, .instance = {}};
  }
  // What the store was asked to keep.
  PutFile put_of(const ArchiveJob& job) {
    std::optional<PutFile> asked;
    FakeStore store;
    store.on_put = [&](const PutFile& put, FileContent&) {
      asked = put;
      return PutDone{PutResult::kPublished, {}};
    };
    archive_file(job, store, kPatience);
    return asked.value();
  }
  static std::string error_of(const ArchiveJob& job) {
    FakeStore store;  // to which nothing is sent
    try {
      archive_file(job, store, kPatience);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

TEST_F(ArchiveFileTest, SendsTheFileWithWhatItSaysOfItself) {
  write(kSegment, segment_1mb());
  ArchiveJob with_instance = job(std::string("pg_wal/") + kSegment);
  with_instance.instance = Instance{.id = "one"};
  const PutFile put = put_of(with_instance);
  EXPECT_EQ(put.cluster, "main");
  EXPECT_EQ(put.file.text(), kSegment);
  EXPECT_EQ(put.system_identifier, samples::kSystem1Mb);
  EXPECT_EQ(put.segment_size, SegmentSize::from_bytes(kMegabyte));
  EXPECT_EQ(put.raw_size, kMegabyte);
  EXPECT_EQ(put.digest, digest_of(segment_1mb()));
  EXPECT_EQ(put.instance.value().id, "one");
  EXPECT_FALSE(put.ask_first);
}

TEST_F(ArchiveFileTest, SendsAHistoryFileInTheNameOfTheServer) {
  const std::string content = "1\t0/A00000\tno recovery target specified\n";
  write("00000002.history", as_bytes(content));
  ArchiveJob of_server = job("pg_wal/00000002.history");
  of_server.server = {.system_identifier = 12, .segment_size = SegmentSize::from_bytes(kMegabyte)};
  const PutFile put = put_of(of_server);
  EXPECT_EQ(put.system_identifier, 12);
  EXPECT_EQ(put.segment_size, SegmentSize::from_bytes(kMegabyte));
  EXPECT_EQ(put.raw_size, content.size());
  EXPECT_EQ(put.digest, digest_of(as_bytes(content)));
}

TEST_F(ArchiveFileTest, HandsOutWhatTheStoreAnswered) {
  write(kSegment, segment_1mb());
  for (const PutResult result : {PutResult::kPublished, PutResult::kExisted}) {
    FakeStore store;
    store.on_put = [&](const PutFile& put, FileContent& raw) {
      EXPECT_EQ(read_through(raw, UINT64_MAX).digest, put.digest);
      return PutDone{result, {.name = kSegment}};
    };
    const ArchivedFile archived = archive_file(job(kSegment), store, kPatience);
    EXPECT_EQ(archived.done.result, result);
    EXPECT_EQ(archived.done.report.name, kSegment);
    EXPECT_EQ(archived.status, files_->status(kSegment));
  }
}

TEST_F(ArchiveFileTest, SendsNothingThatFailsTheCheck) {
  write("000000010000000000000008", segment_1mb());
  EXPECT_EQ(error_of(job("pg_wal/000000010000000000000008")),
            "could not archive file \"pg_wal/000000010000000000000008\": its first page has the "
            "address 0/700000, but according to its name it should have 0/800000");
  EXPECT_EQ(error_of(job("pg_wal/000000010000000000000009")),
            "could not archive file \"pg_wal/000000010000000000000009\": there is no such file");
  EXPECT_EQ(error_of(job("pg_wal/passwords")),
            "could not archive file \"pg_wal/passwords\": its name is not that of a WAL file");
}

TEST_F(ArchiveFileTest, AFileThatCannotBeReadIsAnError) {
  write(kSegment, segment_1mb());
  const auto faults = std::make_shared<FaultPlan>();
  files_ = with_faults(std::move(files_), faults);
  faults->fail_every(FileCall::kReadAt, EIO);
  EXPECT_TRUE(error_of(job(kSegment)).ends_with("Input/output error")) << error_of(job(kSegment));
}

TEST_F(ArchiveFileTest, AFileThatChangesItsSizeMeanwhileIsNotSent) {
  const TemporaryFolder folder;
  for (const std::size_t changed : {kMegabyte - 1, kMegabyte + 1, std::size_t{0}}) {
    const auto faults = std::make_shared<FaultPlan>();
    files_ = with_faults(open_posix_file_system(folder.path().string()), faults);
    write(kSegment, segment_1mb());
    // After its beginning was looked at.
    faults->interleave(FileCall::kReadAt, 2,
                       [&] { fs::resize_file(folder.path() / kSegment, changed); });
    EXPECT_EQ(error_of(job(kSegment)), std::string("could not archive file \"") + kSegment +
                                           "\": its size changed from " + "1048576 to " +
                                           std::to_string(changed) + " bytes while it was read");
  }
}

TEST_F(ArchiveFileTest, TheStoresErrorKeepsItsKindAndHint) {
  write(kSegment, segment_1mb());
  FakeStore store;
  store.on_put = [](const PutFile&, FileContent&) -> PutDone {
    throw Error(ErrorKind::kRefused, "the store keeps other content", "Look at both.");
  };
  try {
    archive_file(job(kSegment), store, kPatience);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kRefused);
    EXPECT_EQ(error.hint(), "Look at both.");
    EXPECT_EQ(std::string(error.what()), std::string("could not archive file \"") + kSegment +
                                             "\": the store keeps other content");
  }
}

}  // namespace
}  // namespace walstow
