// What a client may fill: bytes of a cluster, and files that nothing else bounds.
#include "store/files/put_bounds.h"

#include <fmt/format.h>
#include <functional>
#include <utility>

#include "proto/codec/object.h"
#include "proto/wire/report.h"
#include "proto/wire/retention_report.h"
#include "store/archive/layout.h"
#include "store/backend/memory_backend.h"
#include "store/retention/quota.h"
#include "tests/support/borrowed_backend.h"
#include "tests/support/encoded_object.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kNamed = "000000010000000000000006";
const std::string kNext = "000000010000000000000007";

class QuotaTest : public ServiceTest {
 protected:
  ClusterPolicy set_quota_to(std::uint64_t bytes) {
    return parse_cluster_policy(ask(SetPolicy{.cluster = "main", .quota = bytes}).body);
  }
  bool is_refused_before_its_body(std::string_view name) {
    const PutFile asked = put_of(name, segment_content(name));
    HandlerResult result = handler.handle(to_request(asked), caller);
    auto* reply = std::get_if<Reply>(&result);
    return reply != nullptr && code_of(respond(std::move(*reply))) == "over-quota";
  }
};

TEST_F(QuotaTest, BeyondItNothingNewIsTakenAndWhatStandsIsAcknowledgedAgain) {
  EXPECT_EQ(put(kNamed).status, 201);
  EXPECT_EQ(set_quota_to(100), (ClusterPolicy{.policy = {}, .quota = 100}));
  EXPECT_TRUE(is_refused_before_its_body(kNext));
  EXPECT_EQ(put(kNamed).status, 200);
  EXPECT_EQ(get(kNamed).status, 200);
  const auto report = parse_cluster_report(ask(ClusterStatus{"main"}).body);
  EXPECT_EQ(report.quota, 100U);
  EXPECT_GT(report.stored_bytes, 100U);
  // By the same figure: every object and record below the cluster.
  const auto archive = open_archive_folder(archive_folder.string());
  EXPECT_EQ(report.stored_bytes, noted_bytes_of(archive->backend(), "main"));
  set_quota_to(std::uint64_t{1} << 40);
  EXPECT_EQ(put(kNext).status, 201);
  set_quota_to(100);
  EXPECT_EQ(set_quota_to(0), ClusterPolicy());
  EXPECT_EQ(put("000000010000000000000008").status, 201);
}

// So many bytes more than are stored now.
class UsedQuotaTest : public QuotaTest {
 protected:
  void leave(std::uint64_t bytes) {
    set_quota_to(std::uint64_t{1} << 40);
    EXPECT_EQ(put(kNamed).status, 201);
    const auto archive = open_archive_folder(archive_folder.string());
    set_quota_to(*noted_bytes_of(archive->backend(), "main") + bytes);
  }
  std::uint64_t noted() {
    return *noted_bytes_of(open_archive_folder(archive_folder.string())->backend(), "main");
  }
  std::unique_ptr<Upload> begin(Handler& at, std::string_view name) {
    HandlerResult result = at.handle(to_request(put_of(name, segment_content(name))), caller);
    return std::move(std::get<std::unique_ptr<Upload>>(result));
  }
  Response finish(Upload& upload, std::string_view name) {
    upload.write(as_bytes(segment_content(name)));
    return respond(upload.finish());
  }
};

TEST_F(UsedQuotaTest, EachPutCountsAtOnce) {
  leave(1);
  EXPECT_EQ(put(kNext).status, 201) << "there was room for one byte";
  EXPECT_TRUE(is_refused_before_its_body("000000010000000000000008"));
}

TEST_F(UsedQuotaTest, OfPutsAtTheSameTimeOneUsesWhatIsLeft) {
  leave(1);
  // The second one comes to another process.
  Handler another([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const std::string third = "000000010000000000000008";
  const auto one = begin(handler, kNext);
  const auto other = begin(another, third);
  EXPECT_EQ(finish(*one, kNext).status, 201);
  EXPECT_EQ(code_of(finish(*other, third)), "over-quota");
  EXPECT_EQ(code_of(get(third)), "absent-end");
}

TEST_F(UsedQuotaTest, WhatIsNotStoredIsNotCounted) {
  leave(std::uint64_t{1} << 20);
  const auto before = noted();
  const auto one = begin(handler, kNext);
  const auto twin = begin(handler, kNext);
  EXPECT_EQ(finish(*one, kNext).status, 201);
  const auto with_one = noted();
  EXPECT_EQ(with_one, before + fs::file_size(object_path(kNext)));
  EXPECT_EQ(finish(*twin, kNext).status, 200);
  EXPECT_EQ(noted(), with_one);
}

// Calls of a put that are counted or made to fail.
struct Watch {
  int usage_updates = 0;
  bool publishing_fails = false;
  int checks_of_room = 1000;  // that pass
};

class WatchedBackend : public BorrowedBackend {
 public:
  WatchedBackend(Backend& backend, Watch& watch) : BorrowedBackend(backend), watch_(watch) {}
  void update_record(const std::string& key, const Change& change) override {
    if (key == layout::usage_record("main")) ++watch_.usage_updates;
    BorrowedBackend::update_record(key, change);
  }
  PublishResult publish(StagedObject& object, const std::string& key) override {
    if (watch_.publishing_fails) throw Error(ErrorKind::kUnavailable, "the disk is away");
    return BorrowedBackend::publish(object, key);
  }
  void check_room() override {
    if (watch_.checks_of_room-- == 0) throw Error(ErrorKind::kStorage, "no room");
  }

 private:
  Watch& watch_;
};

class WatchedPutTest : public UsedQuotaTest {
 protected:
  Watch watch_;
  const std::unique_ptr<Archive> archive_ = open_archive_folder(archive_folder.string());
  Handler watched_{[this] {
                     return std::make_unique<Archive>(
                         std::make_unique<WatchedBackend>(archive_->backend(), watch_));
                   },
                   1};
};

TEST_F(WatchedPutTest, WhatStandsByThenIsNeitherCountedNorTakenBack) {
  leave(std::uint64_t{1} << 20);
  const auto twin = begin(watched_, kNext);
  ASSERT_EQ(put(kNext).status, 201);
  watch_.usage_updates = 0;
  EXPECT_EQ(finish(*twin, kNext).status, 200);
  EXPECT_EQ(watch_.usage_updates, 0);
}

TEST_F(WatchedPutTest, APutThatFailsIsNotCounted) {
  leave(std::uint64_t{1} << 20);
  const auto before = noted();
  const auto upload = begin(watched_, kNext);
  watch_.publishing_fails = true;
  EXPECT_THROW(finish(*upload, kNext), Error);
  EXPECT_EQ(watch_.usage_updates, 2) << "counted, and taken back";
  EXPECT_EQ(noted(), before);
}

TEST_F(WatchedPutTest, RoomIsLookedForWhileABodyComes) {
  ASSERT_EQ(put(kNamed).status, 201);
  watch_.checks_of_room = 1;
  const auto upload = begin(watched_, kNext);
  const std::string content = segment_content(kNext);
  upload->write(as_bytes(content.substr(0, 1000)));
  EXPECT_THROW(upload->write(as_bytes(content.substr(1000))), Error);
}

TEST_F(WatchedPutTest, ACheckLooksForRoom) {
  watch_.checks_of_room = 0;
  HandlerResult result = watched_.handle(to_request(CheckStore{"main"}), caller);
  EXPECT_EQ(code_of(respond(std::get<Reply>(std::move(result)))), "storage");
}

TEST_F(QuotaTest, AQuotaAndAPolicyLeaveEachOtherAsTheyAre) {
  set_quota_to(std::uint64_t{1} << 40);
  const SetPolicy policy{.cluster = "main", .policy = {.keep_backups = 2, .keep_days = 14}};
  const auto both = parse_cluster_policy(ask(policy).body);
  EXPECT_EQ(both.policy->policy, policy.policy);
  EXPECT_EQ(both.quota, std::uint64_t{1} << 40);
  const auto changed = set_quota_to(std::uint64_t{1} << 41);
  EXPECT_EQ(changed.policy->policy, policy.policy);
  EXPECT_EQ(changed.quota, std::uint64_t{1} << 41);
}

TEST_F(QuotaTest, ADamagedQuotaIsNoQuotaToPutBeyond) {
  const auto archive = open_archive_folder(archive_folder.string());
  archive->backend().create_record(layout::quota_record("main"), "damaged");
  EXPECT_EQ(code_of(put(kNamed)), "damaged");
  set_quota_to(0);
  EXPECT_EQ(put(kNamed).status, 201);
}

TEST_F(QuotaTest, APieceOfASegmentIsOneOfAFew) {
  const std::string older = WalWriter(kNamed).fill('o').content();
  const auto piece = [&](std::size_t records) {
    return WalWriter(kNext, older).records(records, 400).content();
  };
  for (std::size_t i = 0; i < kPiecesOfSegment.most; ++i)
    EXPECT_EQ(put(kNext, piece(20 + i)).status, 201) << i;
  EXPECT_EQ(code_of(put(kNext, piece(100))), "over-quota");
  EXPECT_EQ(put(kNext, piece(20)).status, 200);
}

// Each longer one takes the name, and leaves the one of before beside it.
TEST_F(QuotaTest, SoIsAnUnfinishedSegmentThatHasTheName) {
  const auto unfinished = [](std::size_t records) {
    return WalWriter(kNext).records(records, 400).content();
  };
  std::size_t taken = 0;
  while (put(kNext, unfinished(20 + taken)).status == 201 && taken < 100)
    ++taken;
  EXPECT_EQ(taken, kPiecesOfSegment.most + 1) << "with the one that has the name";
  EXPECT_EQ(code_of(put(kNext, unfinished(20 + taken))), "over-quota");
  EXPECT_EQ(put(kNext, unfinished(20)).status, 200) << "it exists";
  const std::string same = WalWriter(kNext, WalWriter(kNamed).fill('o').content())
                               .records(20 + taken - 1, 400)
                               .clear_page()
                               .content();
  EXPECT_EQ(put(kNext, same).status, 200) << "equal up to its end: it is not stored";
  // The whole segment has its name all the same.
  EXPECT_EQ(put(kNext, WalWriter(kNext).records(20 + taken, 400).fill().content()).status, 201);
}

// --- the bounds themselves ---

class PutBoundsTest : public testing::Test {
 protected:
  void publish(const std::string& key, const std::string& client = "flooder") {
    const auto staged = backend_->stage();
    const ObjectHeader header{
        .name = "x", .raw_size = 0, .digest = {}, .client = client, .time = {}};
    encode_object(header, "", [&staged](ByteView bytes) { staged->write(bytes); });
    backend_->publish(*staged, key);
  }
  static PutFile put_of(const std::string& name, std::string_view content = "") {
    return {.cluster = "main", .file = *WalFileName::parse(name), .digest = digest_of(content)};
  }
  std::string key_of(const PutFile& put) const {
    return layout::object_key("main", era_, put.file, put.digest);
  }
  bool is_refused(const PutFile& put, const std::string& client = "flooder") {
    return refuse_too_many(*backend_, era_, put, client).has_value();
  }
  bool is_refused_piece(const PutFile& put, const std::string& client = "flooder") {
    return refuse_too_many_pieces(*backend_, era_, put, client).has_value();
  }

  const EraName era_{.number = 1, .system_identifier = 7, .segment_size = 1U << 20};
  std::unique_ptr<Backend> backend_ = make_memory_backend();
};

TEST_F(PutBoundsTest, Histories) {
  for (std::size_t i = 2; i < kHistories.most + 2; ++i) {
    const PutFile put = put_of(fmt::format("{:08X}.history", i));
    EXPECT_FALSE(is_refused(put)) << i;
    publish(key_of(put));
  }
  EXPECT_TRUE(is_refused(put_of("FFFFFFFF.history")));
  EXPECT_FALSE(is_refused(put_of("00000002.history"))) << "it exists";
  EXPECT_FALSE(is_refused(put_of(kNamed)));
}

TEST_F(PutBoundsTest, ContentsOfAPartial) {
  for (std::size_t i = 0; i < kPartialsOfSegment.most; ++i)
    publish(key_of(put_of(kNamed + ".partial", std::to_string(i))));
  EXPECT_TRUE(is_refused(put_of(kNamed + ".partial", "another")));
  EXPECT_FALSE(is_refused(put_of(kNamed + ".partial", "0"))) << "it exists";
  const auto refusal =
      refuse_too_many(*backend_, era_, put_of(kNamed + ".partial", "another"), "flooder");
  EXPECT_NE(refusal->message.find("16 versions of \"" + kNamed + ".partial\""), std::string::npos);
  EXPECT_FALSE(is_refused(put_of(kNext + ".partial", "another")));
}

TEST_F(PutBoundsTest, BackupHistoryFilesOfASegment) {
  for (std::size_t i = 0; i < kBackupsOfSegment.most; ++i)
    publish(key_of(put_of(fmt::format("{}.{:08X}.backup", kNamed, i))));
  EXPECT_TRUE(is_refused(put_of(kNamed + ".00100000.backup")));
  EXPECT_FALSE(is_refused(put_of(kNext + ".00100000.backup")));
}

TEST_F(PutBoundsTest, PiecesOfAPartOfTheLog) {
  for (std::size_t i = 0; i < kPiecesOfFolder.most; ++i) {
    const PutFile put = put_of(fmt::format("0000000100000000{:08X}", i));
    EXPECT_FALSE(is_refused_piece(put)) << i;
    publish(layout::incomplete_key("main", era_, put.file, put.digest));
  }
  EXPECT_TRUE(is_refused_piece(put_of("0000000100000000000000FE")));
  EXPECT_FALSE(is_refused_piece(put_of("000000010000000100000000")));
}

// All of it is used up by one client; each other one still has its share.
TEST_F(PutBoundsTest, EachClientHasAShareOfItsOwn) {
  for (std::size_t i = 2; i < kHistories.most + 2; ++i)
    publish(key_of(put_of(fmt::format("{:08X}.history", i))));
  for (std::size_t i = 0; i < kHistories.of_one_client; ++i) {
    const PutFile put = put_of(fmt::format("{:08X}.history", 0xF0000000 + i));
    EXPECT_TRUE(is_refused(put));
    ASSERT_FALSE(is_refused(put, "primary1")) << i;
    publish(key_of(put), "primary1");
  }
  EXPECT_TRUE(is_refused(put_of("FFFFFFFF.history"), "primary1"));
  EXPECT_FALSE(is_refused(put_of("FFFFFFFF.history"), "standby1"));
}

TEST_F(PutBoundsTest, EachClientHasAShareOfPieces) {
  const auto piece = [&](std::size_t number, const std::string& client) {
    const PutFile put = put_of(fmt::format("0000000100000000{:08X}", number));
    publish(layout::incomplete_key("main", era_, put.file, put.digest), client);
  };
  for (std::size_t i = 0; i < kPiecesOfFolder.most; ++i)
    piece(i, "flooder");
  const PutFile next = put_of("0000000100000000000000FE");
  EXPECT_TRUE(is_refused_piece(next));
  EXPECT_FALSE(is_refused_piece(next, "primary1"));
  for (std::size_t i = 0; i < kPiecesOfFolder.of_one_client; ++i)
    piece(kPiecesOfFolder.most + i, "primary1");
  EXPECT_TRUE(is_refused_piece(next, "primary1"));
}

TEST_F(PutBoundsTest, PieceUnderTheKeyOfBeforeStands) {
  const PutFile older = put_of(kNamed, "of before");
  publish(layout::incomplete_keys("main", era_, older.file, older.digest).back());
  for (std::size_t i = 1; i < kPiecesOfSegment.most; ++i) {
    const PutFile put = put_of(kNamed, std::to_string(i));
    publish(layout::incomplete_key("main", era_, put.file, put.digest));
  }
  EXPECT_TRUE(is_refused_piece(put_of(kNamed, "another")));
  EXPECT_FALSE(is_refused_piece(older)) << "it exists";
}

TEST_F(PutBoundsTest, WhatIsStoredIsCountedOnceInAWhile) {
  const Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto put = [&](const std::string& name) {
    const auto staged = backend_->stage();
    staged->write(as_bytes(std::string(1000, 'x')));
    backend_->publish(*staged, key_of(put_of(name)));
  };
  put(kNamed);
  EXPECT_GE(stored_bytes_of(*backend_, "main", now), 1000U);
  EXPECT_LT(stored_bytes_of(*backend_, "main", now), 2000U);
  put(kNext);
  EXPECT_LT(stored_bytes_of(*backend_, "main", now + kLeastCountAge / 2), 2000U);
  EXPECT_GE(stored_bytes_of(*backend_, "main", now + kLeastCountAge), 2000U);
  // A note of the future is of a clock that was ahead.
  put("000000010000000000000008");
  EXPECT_GE(stored_bytes_of(*backend_, "main", now - std::chrono::hours(1)), 3000U);
  put("000000010000000000000009");
  forget_stored_bytes(*backend_, "main");
  EXPECT_GE(stored_bytes_of(*backend_, "main", now), 4000U);
}

// Somebody else asks, or something is removed, while the keys are walked over.
class SlowListing : public BorrowedBackend {
 public:
  using BorrowedBackend::BorrowedBackend;
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    ++walks;
    if (const auto call = std::exchange(meanwhile, {})) call();
    return BorrowedBackend::list_after(prefix, after, limit);
  }
  int walks = 0;
  std::function<void()> meanwhile;
};

class CountingTest : public PutBoundsTest {
 protected:
  void put(const std::string& name) {
    const auto staged = backend_->stage();
    staged->write(as_bytes(std::string(1000, 'x')));
    backend_->publish(*staged, key_of(put_of(name)));
  }
  std::optional<std::uint64_t> asked(std::chrono::seconds later = {}) {
    return stored_bytes_of(slow_, "main", now_ + later);
  }
  const Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  SlowListing slow_{*backend_};
};

TEST_F(CountingTest, BeforeTheFirstCountOnlyOneCounts) {
  put(kNamed);
  EXPECT_EQ(noted_bytes_of(slow_, "main"), std::nullopt);
  std::optional<std::uint64_t> others = 1;
  slow_.meanwhile = [&] { others = asked(); };
  EXPECT_GE(asked(), 1000U);
  EXPECT_EQ(others, std::nullopt) << "not known";
  EXPECT_EQ(slow_.walks, 1);
  EXPECT_GE(noted_bytes_of(slow_, "main"), 1000U);
}

TEST_F(CountingTest, WhatIsGivenBackIsOfNoOtherPut) {
  set_quota(slow_, "main", std::uint64_t{1} << 40, "tester", now_);
  put(kNamed);
  asked();
  QuotaUse failed(slow_, "main");
  EXPECT_EQ(failed.add(300), std::nullopt);
  asked(std::chrono::hours(1));  // counts anew, and does not see those
  QuotaUse other(slow_, "main");
  EXPECT_EQ(other.add(200), std::nullopt);
  const auto before = noted_bytes_of(slow_, "main");
  failed.give_back();
  EXPECT_EQ(noted_bytes_of(slow_, "main"), before);
  other.give_back();
  EXPECT_EQ(noted_bytes_of(slow_, "main"), *before - 200);
}

TEST_F(CountingTest, AfterAPruneTheOldFigureCountsUntilItIsReplaced) {
  put(kNamed);
  put(kNext);
  const auto before = asked();
  backend_->remove_object(key_of(put_of(kNext)));
  forget_stored_bytes(slow_, "main");
  EXPECT_EQ(noted_bytes_of(slow_, "main"), before);
  std::optional<std::uint64_t> others;
  slow_.meanwhile = [&] { others = asked(); };
  EXPECT_LT(asked(), *before);
  EXPECT_EQ(others, before);
  EXPECT_EQ(slow_.walks, 2);
}

TEST_F(CountingTest, WhatIsRemovedWhileItIsCountedIsCountedAnew) {
  put(kNamed);
  slow_.meanwhile = [&] { forget_stored_bytes(slow_, "main"); };
  asked();
  put(kNext);
  EXPECT_GE(asked(), 2000U);
  EXPECT_EQ(slow_.walks, 2);
}

TEST_F(CountingTest, WhatIsAddedWhileItIsCountedIsKept) {
  put(kNamed);
  set_quota(*backend_, "main", 1'000'000, "dba", now_);
  asked();
  slow_.meanwhile = [&] { EXPECT_FALSE(QuotaUse(slow_, "main").add(5000)); };
  const auto counted = asked(kLeastCountAge);
  EXPECT_LT(counted, 5000U);
  EXPECT_EQ(noted_bytes_of(slow_, "main"), *counted + 5000);
}

TEST_F(CountingTest, BeforeTheFirstCountEndsNoMoreThanTheQuotaIsAdded) {
  put(kNamed);
  set_quota(*backend_, "main", 5000, "dba", now_);
  slow_.meanwhile = [&] {
    EXPECT_FALSE(QuotaUse(slow_, "main").refuse(now_));
    EXPECT_FALSE(QuotaUse(slow_, "main").add(5000));
    EXPECT_TRUE(QuotaUse(slow_, "main").add(1));
  };
  asked();
}

TEST_F(CountingTest, AClaimCountsFiftyTimesAsLongAsTheLastCountTook) {
  put(kNamed);
  backend_->create_record(layout::usage_record("main"),
                          R"({"format":"1.0","stored_bytes":5,"counted":"1970-01-01T00:00:00Z",)"
                          R"("took_ms":1000})");
  std::optional<std::uint64_t> others;
  slow_.meanwhile = [&] { others = asked(std::chrono::seconds(49)); };
  EXPECT_GE(asked(), 1000U);
  EXPECT_EQ(others, 5U);
  EXPECT_EQ(slow_.walks, 1);
}

}  // namespace
}  // namespace walstow
