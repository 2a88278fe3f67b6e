#include "store/files/put_file.h"

#include <cerrno>
#include <fstream>
#include <functional>
#include <span>

#include "proto/base/filesystem.h"
#include "proto/codec/object.h"
#include "store/backend/directory_backend.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

constexpr std::string_view kFile = "000000010000000000000001";

class PutFileTest : public ServiceTest {};

TEST_F(PutFileTest, FirstFileOpensTheEraAndComesBack) {
  EXPECT_EQ(put(kFile).status, 201);
  const Response response = get(kFile);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, segment_content(kFile));
  EXPECT_EQ(*response.fields.find(field::kEra), kEra);
}

TEST_F(PutFileTest, SameContentAgainIsSuccess) {
  EXPECT_EQ(put(kFile).status, 201);
  EXPECT_EQ(put(kFile).status, 200);
}

TEST_F(PutFileTest, SameContentIsDurableBeforeItIsSuccess) {
  EXPECT_EQ(put(kFile).status, 201);
  const auto faults = std::make_shared<FaultPlan>();
  const auto archive = std::make_shared<Archive>(
      make_directory_backend(with_faults(open_posix_file_system(archive_folder.string()), faults)));
  RecentEdges edges;
  TimelinePermits permits;
  TimesIndex times;
  const PutContext again{.archive = archive,
                         .put = put_of(kFile, segment_content(kFile)),
                         .client = "tester",
                         .recent_edges = edges,
                         .permits = permits,
                         .times = times};
  for (const FileCall call : {FileCall::kSync, FileCall::kSyncFolder}) {
    faults->fail_every(call, EIO);
    EXPECT_THROW(begin_put(again), Error);
    faults->stop_failing();
  }
  const HandlerResult answer = begin_put(again);
  EXPECT_EQ(std::get<Reply>(answer).head.status, 200);
}

TEST_F(PutFileTest, OtherContentIsRefusedWithBothDigestsAndAWayOut) {
  const std::string first = segment_content(kFile, 'a');
  const std::string second = segment_content(kFile, 'b');
  EXPECT_EQ(put(kFile, first).status, 201);
  const Response response = put(kFile, second);
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(code_of(response), "other-content");
  EXPECT_NE(response.body.find(to_string(digest_of(first))), std::string::npos);
  EXPECT_NE(response.body.find(to_string(digest_of(second))), std::string::npos);
  EXPECT_NE(response.body.find("\"hint\""), std::string::npos);
  EXPECT_EQ(get(kFile).body, first);
}

TEST_F(PutFileTest, DamagedObjectIsSetAsideAndReplaced) {
  EXPECT_EQ(put(kFile).status, 201);
  fs::permissions(object_path(kFile), fs::perms::owner_all);
  std::fstream object(object_path(kFile), std::ios::in | std::ios::out | std::ios::binary);
  object.seekp(500);
  object.put('\x55');
  object.close();
  EXPECT_EQ(put(kFile).status, 201);
  EXPECT_EQ(get(kFile).body, segment_content(kFile));
  std::size_t aside = 0;
  for (const auto& entry : fs::recursive_directory_iterator(archive_folder / "_aside")) {
    aside += fs::is_regular_file(entry.status()) ? 1U : 0U;
  }
  EXPECT_EQ(aside, 1U);
}

TEST_F(PutFileTest, ObjectThatBelongsUnderAnotherKeyIsSetAsideAndReplaced) {
  const std::string second = "000000010000000000000002";
  EXPECT_EQ(put(kFile).status, 201);
  fs::copy_file(object_path(kFile), object_path(second));
  EXPECT_EQ(put(second).status, 201);
  EXPECT_EQ(get(second).body, segment_content(second));

  // The same content and name, but another system's: a restore would refuse it.
  const std::string content = "1\t0/3000000\tno recovery target specified\n";
  PutFile history = put_of("00000002.history", content);
  EXPECT_EQ(ask(history, content).status, 201);
  history.system_identifier = 4711;
  EXPECT_EQ(ask(OpenEra{"main", 4711, 1U << 20}).status, 201);
  EXPECT_EQ(ask(history, content).status, 201);
  const fs::path cluster = archive_folder / "main";
  fs::copy_file(cluster / kEra / "history/00000002.history.zst",
                cluster / "002-4711-1048576/history/00000002.history.zst",
                fs::copy_options::overwrite_existing);
  EXPECT_EQ(ask(history, content).status, 201);
  EXPECT_EQ(ask(history, content).status, 200);
}

TEST_F(PutFileTest, ObjectOfALaterFormatIsLeftAlone) {
  EXPECT_EQ(put(kFile).status, 201);
  fs::permissions(object_path(kFile), fs::perms::owner_all);
  std::fstream object(object_path(kFile), std::ios::in | std::ios::out | std::ios::binary);
  constexpr std::string_view kBeforeIt = R"({"format":")";
  object.seekp(static_cast<std::streamoff>(kFramePrefixSize + kBeforeIt.size()));
  object.put('2');
  object.close();
  EXPECT_EQ(code_of(put(kFile)), "internal");
  EXPECT_EQ(code_of(get(kFile)), "internal");
  EXPECT_FALSE(fs::exists(archive_folder / "_aside"));
}

TEST_F(PutFileTest, PartialsOfOneNameStandBesideEachOther) {
  const std::string name = std::string(kFile) + ".partial";
  EXPECT_EQ(put(name, segment_content(kFile, 'a')).status, 201);
  EXPECT_EQ(put(name, segment_content(kFile, 'b')).status, 201);
  EXPECT_EQ(put(name, segment_content(kFile, 'b')).status, 200);
  EXPECT_EQ(code_of(get(name)), "bad-name");
}

TEST_F(PutFileTest, TheOnlyPartialComesBackByItsPlainName) {
  const std::string name = std::string(kFile) + ".partial";
  EXPECT_EQ(put(name, segment_content(kFile, 'a')).status, 201);
  EXPECT_EQ(get(name).body, segment_content(kFile, 'a'));
}

TEST_F(PutFileTest, BodyThatIsNotWhatItsHeadSaysIsRefused) {
  const std::string content = segment_content(kFile);
  std::string damaged = content;
  damaged[1000] = '!';
  const PutFile put_command = put_of(kFile, content);
  EXPECT_EQ(code_of(ask(put_command, damaged)), "digest-mismatch");
  EXPECT_EQ(code_of(ask(put_command, content.substr(1))), "bad-content");
  EXPECT_EQ(code_of(ask(put_command, content + "x")), "bad-content");
  // Nothing of it is visible, and no era was opened for it.
  EXPECT_EQ(code_of(get(kFile)), "unknown-system");
}

TEST_F(PutFileTest, ContentThatContradictsItsNameIsRefused) {
  const struct {
    const char* title;
    std::string name;
    std::string content;
  } cases[] = {
      {"not WAL", std::string(kFile), std::string(1U << 20, 'x')},
      {"another segment's address", "000000010000000000000002", segment_content(kFile)},
      {"another system", std::string(kFile), segment_content(kFile, 'x', 4711)},
      {"a newer timeline", std::string(kFile), segment_content("000000020000000000000001")},
      {"not a history", "00000002.history", "what is this?\n"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(code_of(put(one.name, one.content)), "bad-content") << one.title;
  }
}

// A segment of `name` whose first page is from timeline 1.
std::string renamed(std::string_view name) {
  return segment_content("00000001" + std::string(name.substr(8)));
}

TEST_F(PutFileTest, SegmentThatAServerHasOnlyRenamedIsRefused) {
  constexpr std::string_view kOpening = "00000002000000000000000A";
  constexpr std::string_view kRenamed = "00000002000000000000000B";
  EXPECT_EQ(put(kFile).status, 201);
  EXPECT_EQ(put("00000002000000000000000C", renamed("00000002000000000000000C")).status, 201)
      << "the history may follow";
  EXPECT_EQ(put("00000002.history", "1\t0/A00320\tno recovery target specified\n").status, 201);
  const Response refused = put(kRenamed, renamed(kRenamed));
  EXPECT_EQ(code_of(refused), "bad-content");
  EXPECT_NE(refused.body.find("from timeline 1, but timeline 2 was opened at 0/A00320"),
            std::string::npos)
      << refused.body;
  EXPECT_NE(refused.body.find("\"hint\""), std::string::npos);
  EXPECT_EQ(get(kRenamed).status, 404);
  // The one that the server copied, and the one that it wrote.
  EXPECT_EQ(put(kOpening, renamed(kOpening)).status, 201);
  EXPECT_EQ(put(kRenamed).status, 201);
  EXPECT_EQ(code_of(put(std::string(kRenamed) + ".partial", renamed(kRenamed))), "bad-content");
}

TEST_F(PutFileTest, HistoryOfAnotherEraOfTheLogShowsWhatWasOnlyRenamed) {
  constexpr std::string_view kRenamed = "00000002000000000000000B";
  EXPECT_EQ(put(kFile).status, 201);
  EXPECT_EQ(put("00000002.history", "1\t0/A00320\tno recovery target specified\n").status, 201);
  EXPECT_EQ(ask(OpenEra{"main", samples::kSystem1Mb, 1U << 24}).status, 201);
  EXPECT_EQ(ask(OpenEra{"main", samples::kSystem1Mb, 1U << 20}).status, 201);
  EXPECT_EQ(code_of(put(kRenamed, renamed(kRenamed))), "bad-content");
}

TEST_F(PutFileTest, AnotherSystemIsRefusedUntilTheClusterIsUpgraded) {
  EXPECT_EQ(put(kFile).status, 201);
  const std::string content = segment_content(kFile, 'x', 4711);
  PutFile other = put_of(kFile, content);
  other.system_identifier = 4711;
  const Response refused = ask(other, content);
  EXPECT_EQ(code_of(refused), "other-system");
  EXPECT_NE(refused.body.find("walstow cluster upgrade main --system 4711 --segment-size 1MB"),
            std::string::npos)
      << refused.body;

  EXPECT_EQ(ask(OpenEra{"main", 4711, 1U << 20}).status, 201);
  EXPECT_EQ(ask(other, content).status, 201);
  EXPECT_EQ(put("000000010000000000000002").status, 201);  // the old era goes on, apart
  EXPECT_EQ(get(kFile).body, segment_content(kFile));
}

TEST_F(PutFileTest, HistoryOfAnotherSystemIsRefusedToo) {
  EXPECT_EQ(put(kFile).status, 201);
  const std::string content = "1\t0/3000000\tno recovery target specified\n";
  PutFile history = put_of("00000002.history", content);
  EXPECT_EQ(ask(history, content).status, 201);
  history.file = file_named("00000003.history");
  history.system_identifier = 4711;
  EXPECT_EQ(code_of(ask(history, content)), "other-system");
}

TEST_F(PutFileTest, AnotherSegmentSizeThanTheErasIsRefused) {
  EXPECT_EQ(put(kFile).status, 201);
  PutFile other = put_of("000000010000000000000002", "");
  other.segment_size = SegmentSize::from_bytes(std::uint64_t{1} << 21);
  other.raw_size = other.segment_size->bytes();
  EXPECT_EQ(code_of(ask(other)), "other-system");
}

TEST_F(PutFileTest, SegmentBeyondTheLogOfTheErasSizeIsRefused) {
  EXPECT_EQ(put(kFile).status, 201);
  // 4096 segments of 1 MB make a log.
  PutFile beyond = put_of("000000010000000000001000.00000028.backup", "START WAL LOCATION\n");
  beyond.segment_size = std::nullopt;
  EXPECT_EQ(code_of(ask(beyond)), "bad-name");
}

TEST_F(PutFileTest, OfOverlappingPutsTheSlowerOneFindsWhatStands) {
  const std::string content = segment_content(kFile, 'a');
  const std::string other = segment_content(kFile, 'b');
  const auto begun = [this](std::string_view body) {
    HandlerResult answer = handler.handle(to_request(put_of(kFile, body)), caller);
    auto upload = std::move(std::get<std::unique_ptr<Upload>>(answer));
    upload->write(as_bytes(body));
    return upload;
  };
  const auto first = begun(content);
  const auto same = begun(content);
  const auto different = begun(other);
  EXPECT_EQ(first->finish().head.status, 201);
  EXPECT_EQ(same->finish().head.status, 200);
  EXPECT_EQ(different->finish().head.status, 409);
  EXPECT_EQ(get(kFile).body, content);
}

TEST_F(PutFileTest, WhatDoesNotReadBackIsNotPublished) {
  const std::string content = segment_content(kFile);
  using Damage = std::function<void(File & object, const std::string& beginning)>;
  const Damage in_the_content = [](File& object, const std::string& beginning) {
    object.write_at(beginning.find('}') + 20, as_bytes("bad"));
  };
  const Damage in_the_header = [](File& object, const std::string& beginning) {
    object.write_at(beginning.find("tester"), as_bytes("Tester"));
  };
  for (const Damage& damage : {in_the_content, in_the_header}) {
    ForgetfulDisk disk(TemporaryStyle::kNamed);  // so that the test can reach what is being written
    initialize_archive(*make_directory_backend(disk.mount()));
    const auto faults = std::make_shared<FaultPlan>();
    const auto archive =
        std::make_shared<Archive>(make_directory_backend(with_faults(disk.mount(), faults)));
    RecentEdges edges;
    TimelinePermits permits;
    TimesIndex times;
    HandlerResult answer = begin_put({.archive = archive,
                                      .put = put_of(kFile, content),
                                      .client = "tester",
                                      .recent_edges = edges,
                                      .permits = permits,
                                      .times = times});
    Upload& upload = *std::get<std::unique_ptr<Upload>>(answer);
    faults->interleave(FileCall::kReadAt, 1, [&disk, &damage] {
      const auto files = disk.mount();
      const auto object = files->open_or_create("_tmp/" + files->list("_tmp")->front());
      std::string beginning(400, '\0');
      object->read_at(0, std::as_writable_bytes(std::span(beginning)));
      damage(*object, beginning);
    });
    upload.write(as_bytes(content));
    EXPECT_EQ(code_of(respond(upload.finish())), "storage");
    EXPECT_TRUE(archive->eras("main").empty());
  }
}

TEST_F(PutFileTest, CompressedBodyIsProvenBeforeItIsKept) {
  const std::string content = segment_content(kFile);
  std::vector<std::byte> frame(largest_frame(content.size()));
  frame.resize(Compressor().compress(as_bytes(content), 1, frame));
  const std::string encoded(as_text(frame));
  PutFile command = put_of(kFile, content);
  command.encoding = Encoding::kZstd;
  EXPECT_EQ(code_of(ask(command, encoded.substr(0, encoded.size() - 1))), "digest-mismatch");
  EXPECT_EQ(code_of(ask(command, content)), "digest-mismatch");
  EXPECT_EQ(code_of(ask(command, encoded + content + content)), "bad-content");
  std::string wrong_checksum = encoded;  // zstd -dc would not open it
  wrong_checksum.back() = static_cast<char>(wrong_checksum.back() ^ 1);
  EXPECT_EQ(code_of(ask(command, wrong_checksum)), "digest-mismatch");
  EXPECT_EQ(ask(command, encoded).status, 201);
  EXPECT_EQ(get(kFile).body, content);
}

TEST_F(PutFileTest, WithoutTheRightNothingIsTaken) {
  ask_as_client({Right::kRestore, Right::kAdmin});
  EXPECT_EQ(code_of(put(kFile)), "no-right");
}

// Two of them, up to date and far ahead, would let everything before them go.
TEST_F(PutFileTest, BackupHistoryOfAnotherPlaceIsRefused) {
  EXPECT_EQ(put(kFile).status, 201);
  const std::string forged =
      "START WAL LOCATION: 0/1600028 (file 000000010000000000000016)\n"
      "STOP WAL LOCATION: 0/1600100 (file 000000010000000000000016)\n";
  const Response response = put("000000010000000000000008.00000028.backup", forged);
  EXPECT_EQ(code_of(response), "bad-content");
  EXPECT_NE(response.body.find("its START WAL LOCATION is 0/1600028"), std::string::npos);
  EXPECT_EQ(put("000000010000000000000016.00000028.backup", forged).status, 201);
}

}  // namespace
}  // namespace walstow
