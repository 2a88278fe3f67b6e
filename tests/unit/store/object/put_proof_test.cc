#include "store/object/put_proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "store/backend/memory_backend.h"
#include "tests/support/service_fixture.h"

namespace walstow {
namespace {

constexpr std::string_view kProved = "000000010000000000000001";
constexpr std::size_t kPiece = 100'000;

// A staged object on its way in, as a put writes it.
class PutProofTest : public testing::Test {
 protected:
  PutProofTest() {
    // Behind its header so random that the object is many buffers long.
    std::mt19937 random(1);
    for (std::size_t i = 64; i < content_.size(); ++i)
      content_[i] = static_cast<char>(random());
  }

  template <class Change>
  ByteSink sink(Change change) {
    return [this, change](ByteView bytes) {
      std::vector<std::byte> written(bytes.begin(), bytes.end());
      change(staged_->size(), written);
      staged_->write(written);
    };
  }
  ByteSink sink() {
    return sink([](std::uint64_t, std::vector<std::byte>&) {});
  }

  // Feeds the encoder, and reads back after each piece.
  template <class Between>
  Examined prove(const ByteSink& object, Between between) {
    ObjectEncoder encoder({.name = std::string(kProved),
                           .raw_size = content_.size(),
                           .digest = digest_of(content_),
                           .system_identifier = samples::kSystem1Mb,
                           .segment_size = 1U << 20,
                           .client = "tester",
                           .time = {}},
                          ObjectEncoder::Input::kRaw, 1, object);
    PutProof proof(*staged_, file_named(kProved));
    for (std::size_t at = 0; at < content_.size(); at += kPiece) {
      encoder.write(as_bytes(content_).subspan(at, std::min(kPiece, content_.size() - at)));
      proof.read_back();
      between(proof);
    }
    encoder.finish_frames();
    encoder.finish(proof.finish_frames());
    const Examined examined = proof.finish();
    if (examined.whole) {
      EXPECT_EQ(proof.content().problem(samples::kSystem1Mb, content_.size(), std::nullopt), "");
    }
    return examined;
  }

  std::size_t pieces_ = 0;
  std::string content_ = segment_content(kProved);
  std::unique_ptr<Backend> backend_ = make_memory_backend();
  std::unique_ptr<StagedObject> staged_ = backend_->stage();
};

TEST_F(PutProofTest, IsTheSameWhetherItGoesAlongOrWaitsForTheEnd) {
  const Examined along = prove(sink(), [](PutProof& proof) { proof.examine(); });
  EXPECT_TRUE(along.whole) << along.problem;
  EXPECT_EQ(along.header.digest, digest_of(content_));
  staged_ = backend_->stage();
  const Examined after = prove(sink(), [](PutProof&) {});
  EXPECT_TRUE(after.whole) << after.problem;
  EXPECT_EQ(after.header.digest, digest_of(content_));
}

TEST_F(PutProofTest, DamageAnywhereInWhatLiesThereIsFound) {
  for (const std::uint64_t damaged : {100U, 300'000U, 700'000U, 1'000'000U}) {
    staged_ = backend_->stage();
    const auto change = [damaged](std::uint64_t offset, std::vector<std::byte>& bytes) {
      if (damaged >= offset && damaged - offset < bytes.size()) {
        bytes[damaged - offset] ^= std::byte{1};
      }
    };
    const Examined examined = prove(sink(change), [](PutProof& proof) { proof.examine(); });
    EXPECT_FALSE(examined.whole) << damaged;
    EXPECT_NE(examined.problem, "") << damaged;
  }
}

// One examine() beside each write and read_back(), as a session has it.
TEST_F(PutProofTest, ExaminesBesideTheWriting) {
  std::thread beside;
  const Examined examined = prove(sink(), [&](PutProof& proof) {
    if (beside.joinable()) beside.join();
    const bool last = ++pieces_ * kPiece >= content_.size();
    if (!last) beside = std::thread([&proof] { proof.examine(); });
  });
  EXPECT_TRUE(examined.whole) << examined.problem;
}

}  // namespace
}  // namespace walstow
