// A client asks whether the archive has a file, and sends no body. A positive answer makes the
// promise of a put, so it must be as hard to obtain.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/files/put_file.h"
#include "store/files/withdrawal.h"
#include "tests/support/colliding_content.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

constexpr std::string_view kConfirmed = "000000010000000000000001";

constexpr const char* kOwn = "primary1";
constexpr const char* kOther = "standby1";

class ConfirmFileTest : public testing::Test {
 protected:
  ConfirmFileTest() {
    initialize_archive_folder(path_);
    archive_ = open_archive_folder(path_);
    archive_->create_cluster("main");
  }

  static ConfirmFile question_about(std::string_view name, std::string_view content) {
    Sha256 sha256;
    sha256.update(as_bytes(content));
    return {.put = {.cluster = "main",
                    .file = file_named(name),
                    .system_identifier = samples::kSystem1Mb,
                    .segment_size = SegmentSize::from_bytes(std::uint64_t{1} << 20),
                    .raw_size = content.size(),
                    .digest = digest_of(content)},
            .sha256 = sha256.finish()};
  }
  PutContext context(const ConfirmFile& question, const std::string& client) {
    return {.archive = archive_,
            .put = question.put,
            .client = client,
            .recent_edges = edges_,
            .permits = permits_,
            .times = times_,
            .sha256 = question.sha256};
  }
  // As the client kOwn.
  Reply put(std::string_view name, std::string_view content) {
    PutContext one = context(question_about(name, content), kOwn);
    one.sha256.reset();
    HandlerResult result = begin_put(std::move(one));
    if (auto* reply = std::get_if<Reply>(&result)) return std::move(*reply);
    auto& upload = std::get<std::unique_ptr<Upload>>(result);
    upload->write(as_bytes(content));
    return upload->finish();
  }
  // nullopt: the archive lacks it.
  std::optional<PutReport> confirmed(std::string_view name, std::string_view content,
                                     const std::string& client = kOther) {
    const Reply reply = confirm_file(context(question_about(name, content), client));
    EXPECT_EQ(reply.head.status, 200) << reply.body;
    return parse_confirm_report(reply.body).archived;
  }
  bool other_content(std::string_view name, std::string_view content) {
    const Reply reply = confirm_file(context(question_about(name, content), kOther));
    return parse_confirm_report(reply.body).other_content;
  }
  std::string code_of(const ConfirmFile& question) {
    const Reply reply = confirm_file(context(question, kOther));
    return reply.refusal ? std::string(info_of(reply.refusal->code).text) : "none";
  }
  fs::path object_path(std::string_view name) const {
    return fs::path(path_) / "main/001-7711084896406890663-1048576/wal" /
           std::string(name.substr(0, 16)) / (std::string(name) + ".zst");
  }
  std::set<std::string> keys() const {
    std::set<std::string> keys;
    for (const auto& entry : fs::recursive_directory_iterator(path_))
      keys.insert(entry.path().string());
    return keys;
  }

  TemporaryFolder folder_;
  const std::string path_ = (folder_.path() / "archive").string();
  std::shared_ptr<Archive> archive_;
  RecentEdges edges_;
  TimelinePermits permits_;
  TimesIndex times_;
};

TEST_F(ConfirmFileTest, TheReportIsThatOfThePut) {
  const std::string content = segment_content(kConfirmed);
  const PutReport put_report = parse_put_report(put(kConfirmed, content).body);
  EXPECT_EQ(confirmed(kConfirmed, content, kOwn), put_report);
  EXPECT_EQ(confirmed(kConfirmed, content, kOther), put_report);
}

TEST_F(ConfirmFileTest, ContentThatAnotherClientMadeWithTheSameDigestIsNotTheSame) {
  const std::string content = segment_content(kConfirmed);
  const std::string forged = samples::with_same_digest(content, 8192);
  ASSERT_EQ(digest_of(forged), digest_of(content));
  ASSERT_NE(forged, content);
  EXPECT_EQ(put(kConfirmed, forged).head.status, 201);
  EXPECT_FALSE(confirmed(kConfirmed, content));
  EXPECT_TRUE(confirmed(kConfirmed, forged));
}

TEST_F(ConfirmFileTest, WhatTheArchiveLacksChangesNothing) {
  const std::string content = segment_content(kConfirmed);
  const auto before = keys();
  EXPECT_FALSE(confirmed(kConfirmed, content)) << "a cluster without files";
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(put(kConfirmed, content).head.status, 201);
  const auto with_one = keys();
  const std::string next = "000000010000000000000002";
  EXPECT_FALSE(confirmed(next, segment_content(next)));
  EXPECT_FALSE(confirmed(kConfirmed, segment_content(kConfirmed, 'y')));
  EXPECT_EQ(keys(), with_one);
}

// A put shows whether they differ only after their end.
TEST_F(ConfirmFileTest, OtherContentUnderTheName) {
  const std::string content = segment_content(kConfirmed);
  EXPECT_FALSE(other_content(kConfirmed, content)) << "a cluster without files";
  EXPECT_EQ(put(kConfirmed, content).head.status, 201);
  EXPECT_FALSE(other_content(kConfirmed, content));
  EXPECT_TRUE(other_content(kConfirmed, segment_content(kConfirmed, 'y')));
  const std::string next = "000000010000000000000002";
  EXPECT_FALSE(other_content(next, segment_content(next)));
}

TEST_F(ConfirmFileTest, IncompleteSegmentOfAnotherClient) {
  const std::string whole = samples::WalWriter(kConfirmed).records(50, 400).fill('w').content();
  const std::string piece = samples::WalWriter(kConfirmed).records(50, 400).content();
  EXPECT_EQ(put(kConfirmed, whole).head.status, 201);
  EXPECT_EQ(put(kConfirmed, piece).head.status, 201);
  const PutReport report = confirmed(kConfirmed, piece).value();
  EXPECT_EQ(report.name, layout::incomplete_name(file_named(kConfirmed), digest_of(piece)));
}

TEST_F(ConfirmFileTest, IsDurableBeforeItIsConfirmed) {
  const std::string content = segment_content(kConfirmed);
  EXPECT_EQ(put(kConfirmed, content).head.status, 201);
  const auto faults = std::make_shared<FaultPlan>();
  archive_ = std::make_shared<Archive>(
      make_directory_backend(with_faults(open_posix_file_system(path_), faults)));
  for (const FileCall call : {FileCall::kSync, FileCall::kSyncFolder}) {
    faults->fail_every(call, EIO);
    EXPECT_THROW(confirm_file(context(question_about(kConfirmed, content), kOther)), Error);
    faults->stop_failing();
  }
  EXPECT_TRUE(confirmed(kConfirmed, content));
}

TEST_F(ConfirmFileTest, DamagedObjectIsNotConfirmed) {
  const std::string content = segment_content(kConfirmed);
  EXPECT_EQ(put(kConfirmed, content).head.status, 201);
  fs::permissions(object_path(kConfirmed), fs::perms::owner_all);
  fs::resize_file(object_path(kConfirmed), fs::file_size(object_path(kConfirmed)) - 1);
  EXPECT_FALSE(confirmed(kConfirmed, content, kOwn));
  EXPECT_FALSE(confirmed(kConfirmed, content, kOther));
}

TEST_F(ConfirmFileTest, RefusalsOfAPutApply) {
  const std::string content = segment_content(kConfirmed);
  EXPECT_EQ(put(kConfirmed, content).head.status, 201);
  ConfirmFile other = question_about(kConfirmed, content);
  other.put.system_identifier = 4711;
  EXPECT_EQ(code_of(other), "other-system");
  EXPECT_TRUE(withdraw_file(*archive_, {"main", std::string(kConfirmed), digest_of(content), "why"},
                            "dba", std::chrono::system_clock::now()));
  EXPECT_EQ(code_of(question_about(kConfirmed, content)), "withdrawn");
}

}  // namespace
}  // namespace walstow
