#include "archiver/standby_put.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/base/error.h"
#include "proto/files/file_system.h"
#include "tests/support/fake_store.h"
#include "tests/support/thrown.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using std::chrono::system_clock;

constexpr const char* kAsked = "000000010000000000000007";
const Patience kAnHour{.give_up = Deadline::after(std::chrono::hours(1)), .on_failure = {}};

class Content final : public FileContent {
 public:
  explicit Content(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t read_at(std::uint64_t offset, MutableByteView out) override {
    const std::string_view rest = std::string_view(bytes_).substr(offset, out.size());
    std::ranges::copy(as_bytes(rest), out.begin());
    return rest.size();
  }

 private:
  std::string bytes_;
};

class StandbyPutTest : public testing::Test {
 protected:
  StandbyPutTest() {
    how_.now = [this] { return now_; };
    how_.receives_since = now_ - std::chrono::hours(2);
    how_.pause = [this](Duration time) { now_ += time; };
    store_.on_ask = [this](const Command& command) {
      question_ = std::get<ConfirmFile>(command);
      ++questions_;
      return to_json(answer_());
    };
    store_.on_put = [this](const PutFile& put, FileContent&) {
      put_ = put;
      return PutDone{PutResult::kPublished, {.name = put.file.text()}};
    };
  }

  // The store's answer once it has the file of the question.
  ConfirmReport yes() const {
    const PutFile& put = question_.value().put;
    return {PutReport{.archive = "a",
                      .era = "e",
                      .name = put.file.text(),
                      .digest = to_string(put.digest),
                      .raw_size = put.raw_size}};
  }
  static ConfirmFile question_about(std::string_view name) {
    return {.put = {.cluster = "main",
                    .file = *WalFileName::parse(name),
                    .system_identifier = 12,
                    .segment_size = SegmentSize::from_bytes(1U << 20U),
                    .raw_size = 1U << 20U}};
  }
  PutDone run(std::string_view name = kAsked) {
    Content content(content_);
    return put_from_standby(question_about(name), content, status_, how_, first_, store_, kAnHour);
  }

  system_clock::time_point now_{std::chrono::hours(24 * 365)};
  FileStatus status_{.modified = now_ - std::chrono::hours(1)};
  std::string content_ = samples::WalWriter(kAsked).fill().content();
  StandbyPut how_;
  std::optional<Confirmed> first_;  // the answer to an earlier question
  FakeStore store_;
  std::function<ConfirmReport()> answer_ = [] { return ConfirmReport{}; };
  std::optional<ConfirmFile> question_;
  int questions_ = 0;
  std::optional<PutFile> put_;
};

TEST_F(StandbyPutTest, WhatTheStoreHasIsNotSent) {
  answer_ = [this] { return yes(); };
  for (const auto mode : {StandbyPut::Mode::kFill, StandbyPut::Mode::kConfirm}) {
    how_.mode = mode;
    EXPECT_EQ(run().result, PutResult::kExisted);
  }
  EXPECT_EQ(questions_, 2);
  EXPECT_FALSE(put_);
  EXPECT_EQ(question_, question_about(kAsked));
}

TEST_F(StandbyPutTest, FillSendsWhatTheStoreLacks) {
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_EQ(questions_, 1);
  EXPECT_TRUE(put_.value().ask_first);
}

TEST_F(StandbyPutTest, ConfirmFailsUntilTheStoreHasIt) {
  how_.mode = StandbyPut::Mode::kConfirm;
  EXPECT_EQ(kind_thrown([&] { run(); }), ErrorKind::kRefused);
  EXPECT_FALSE(put_);
}

// It was archived with other bytes after its end, which only a put can find out.
TEST_F(StandbyPutTest, ConfirmSendsWhatTheStoreHasWithOtherContent) {
  how_.mode = StandbyPut::Mode::kConfirm;
  status_.modified = now_;
  answer_ = [] { return ConfirmReport{.archived = {}, .other_content = true}; };
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_EQ(questions_, 1);
  EXPECT_TRUE(put_.value().ask_first);
}

// As a primary it wrote them before it became a standby: no other server may have them.
TEST_F(StandbyPutTest, ConfirmSendsWhatTheServerMayHaveWrittenItself) {
  how_.mode = StandbyPut::Mode::kConfirm;
  how_.receives_since = status_.modified + std::chrono::nanoseconds(1);
  EXPECT_EQ(run().result, PutResult::kPublished);
  how_.receives_since.reset();
  put_.reset();
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_TRUE(put_);
  how_.receives_since = status_.modified;
  EXPECT_EQ(kind_thrown([&] { run(); }), ErrorKind::kRefused);
}

TEST_F(StandbyPutTest, AFileOfTheFutureIsNotKnownToBeReceived) {
  status_.modified = now_ + std::chrono::nanoseconds(1);
  EXPECT_FALSE(is_received(*WalFileName::parse(kAsked), status_, how_));
  status_.modified = now_;
  EXPECT_TRUE(is_received(*WalFileName::parse(kAsked), status_, how_));
}

TEST_F(StandbyPutTest, OnlySegmentsAreReceived) {
  EXPECT_TRUE(is_received(*WalFileName::parse(kAsked), status_, how_));
  for (const char* const name : {"00000002.history", "000000010000000000000007.partial",
                                 "000000010000000000000007.00000028.backup"})
    EXPECT_FALSE(is_received(*WalFileName::parse(name), status_, how_)) << name;
}

// The walreceiver of a standby closes it when its upstream was promoted in the middle of a segment.
TEST_F(StandbyPutTest, ConfirmSendsTheUnfinishedEndOfATimeline) {
  how_.mode = StandbyPut::Mode::kConfirm;
  content_ = samples::WalWriter(kAsked).records(50, 400).content();
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_EQ(questions_, 1);
}

// No other server has it: a standby that is promoted writes it.
TEST_F(StandbyPutTest, ConfirmSendsAHistory) {
  how_.mode = StandbyPut::Mode::kConfirm;
  status_.modified = now_;
  EXPECT_EQ(run("00000002.history").result, PutResult::kPublished);
  EXPECT_EQ(questions_, 1);
}

TEST_F(StandbyPutTest, AYoungSegmentIsLeftToThePrimaryForAMoment) {
  status_.modified = now_;
  answer_ = [this] { return questions_ == 3 ? yes() : ConfirmReport{}; };
  EXPECT_EQ(run().result, PutResult::kExisted);
  EXPECT_EQ(questions_, 3);
  EXPECT_FALSE(put_);
}

TEST_F(StandbyPutTest, ButNotForLong) {
  status_.modified = now_;
  const auto began = now_;
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_LE(now_ - began, kPrimaryGoesFirst);
  EXPECT_GT(questions_, 1);
  // Whatever the clocks are.
  questions_ = 0;
  status_.modified = now_ + std::chrono::hours(1);
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_LE(questions_, kPrimaryGoesFirst / kAskAgainAfter);
}

TEST_F(StandbyPutTest, AStoppingServerDoesNotWait) {
  status_.modified = now_;
  Content content(content_);
  Patience hurried = kAnHour;
  hurried.hurry = [] { return true; };
  put_from_standby(question_about(kAsked), content, status_, how_, first_, store_, hurried);
  EXPECT_EQ(questions_, 1);
  EXPECT_TRUE(put_);
}

TEST_F(StandbyPutTest, TimeIsLeftForThePut) {
  status_.modified = now_;
  Content content(content_);
  Patience short_one = kAnHour;
  short_one.give_up = Deadline::after(kAskAgainAfter);
  put_from_standby(question_about(kAsked), content, status_, how_, first_, store_, short_one);
  EXPECT_EQ(questions_, 1);
  EXPECT_TRUE(put_);
}

TEST_F(StandbyPutTest, AStoreOfAnEarlierReleaseDecidesAtThePut) {
  answer_ = []() -> ConfirmReport {
    throw Error(ErrorKind::kRefused, "method POST is not allowed");
  };
  EXPECT_EQ(run().result, PutResult::kPublished);
  EXPECT_TRUE(put_.value().ask_first);
  put_.reset();
  how_.mode = StandbyPut::Mode::kConfirm;
  EXPECT_EQ(kind_thrown([&] { run(); }), ErrorKind::kRefused);
  EXPECT_FALSE(put_);
}

TEST_F(StandbyPutTest, AnAnswerThatIsKnownIsNotAskedForAgain) {
  first_ = Confirmation{.done = PutDone{PutResult::kExisted, {.name = std::string(kAsked)}}};
  EXPECT_EQ(run().result, PutResult::kExisted);
  EXPECT_EQ(questions_, 0);
  first_ = Confirmation{};
  EXPECT_EQ(run().result, PutResult::kPublished);
  first_ = Error(ErrorKind::kRefused, "method POST is not allowed");
  EXPECT_EQ(run().result, PutResult::kPublished);
  how_.mode = StandbyPut::Mode::kConfirm;
  EXPECT_EQ(kind_thrown([&] { run(); }), ErrorKind::kRefused);
  EXPECT_EQ(questions_, 0);
}

TEST_F(StandbyPutTest, AStoreThatCannotBeAskedHasNothing) {
  answer_ = []() -> ConfirmReport { throw Error(ErrorKind::kUnavailable, "no answer"); };
  for (const auto mode : {StandbyPut::Mode::kFill, StandbyPut::Mode::kConfirm}) {
    how_.mode = mode;
    EXPECT_EQ(kind_thrown([&] { run(); }), ErrorKind::kUnavailable);
  }
  EXPECT_FALSE(put_);
}

TEST_F(StandbyPutTest, AnAnswerAboutAnotherFileIsNone) {
  const auto changed = [this](auto change) {
    ConfirmReport report = yes();
    change(*report.archived);
    return report;
  };
  const std::function<ConfirmReport()> answers[] = {
      [&] { return changed([](PutReport& r) { r.name = "000000010000000000000008"; }); },
      [&] { return changed([](PutReport& r) { r.digest = std::string(32, 'a'); }); },
      [&] { return changed([](PutReport& r) { ++r.raw_size; }); },
  };
  for (const auto& answer : answers) {
    answer_ = answer;
    EXPECT_EQ(kind_thrown([&] { run(); }), ErrorKind::kUnavailable);
  }
  EXPECT_FALSE(put_);
}

}  // namespace
}  // namespace walstow
