#include "store/files/get_file.h"

#include <csignal>
#include <sys/resource.h>

#include "proto/base/filesystem.h"
#include "proto/wire/verify_report.h"
#include "store/backend/directory_backend.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

// While it lives, no file of this process can take a byte: as on a full disk, also for root.
class NoRoom {
 public:
  NoRoom() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;
  ~NoRoom() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

constexpr std::string_view kFirst = "000000010000000000000001";
constexpr std::string_view kSecond = "000000010000000000000002";
constexpr std::string_view kThird = "000000010000000000000003";

class GetFileTest : public ServiceTest {
 protected:
  GetFileTest() {
    EXPECT_EQ(put(kSecond).status, 201);
    EXPECT_EQ(put("000000010000000000000004").status, 201);
    EXPECT_EQ(put("000000020000000000000004").status, 201);
    const std::string history = "1\t0/400000\tno recovery target specified\n";
    EXPECT_EQ(put("00000002.history", history).status, 201);
    EXPECT_EQ(put("00000004.history", history).status, 201);
  }
};

TEST_F(GetFileTest, AbsenceSaysWhereTheFileWouldBe) {
  const struct {
    std::string_view name, code;
  } cases[] = {
      {kFirst, "hole"},  // timeline 1 has no history that would say where it began
      {kThird, "hole"},
      {"000000010000000000000005", "absent-end"},
      {"000000020000000000000003", "absent-before"},
      {"000000020000000000000005", "absent-end"},
      {"000000030000000000000005", "absent-end"},
      {"00000001.history", "absent-before"},
      {"00000003.history", "hole"},
      {"00000005.history", "absent-end"},
      {"000000010000000000000004.00000028.backup", "absent-end"},
  };
  for (const auto& one : cases) {
    const Response response = get(one.name);
    EXPECT_EQ(response.status, 404) << one.name;
    EXPECT_EQ(code_of(response), one.code) << one.name;
  }
}

TEST_F(GetFileTest, AHoleSaysWhatIsToBeDoneAboutIt) {
  const auto refusal_of = [this](std::string_view name) {
    const Response response = get(name);
    return parse_refusal({response.status, with_version(response.fields)}, response.body).value();
  };
  const Refusal segment = refusal_of(kThird);
  EXPECT_TRUE(segment.message.ends_with(
      "although timeline 2 branched off this file's timeline at a later point"))
      << segment.message;
  EXPECT_NE(segment.hint.find("walstow-archive PATH"), std::string::npos) << segment.hint;
  const Refusal history = refusal_of("00000003.history");
  EXPECT_TRUE(history.message.ends_with("although timeline 4, which is higher, is known"))
      << history.message;
  // What shows that the log went on may not belong to it.
  EXPECT_NE(segment.hint.find("walstow withdraw main 00000002.history --reason TEXT"),
            std::string::npos)
      << segment.hint;
  EXPECT_NE(history.hint.find("walstow withdraw main 00000004.history --reason TEXT"),
            std::string::npos)
      << history.hint;
  EXPECT_EQ(refusal_of("000000010000000000000005").hint, "");
}

TEST_F(GetFileTest, AbsenceProvesItselfForTheQuestionAsked) {
  const Response response = get(kThird);
  const auto refusal =
      parse_refusal({response.status, with_version(response.fields)}, response.body);
  ASSERT_TRUE(refusal && refusal->proof);
  EXPECT_TRUE(proves(*refusal->proof, {.cluster = "main",
                                       .file = std::string(kThird),
                                       .request_id = "0123456789abcdef",
                                       .system_identifier = samples::kSystem1Mb}));
}

TEST_F(GetFileTest, WhatCannotBeAskedIsNeverAbsent) {
  GetFile other_system = get_of(kFirst);
  other_system.system_identifier = 4711;
  EXPECT_EQ(code_of(ask(other_system)), "unknown-system");
  GetFile other_cluster = get_of(kFirst);
  other_cluster.cluster = "other";
  EXPECT_EQ(code_of(ask(other_cluster)), "unknown-cluster");
}

TEST_F(GetFileTest, WhatWasMovedAwayIsNeverAbsent) {
  const fs::path aside = archive_folder.parent_path() / "moved";
  const struct {
    const char* title;
    fs::path what;
  } cases[] = {
      {"the whole archive", archive_folder},
      {"the marker", archive_folder / "walstow.json"},
      {"the era's folder", archive_folder / "main" / kEra},
      {"the era's record in its folder", archive_folder / "main" / kEra / "era.json"},
  };
  for (const auto& one : cases) {
    fs::rename(one.what, aside);
    const Response gone = get(kFirst);
    EXPECT_EQ(code_of(gone), "unavailable") << one.title << " " << gone.body;
    fs::rename(aside, one.what);
    EXPECT_EQ(code_of(get(kFirst)), "hole") << one.title;
  }
}

TEST_F(GetFileTest, EmptyFolderInTheArchivesPlaceIsNeverAbsent) {
  EXPECT_EQ(get(kSecond).status, 200);
  fs::rename(archive_folder, archive_folder.parent_path() / "moved");
  fs::create_directory(archive_folder);
  EXPECT_EQ(code_of(get(kFirst)), "unavailable");
}

TEST_F(GetFileTest, ArchiveThatGoesAwayDuringTheRequestIsNeverAbsent) {
  ForgetfulDisk disk;
  initialize_archive(*make_directory_backend(disk.mount()));
  const auto faults = std::make_shared<FaultPlan>();
  const auto archive =
      std::make_shared<Archive>(make_directory_backend(with_faults(disk.mount(), faults)));
  archive->create_cluster("main");
  archive->open_era("main", samples::kSystem1Mb, 1U << 20, 1);
  EXPECT_EQ(get_file(archive, get_of(kFirst)).head.status, 404);
  faults->interleave(FileCall::kList, 1, [&disk] { disk.mount()->remove("walstow.json"); });
  EXPECT_THROW(get_file(archive, get_of(kFirst)), Error);
}

TEST_F(GetFileTest, ArchiveWithoutRoomStillHandsOutWhatItHolds) {
  const NoRoom no_room;
  Handler fresh([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const auto status = [&](const Command& command) {
    return std::get<Reply>(fresh.handle(to_request(command), caller)).head.status;
  };
  EXPECT_EQ(status(get_of(kSecond)), 200);
  EXPECT_EQ(status(get_of(kThird)), 404);
  EXPECT_EQ(status(ClusterStatus{"main"}), 200);
}

// pg_resetwal gives a server other segments under the same system identifier. A name then exists
// for two different files, and only who says of which size they are gets an answer.
TEST_F(GetFileTest, ErasOfOtherSegmentSizesAreOtherLogs) {
  constexpr std::uint32_t kLarger = 4U << 20;
  ASSERT_EQ(
      ask(OpenEra{
              .cluster = "main", .system_identifier = samples::kSystem1Mb, .segment_size = kLarger})
          .status,
      201);
  const auto of_size = [&](std::string_view name, std::uint64_t bytes) {
    GetFile question = get_of(name);
    question.segment_size = SegmentSize::from_bytes(bytes);
    return ask(question);
  };
  EXPECT_EQ(of_size(kSecond, 1U << 20).body, segment_content(kSecond));
  EXPECT_EQ(code_of(of_size(kThird, 1U << 20)), "hole");
  EXPECT_EQ(code_of(of_size("000000010000000000000005", 1U << 20)), "absent-end");
  EXPECT_EQ(code_of(of_size(kSecond, kLarger)), "absent-end") << "nothing of that log is there";
  const Response unknown = of_size(kThird, 2U << 20);
  EXPECT_EQ(code_of(unknown), "unknown-system");
  EXPECT_NE(unknown.body.find("with segments of 2MB, but only of 1MB and 4MB"), std::string::npos)
      << unknown.body;
  const Response either = get(kThird);
  EXPECT_EQ(code_of(either), "bad-request");
  EXPECT_NE(either.body.find("contains segments of 1MB and 4MB"), std::string::npos) << either.body;
}

TEST_F(GetFileTest, StoredFormIsTheObjectItself) {
  GetFile command = get_of(kSecond);
  command.accept = Encoding::kZstd;
  const Response response = ask(command);
  EXPECT_EQ(*response.fields.find(field::kContentEncoding), "zstd");
  EXPECT_EQ(response.body.size(), fs::file_size(object_path(kSecond)));
  EXPECT_EQ(*response.fields.find(field::kDigest),
            "xxh128=" + to_string(digest_of(segment_content(kSecond))));
}

TEST_F(GetFileTest, HeadAnnouncesWhatAGetWouldSend) {
  GetFile command = get_of(kSecond);
  command.head_only = true;
  HandlerResult answer = handler.handle(to_request(command), caller);
  const auto& reply = std::get<Reply>(answer);
  EXPECT_EQ(reply.announced_size, 1U << 20);
  EXPECT_EQ(reply.download, nullptr);
}

TEST_F(GetFileTest, DamagedObjectIsNeverUnfoldedToItsEnd) {
  fs::resize_file(object_path(kSecond), fs::file_size(object_path(kSecond)) - 1);
  HandlerResult answer = handler.handle(to_request(get_of(kSecond)), caller);
  auto& reply = std::get<Reply>(answer);
  std::uint64_t handed = 0;
  std::vector<std::byte> chunk(1000);
  EXPECT_THROW(
      {
        while (const std::size_t size = reply.download->read(chunk))
          handed += size;
      },
      Error);
  EXPECT_LT(handed, 1U << 20);
}

TEST_F(GetFileTest, ObjectThatBecomesShorterWhileItIsSentIsNeverTakenForAWhole) {
  GetFile command = get_of(kSecond);
  command.accept = Encoding::kZstd;
  // Far beyond what was read for the head of the answer.
  constexpr std::uint64_t kSize = 100'000;
  fs::resize_file(object_path(kSecond), kSize);
  HandlerResult answer = handler.handle(to_request(command), caller);
  fs::resize_file(object_path(kSecond), kSize / 2);
  std::vector<std::byte> chunk(1U << 20);
  Download& download = *std::get<Reply>(answer).download;
  std::uint64_t handed = 0;
  EXPECT_THROW(
      {
        while (const std::size_t size = download.read(chunk))
          handed += size;
      },
      Error);
  EXPECT_EQ(handed, kSize / 2);
}

TEST_F(GetFileTest, ObjectOfAnotherFileIsDamaged) {
  fs::copy_file(object_path(kSecond), object_path(kThird));
  EXPECT_EQ(code_of(get(kThird)), "damaged");
}

TEST_F(GetFileTest, WithoutTheRightNothingIsGiven) {
  ask_as_client({Right::kArchive});
  EXPECT_EQ(code_of(get(kSecond)), "no-right");
}

// Whoever may put could stop every recovery with a file that nobody checks or serves.
TEST_F(GetFileTest, OnlyWhatAGetServesIsLater) {
  const std::string after = "000000010000000000000005";
  const std::string far = "0000000100000000000000FF";
  const std::string far_piece =
      WalWriter(far, WalWriter(std::string(kFirst)).fill('o').content()).records(20, 400).content();
  ASSERT_EQ(put(far + ".00000028.backup", "free text").status, 201);
  ASSERT_EQ(put("000000090000000000000006.00000028.backup", "free text").status, 201);
  ASSERT_EQ(put(far, far_piece).status, 201);
  EXPECT_EQ(code_of(get(far)), "absent-end");
  EXPECT_EQ(code_of(get(after)), "absent-end");
  EXPECT_EQ(code_of(get("00000009.history")), "absent-end");
  EXPECT_EQ(parse_hole_page(ask(ListHoles{.cluster = "main", .after = "", .range = {}}).body)
                .holes.size(),
            1U)
      << "segment 3";
  // A .partial is one that PostgreSQL makes a segment of.
  ASSERT_EQ(put(far + ".partial", segment_content(far)).status, 201);
  EXPECT_EQ(code_of(get(after)), "hole");
}

// So many of them that they fill a page of a list.
TEST_F(GetFileTest, FilesInTheWayHideNothing) {
  const std::string after = "000000010000000000000005";
  for (int i = 0; i < 40; ++i) {
    const std::string name = after + "." + "000000" + std::to_string(10 + i) + ".backup";
    ASSERT_EQ(put(name, "free text").status, 201);
  }
  EXPECT_EQ(code_of(get(after)), "absent-end");
  ASSERT_EQ(put("000000010000000000000006").status, 201);
  EXPECT_EQ(code_of(get(after)), "hole");
}

}  // namespace
}  // namespace walstow
