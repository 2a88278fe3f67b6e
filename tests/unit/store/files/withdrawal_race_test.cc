// A withdrawal, its undoing or its purge that meets another request at the same moment.
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "store/archive/layout.h"
#include "store/files/withdrawal.h"
#include "store/inventory/withdrawn_records.h"
#include "tests/support/borrowed_backend.h"
#include "tests/support/thrown.h"
#include "tests/support/wal_writer.h"
#include "tests/unit/store/files/withdrawal_fixture.h"

namespace walstow {
namespace {

using samples::WalWriter;

class WithdrawalRaceTest : public WithdrawalFixture {};

// Does something right before a record of a withdrawal is changed.
class BeforeTheChange : public BorrowedBackend {
 public:
  BeforeTheChange(Backend& backend, std::function<void()> first)
      : BorrowedBackend(backend), first_(std::move(first)) {}
  void update_record(const std::string& key, const Change& change) override {
    if (key.find("/withdrawn/") != std::string::npos) {
      if (const auto first = std::exchange(first_, {})) first();
    }
    BorrowedBackend::update_record(key, change);
  }

 private:
  std::function<void()> first_;
};

// Somebody gives it its name back at the same time, and reads the copy that a purge removes.
TEST_F(WithdrawalRaceTest, NothingIsPurgedOfWhatIsBeingGivenBack) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  const auto archive = open_archive_folder(archive_folder.string());
  Backend& backend = archive->backend();
  const std::string record =
      backend.list_after(std::string("main/") + kEra + "/withdrawn/", "", 1).at(0).key;
  const Archive purging(std::make_unique<BeforeTheChange>(backend, [&] {
    auto returning = *read_withdrawn(backend, record);
    returning.state = WithdrawnRecord::State::kReturning;
    backend.update_record(record, [&](const std::optional<std::string>&) {
      return std::optional(encode_withdrawn(returning));
    });
  }));
  const auto purged = purge_file(purging, {"main", kHistory, digest_of(kMadeUp)}, "tester");
  ASSERT_FALSE(purged);
  EXPECT_EQ(purged.error().code, Code::kDamaged);
  EXPECT_EQ(copies_aside(), 1U);
  EXPECT_EQ(undo(kHistory, kMadeUp).status, 200);
  EXPECT_EQ(get(kHistory).body, kMadeUp);
}

TEST_F(WithdrawalRaceTest, NothingThatIsBeingPurgedIsGivenBack) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  const auto archive = open_archive_folder(archive_folder.string());
  const Archive returning(std::make_unique<BeforeTheChange>(archive->backend(), [&] {
    ASSERT_EQ(ask(PurgeFile{"main", kHistory, digest_of(kMadeUp)}).status, 200);
  }));
  const ReturnFile back{"main", kHistory, digest_of(kMadeUp)};
  EXPECT_EQ(kind_thrown([&] { return_file(returning, back, "tester"); }), ErrorKind::kUnavailable);
  EXPECT_EQ(listed().at(0).state, "purged");
  EXPECT_EQ(code_of(get(kHistory)), "absent-end");
}

// Of a put and a withdrawal that meet, one sees the other.
TEST_F(WithdrawalRaceTest, PutThatBeganBeforeIsNotAcknowledged) {
  ASSERT_EQ(put(kHistory, kMadeUp).status, 201);
  HandlerResult begun = handler.handle(to_request(put_of(kHistory, "1\t0/5000028\tz\n")), caller);
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Upload>>(begun));
  // Meanwhile: that content has come, and was withdrawn.
  ASSERT_EQ(withdraw(kHistory, kMadeUp).status, 200);
  ASSERT_EQ(put(kHistory, "1\t0/5000028\tz\n").status, 201);
  ASSERT_EQ(withdraw(kHistory, "1\t0/5000028\tz\n").status, 200);
  Upload& upload = *std::get<std::unique_ptr<Upload>>(begun);
  upload.write(as_bytes("1\t0/5000028\tz\n"));
  EXPECT_EQ(code_of(respond(upload.finish())), "withdrawn");
  EXPECT_EQ(code_of(get(kHistory)), "absent-end");
  EXPECT_EQ(copies_aside(), 3U) << "one of each content, and the put's own object";
  const PurgeFile purge{"main", kHistory, digest_of("1\t0/5000028\tz\n")};
  ASSERT_EQ(ask(purge).status, 200);
  EXPECT_EQ(copies_aside(), 1U);
}

// A segment that is equal to the existing one up to its end is not kept. If the existing one is
// about to be withdrawn, the put must not count as done.
TEST_F(WithdrawalRaceTest, WhatIsBeingWithdrawnAnswersForNobody) {
  const std::string older = WalWriter("000000010000000000000001").fill('o').content();
  const std::string zeros = WalWriter(kSegment).records(50, 400).switch_wal().content();
  const std::string remains = WalWriter(kSegment, older).records(50, 400).switch_record().content();
  ASSERT_EQ(put(kSegment, zeros).status, 201);
  ASSERT_EQ(put(kSegment, remains).status, 200);
  ASSERT_EQ(withdraw(kSegment, zeros).status, 200);
  // As a power cut leaves it between the record and the name.
  const std::string copy = *keys("_aside/").begin();
  const fs::path object = object_path(kSegment);
  fs::copy_file(archive_folder / copy, object);
  EXPECT_EQ(code_of(put(kSegment, remains)), "unavailable");
  fs::remove(object);
  EXPECT_EQ(put(kSegment, remains).status, 201);
}

// Withdraws a content as soon as a put has found that it exists.
class WithdrawnMeanwhile : public BorrowedBackend {
 public:
  WithdrawnMeanwhile(Backend& backend, std::function<void()> withdraw)
      : BorrowedBackend(backend), withdraw_(std::move(withdraw)) {}
  bool make_durable(const std::string& key) override {
    const bool exists = BorrowedBackend::make_durable(key);
    if (key.find("/history/") != std::string::npos) {
      if (const auto withdraw = std::exchange(withdraw_, {})) withdraw();
    }
    return exists;
  }

 private:
  std::function<void()> withdraw_;
};

TEST_F(WithdrawalRaceTest, WhatIsWithdrawnWhileItIsFoundIsNotAcknowledged) {
  put(kHistory, kMadeUp);
  const auto archive = open_archive_folder(archive_folder.string());
  Handler other(
      [&] {
        return std::make_unique<Archive>(std::make_unique<WithdrawnMeanwhile>(
            archive->backend(), [&] { withdraw(kHistory, kMadeUp); }));
      },
      1);
  HandlerResult result = other.handle(to_request(put_of(kHistory, kMadeUp)), caller);
  ASSERT_TRUE(std::holds_alternative<Reply>(result));
  EXPECT_EQ(code_of(respond(std::get<Reply>(std::move(result)))), "withdrawn");
}

// Does something as soon as somebody has read that a content is withdrawn.
class AfterTheRecord : public BorrowedBackend {
 public:
  AfterTheRecord(Backend& backend, std::function<void()> then)
      : BorrowedBackend(backend), then_(std::move(then)) {}
  std::optional<std::string> read_record(const std::string& key) override {
    auto content = BorrowedBackend::read_record(key);
    if (content && key.find("/withdrawn/") != std::string::npos) {
      if (const auto then = std::exchange(then_, {})) then();
    }
    return content;
  }

 private:
  std::function<void()> then_;
};

// A put that meets a withdrawal takes its own object away, and nothing else: not what exists once
// the withdrawal was taken back, which others have had acknowledged by then.
TEST_F(WithdrawalRaceTest, APutThatIsRefusedUndoesNoUndo) {
  ASSERT_EQ(put(kSegment).status, 201);
  const auto archive = open_archive_folder(archive_folder.string());
  int put_again = 0;
  Handler other(
      [&] {
        return std::make_unique<Archive>(std::make_unique<AfterTheRecord>(archive->backend(), [&] {
          EXPECT_EQ(undo(kHistory, kMadeUp).status, 200);
          put_again = put(kHistory, kMadeUp).status;
        }));
      },
      1);
  HandlerResult result = other.handle(to_request(put_of(kHistory, kMadeUp)), caller);
  auto& upload = *std::get<std::unique_ptr<Upload>>(result);
  ASSERT_EQ(put(kHistory, kMadeUp).status, 201);
  ASSERT_EQ(withdraw(kHistory, kMadeUp).status, 200);
  upload.write(as_bytes(kMadeUp));
  respond(upload.finish());
  EXPECT_EQ(put_again, 200);
  EXPECT_EQ(get(kHistory).body, kMadeUp);
  EXPECT_TRUE(listed().empty());
}

// Somebody withdraws what a put has just found to be its own content.
class WithdrawnBeforeDurable : public BorrowedBackend {
 public:
  WithdrawnBeforeDurable(Backend& backend, std::function<void()> first)
      : BorrowedBackend(backend), first_(std::move(first)) {}
  bool make_durable(const std::string& key) override {
    if (const auto first = std::exchange(first_, {})) first();
    return BorrowedBackend::make_durable(key);
  }

 private:
  std::function<void()> first_;
};

TEST_F(WithdrawalRaceTest, PartialThatIsWithdrawnWhileItIsFoundIsNoConflict) {
  ASSERT_EQ(put(kSegment).status, 201);
  const std::string partial = "000000010000000000000003.partial";
  const std::string content = segment_content(partial);
  const Digest digest = digest_of(content);
  const std::string stored = layout::stored_name(file_named(partial), digest);
  const auto archive = open_archive_folder(archive_folder.string());
  Handler other(
      [&] {
        return std::make_unique<Archive>(
            std::make_unique<WithdrawnBeforeDurable>(archive->backend(), [&] {
              EXPECT_EQ(ask(WithdrawFile{"main", stored, digest, "why"}).status, 200);
            }));
      },
      1);
  HandlerResult result = other.handle(to_request(put_of(partial, content)), caller);
  auto& upload = *std::get<std::unique_ptr<Upload>>(result);
  ASSERT_EQ(put(partial, content).status, 201);
  upload.write(as_bytes(content));
  EXPECT_EQ(code_of(respond(upload.finish())), "withdrawn");
  EXPECT_TRUE(keys(std::string("main/") + kEra + "/conflicts/").empty());
  EXPECT_GE(copies_aside(), 1U);
}

}  // namespace
}  // namespace walstow
