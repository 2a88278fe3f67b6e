#include "store/backend/s3/shared_reads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::size_t kSize = std::size_t{3} * 1024 * 1024 + 17;
constexpr std::size_t kRoom = std::size_t{8} * 1024 * 1024;

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(i * 31 / 7);
  return bytes;
}

// What is asked of the medium.
struct Medium {
  std::string content = some_bytes(kSize);
  std::atomic<int> opened = 0;
  std::atomic<std::size_t> bytes_read = 0;
  std::optional<std::size_t> breaks_at;  // throws there
  bool exists = true;
};

class MediumSource final : public ObjectSource {
 public:
  explicit MediumSource(Medium& medium) : medium_(medium) {}

  std::uint64_t size() const override { return medium_.content.size(); }
  void rewind() override { offset_ = 0; }
  std::size_t read(MutableByteView out) override {
    if (medium_.breaks_at && offset_ >= *medium_.breaks_at) {
      throw Error(ErrorKind::kUnavailable, "the medium broke");
    }
    const ByteView rest = as_bytes(medium_.content).subspan(offset_);
    const std::size_t size = std::min({out.size(), rest.size(), std::size_t{100'000}});
    std::copy_n(rest.begin(), size, out.begin());
    offset_ += size;
    medium_.bytes_read += size;
    return size;
  }

 private:
  Medium& medium_;
  std::size_t offset_ = 0;
};

class SharedReadsTest : public testing::Test {
 protected:
  std::unique_ptr<ObjectSource> open(SharedReads& reads) {
    return reads.open("key", [this]() -> std::unique_ptr<ObjectSource> {
      ++medium_.opened;
      if (!medium_.exists) return nullptr;
      return std::make_unique<MediumSource>(medium_);
    });
  }
  static std::string read(ObjectSource& source, std::size_t most = SIZE_MAX) {
    std::string all;
    std::vector<std::byte> piece(70'000);
    while (all.size() < most) {
      const std::size_t wanted = std::min(piece.size(), most - all.size());
      const std::size_t size = source.read(MutableByteView(piece).first(wanted));
      if (size == 0) break;
      all += as_text(ByteView(piece).first(size));
    }
    return all;
  }

  Medium medium_;
  SharedReads reads_{kRoom, hours(1)};
};

TEST_F(SharedReadsTest, WhoAsksMeanwhileReadsAlong) {
  const auto first = open(reads_);
  std::string of_first = read(*first, 1'000'000);
  const auto second = open(reads_);
  EXPECT_EQ(second->size(), kSize);
  EXPECT_TRUE(read(*second) == medium_.content);  // past the first one
  of_first += read(*first);
  EXPECT_TRUE(of_first == medium_.content);
  EXPECT_EQ(medium_.opened, 1);
  EXPECT_EQ(medium_.bytes_read, kSize);
}

TEST_F(SharedReadsTest, NobodyDependsOnAnotherOnesGoingOn) {
  auto first = open(reads_);
  read(*first, 10);
  const auto second = open(reads_);
  first.reset();
  EXPECT_TRUE(read(*second) == medium_.content);
  EXPECT_EQ(medium_.opened, 1);
}

TEST_F(SharedReadsTest, ManyAtOnce) {
  const auto first = open(reads_);
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(std::async(std::launch::async, [this] {
      const auto source = open(reads_);
      return read(*source) == medium_.content;
    }));
  }
  for (auto& one : all)
    EXPECT_TRUE(one.get());
  EXPECT_EQ(medium_.opened, 1);
  EXPECT_EQ(medium_.bytes_read, kSize);
}

TEST_F(SharedReadsTest, WhatIsOverIsReadAnew) {
  EXPECT_TRUE(read(*open(reads_)) == medium_.content);
  medium_.content = some_bytes(1000);
  EXPECT_TRUE(read(*open(reads_)) == medium_.content);
  EXPECT_EQ(medium_.opened, 2);
}

TEST_F(SharedReadsTest, WhatWasOpenedLongAgoIsReadAnew) {
  SharedReads reads(kRoom, milliseconds(-1));
  const auto first = open(reads);
  const auto second = open(reads);
  EXPECT_EQ(medium_.opened, 2);
  EXPECT_TRUE(read(*first) == medium_.content);
  EXPECT_TRUE(read(*second) == medium_.content);
}

// What the medium says is of when it was asked, not of when it came to answer.
TEST_F(SharedReadsTest, ASlowAnswerIsNotJoinedForLonger) {
  SharedReads reads(kRoom, milliseconds(1));
  const auto first = reads.open("key", [this] {
    const Clock::time_point begin = Clock::now();
    while (Clock::now() - begin <= milliseconds(1))
      std::this_thread::yield();
    return std::make_unique<MediumSource>(medium_);
  });
  const auto second = open(reads);
  EXPECT_EQ(medium_.opened, 1);
}

TEST_F(SharedReadsTest, WhatIsForgottenIsReadAnewAndReadToItsEnd) {
  const auto first = open(reads_);
  const std::string before = medium_.content;
  std::string of_first = read(*first, 1000);
  reads_.forget("another key");
  const auto second = open(reads_);
  EXPECT_EQ(medium_.opened, 1);
  reads_.forget("key");
  const auto third = open(reads_);
  EXPECT_EQ(medium_.opened, 2);
  of_first += read(*first);
  EXPECT_TRUE(of_first == before);
  EXPECT_TRUE(read(*second) == before);
  EXPECT_TRUE(read(*third) == medium_.content);
}

// Whoever asks after the change gets nothing that was asked for before it.
TEST_F(SharedReadsTest, WhatWasAskedForBeforeAChangeIsNotJoinedAfterIt) {
  const auto first = reads_.open("key", [this] {
    auto source = std::make_unique<MediumSource>(medium_);
    reads_.forget("key");
    return source;
  });
  const auto second = open(reads_);
  EXPECT_EQ(medium_.opened, 1);
  const auto third = open(reads_);
  EXPECT_EQ(medium_.opened, 1);
}

TEST_F(SharedReadsTest, WithoutRoomEachReadsAlone) {
  SharedReads reads(2 * kSize, hours(1));
  auto one = reads.open("one", [this] { return std::make_unique<MediumSource>(medium_); });
  auto two = reads.open("two", [this] { return std::make_unique<MediumSource>(medium_); });
  auto alone = open(reads);
  auto also_alone = open(reads);
  EXPECT_EQ(medium_.opened, 2);
  EXPECT_TRUE(read(*alone) == medium_.content);
  one.reset();  // makes room
  const auto third = open(reads);
  const auto joined = open(reads);
  EXPECT_EQ(medium_.opened, 3);
  EXPECT_TRUE(read(*joined) == medium_.content);
}

TEST_F(SharedReadsTest, EachAsksForItselfWhetherItIsAbsent) {
  medium_.exists = false;
  EXPECT_EQ(open(reads_), nullptr);
  EXPECT_EQ(open(reads_), nullptr);
  EXPECT_EQ(medium_.opened, 2);
  medium_.exists = true;
  EXPECT_NE(open(reads_), nullptr);
}

// The second one comes while the first one asks, and does not take its answer for a proof.
TEST_F(SharedReadsTest, WhoWaitedForAnAbsenceAsksOnceMore) {
  std::promise<void> asked;
  std::promise<void> answer;
  auto first = std::async(std::launch::async, [&] {
    return reads_.open("key", [&]() -> std::unique_ptr<ObjectSource> {
      asked.set_value();
      answer.get_future().wait();
      return nullptr;
    });
  });
  asked.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return open(reads_); });
  answer.set_value();
  EXPECT_EQ(first.get(), nullptr);
  EXPECT_NE(second.get(), nullptr);
  EXPECT_EQ(medium_.opened, 1);
}

TEST_F(SharedReadsTest, AFailureIsOfThoseWhoReadThere) {
  medium_.breaks_at = 500'000;
  const auto first = open(reads_);
  const auto second = open(reads_);
  EXPECT_EQ(kind_thrown([&] { read(*first); }), ErrorKind::kUnavailable);
  EXPECT_TRUE(read(*second, 400'000) == medium_.content.substr(0, 400'000));
  EXPECT_EQ(kind_thrown([&] { read(*second); }), ErrorKind::kUnavailable);
  medium_.breaks_at.reset();
  EXPECT_TRUE(read(*open(reads_)) == medium_.content);
}

TEST_F(SharedReadsTest, AFailureToOpenKeepsNobodyElseOut) {
  const SharedReads::Open fails = []() -> std::unique_ptr<ObjectSource> {
    throw Error(ErrorKind::kUnavailable, "no answer");
  };
  EXPECT_EQ(kind_thrown([&] { reads_.open("key", fails); }), ErrorKind::kUnavailable);
  EXPECT_TRUE(read(*open(reads_)) == medium_.content);
}

// A piece must not be taken for the whole: the reader is told the size, and gets less.
TEST_F(SharedReadsTest, AnObjectThatEndsTooEarlyEndsForAll) {
  class Short final : public ObjectSource {
   public:
    std::uint64_t size() const override { return 100; }
    void rewind() override { read_ = false; }
    std::size_t read(MutableByteView out) override {
      if (std::exchange(read_, true)) return 0;
      std::ranges::fill(out.first(40), std::byte{1});
      return 40;
    }

   private:
    bool read_ = false;
  };
  const auto first = reads_.open("key", [] { return std::make_unique<Short>(); });
  const auto second = reads_.open("key", [] { return std::make_unique<Short>(); });
  EXPECT_EQ(read(*first).size(), 40U);
  EXPECT_EQ(read(*second).size(), 40U);
}

}  // namespace
}  // namespace walstow
