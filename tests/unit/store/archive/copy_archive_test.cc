#include "store/archive/copy_archive.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <map>
#include <utility>

#include "proto/base/error.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/backend/memory_backend.h"
#include "tests/support/borrowed_backend.h"
#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using Pass = CopyOptions::Pass;
using Kind = CopyProblem::Kind;

const std::string kWal = "main/001-7711084896406890663-1048576/wal/0000000100000000/";
const std::string kHistory = "main/001-7711084896406890663-1048576/history/";
const std::string kPolicy = "main/policy.json";
const std::string kClient = "_clients/primary1.json";

std::string segment(int number) {
  return kWal + fmt::format("0000000100000000000000{:02X}.zst", number);
}

void put(Backend& backend, const std::string& key, ByteView bytes) {
  const auto staged = backend.stage();
  staged->write(bytes);
  ASSERT_EQ(backend.publish(*staged, key), PublishResult::kPublished);
}

std::string bytes_of(Backend& backend, const std::string& key) {
  const auto source = backend.open_object(key);
  if (source == nullptr) return "absent";
  std::string bytes(source->size(), '\0');
  source->read(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

std::map<std::string, std::string> all_of(Backend& backend) {
  std::map<std::string, std::string> all;
  for (const std::string& prefix : {std::string(), std::string("_clients/")}) {
    for_each_entry(backend, prefix,
                   [&](const Entry& entry) { all[entry.key] = bytes_of(backend, entry.key); });
  }
  return all;
}

class DurableCounter final : public BorrowedBackend {
 public:
  using BorrowedBackend::BorrowedBackend;
  bool make_durable(const std::string& key) override {
    ++made;
    return BorrowedBackend::make_durable(key);
  }
  int made = 0;
};

class CopyArchiveTest : public testing::Test {
 protected:
  CopyArchiveTest() : from_(make_memory_backend()), to_(make_memory_backend()) {
    id_ = initialize_archive(*from_);
    from_->create_record("main/cluster.json", "{}");
    from_->create_record(kPolicy, R"({"keep":1})");
    from_->create_record(kClient, "{}");
    for (int number = 1; number <= 5; ++number)
      put_whole(segment(number), std::string(1000, static_cast<char>('a' + number)));
    put_whole(kHistory + "00000002.history.zst", "1\t0/500000\tno reason\n");
    whole_ = all_of(*from_);
  }

  void put_whole(const std::string& key, const std::string& raw) {
    put(*from_, key, fixture::object_of(as_bytes(raw)));
  }
  CopyResult copy(Pass pass = Pass::kCopy, std::uint32_t jobs = 1) {
    return copy_archive(
        *from_, *to_,
        {.pass = pass,
         .jobs = jobs,
         .on_progress = on_progress_,
         .on_problem = [this](const CopyProblem& problem) { problems_.push_back(problem); }});
  }
  static std::string error_of_opening(Backend& backend) {
    return fixture::error_of(ErrorKind::kUnavailable,
                             [&] { Archive(std::make_unique<BorrowedBackend>(backend)); });
  }
  std::string error_of_copying(ErrorKind kind, Pass pass = Pass::kCopy) {
    return fixture::error_of(kind, [&] { copy(pass); });
  }

  std::unique_ptr<Backend> from_, to_;
  std::string id_;
  std::map<std::string, std::string> whole_;
  std::function<void(const CopyCounts&)> on_progress_;
  std::vector<CopyProblem> problems_;
};

TEST_F(CopyArchiveTest, TheCopyIsTheArchiveAndTheSourceIsNoneAnyMore) {
  for (const std::uint32_t jobs : {1U, 4U}) {
    SCOPED_TRACE(jobs);
    if (jobs > 1) {
      from_ = std::exchange(to_, make_memory_backend());
      from_->remove_record(std::string(layout::kMovedMarker));
    }
    const CopyResult result = copy(Pass::kFinish, jobs);
    EXPECT_TRUE(result.finished);
    EXPECT_EQ(result.counts.objects, 6U);
    EXPECT_EQ(result.counts.records, 3U);
    EXPECT_EQ(all_of(*to_), whole_);
    EXPECT_EQ(Archive(std::make_unique<BorrowedBackend>(*to_)).id(), id_);
    EXPECT_EQ(error_of_opening(*from_), "archive in memory was moved by \"walstow copy\"");
    EXPECT_TRUE(to_->list_after("_copy/", "", 1).empty());
  }
}

TEST_F(CopyArchiveTest, NobodyCanOpenItBeforeItIsFinished) {
  EXPECT_FALSE(copy().finished);
  EXPECT_EQ(error_of_opening(*to_), "archive in memory is an unfinished copy");
  EXPECT_EQ(Archive(std::make_unique<BorrowedBackend>(*from_)).id(), id_);
  whole_.erase("walstow.json");
  EXPECT_EQ(all_of(*to_), whole_);
}

TEST_F(CopyArchiveTest, WhatStandsIsNotCopiedAgain) {
  copy();
  put_whole(segment(6), "new");
  const CopyCounts counts = copy().counts;
  EXPECT_EQ(counts.objects, 1U);
  EXPECT_EQ(counts.existing, 6U);
  EXPECT_EQ(counts.records, 0U);
}

TEST_F(CopyArchiveTest, OneThatIsCutShortAtAnyObjectGoesOnThere) {
  for (std::uint64_t at = 1; at <= 6; ++at) {
    SCOPED_TRACE(at);
    to_ = make_memory_backend();
    on_progress_ = [at](const CopyCounts& counts) {
      if (counts.objects == at) throw Error(ErrorKind::kTimeout, "cut short");
    };
    EXPECT_EQ(error_of_copying(ErrorKind::kTimeout, Pass::kFinish), "cut short");
    EXPECT_EQ(error_of_opening(*to_), "archive in memory is an unfinished copy");
    EXPECT_TRUE(from_->read_record("walstow.json"));
    on_progress_ = {};
    const CopyCounts counts = copy().counts;
    EXPECT_EQ(counts.existing, at);
    EXPECT_EQ(counts.objects, 6 - at);
  }
  EXPECT_TRUE(copy(Pass::kFinish).finished);
  EXPECT_EQ(all_of(*to_), whole_);
}

// It may have died between an object's name and the fsync of its folder.
TEST_F(CopyArchiveTest, WhatAPassThatWasCutShortLeftIsMadeDurable) {
  on_progress_ = [](const CopyCounts& counts) {
    if (counts.objects == 4) throw Error(ErrorKind::kTimeout, "cut short");
  };
  EXPECT_EQ(error_of_copying(ErrorKind::kTimeout), "cut short");
  DurableCounter counter(*to_);
  copy_archive(*from_, counter, {});
  EXPECT_EQ(counter.made, 4);
  copy_archive(*from_, counter, {});
  EXPECT_EQ(counter.made, 4);
}

TEST_F(CopyArchiveTest, WhatComesBehindItsBackIsFoundAfterTheSourceHasGivenUp) {
  on_progress_ = [this, done = false](const CopyCounts& counts) mutable {
    if (counts.objects < 5 || std::exchange(done, true)) return;
    put_whole(segment(0), "late");
  };
  EXPECT_TRUE(copy(Pass::kFinish).finished);
  EXPECT_NE(bytes_of(*to_, segment(0)), "absent");
}

TEST_F(CopyArchiveTest, OtherBytesAreNamedAndLeft) {
  copy();
  to_->remove_object(segment(2));
  const fixture::Bytes other = fixture::object_of(as_bytes(std::string(1000, 'z')));
  put(*to_, segment(2), other);
  const CopyResult result = copy(Pass::kFinish);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(result.counts.refused, 1U);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].kind, Kind::kRefused);
  EXPECT_EQ(problems_[0].key, segment(2));
  EXPECT_EQ(bytes_of(*to_, segment(2)), as_text(other));
  EXPECT_TRUE(from_->read_record("walstow.json"));
  EXPECT_EQ(error_of_opening(*to_), "archive in memory is an unfinished copy");
}

TEST_F(CopyArchiveTest, WhatIsDamagedIsCopiedAsItIs) {
  fixture::Bytes object = fixture::object_of(as_bytes(std::string(5000, 'q')));
  object[object.size() / 2] ^= std::byte{1};
  put(*from_, segment(7), object);
  const CopyResult result = copy(Pass::kFinish);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.counts.damaged, 1U);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].key, segment(7));
  EXPECT_EQ(bytes_of(*to_, segment(7)), as_text(object));
}

TEST_F(CopyArchiveTest, RecordsBecomeThoseOfTheSource) {
  from_->create_record("main/holds/1.json", "{}");
  copy();
  from_->remove_record(kClient);  // nobody may come in by the copy
  from_->update_record(kPolicy, [](const auto&) { return std::string(R"({"keep":2})"); });
  from_->remove_record("main/holds/1.json");
  from_->create_record("main/holds/2.json", "{}");
  EXPECT_EQ(copy().counts.records, 4U);
  EXPECT_EQ(to_->read_record(kClient), std::nullopt);
  EXPECT_EQ(to_->read_record(kPolicy), R"({"keep":2})");
  EXPECT_EQ(to_->read_record("main/holds/1.json"), std::nullopt);
  EXPECT_EQ(to_->read_record("main/holds/2.json"), "{}");
}

TEST_F(CopyArchiveTest, ObjectsThatWentFromTheSourceStay) {
  copy();
  from_->remove_object(segment(1));
  EXPECT_EQ(copy(Pass::kFinish).counts.extra, 1U);
  EXPECT_EQ(bytes_of(*to_, segment(1)), whole_[segment(1)]);
}

TEST_F(CopyArchiveTest, ForeignFilesAreLeftOutAndNamedOnce) {
  put(*from_, "main/core", as_bytes("x"));
  EXPECT_EQ(copy(Pass::kFinish).counts.foreign, 1U);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].kind, Kind::kForeign);
  EXPECT_EQ(bytes_of(*to_, "main/core"), "absent");
}

TEST_F(CopyArchiveTest, ATargetThatIsSomethingElseIsLeftAlone) {
  initialize_archive(*to_);
  EXPECT_EQ(error_of_copying(ErrorKind::kRefused), "archive in memory is already an archive");
  to_ = make_memory_backend();
  to_->create_record("other/thing.json", "{}");
  EXPECT_EQ(error_of_copying(ErrorKind::kRefused),
            "archive in memory already contains \"other/thing.json\"");
  to_ = make_memory_backend();
  const auto another = make_memory_backend();
  initialize_archive(*another);
  copy_archive(*another, *to_, {});
  EXPECT_EQ(error_of_copying(ErrorKind::kRefused),
            "archive in memory contains a copy of another archive");
  EXPECT_EQ(to_->list_after("", "", 1).size(), 0U);
}

TEST_F(CopyArchiveTest, ASourceThatIsNotThereIsNoEmptyArchive) {
  from_ = make_memory_backend();
  EXPECT_EQ(error_of_copying(ErrorKind::kUnavailable, Pass::kFinish),
            "could not find archive in memory: it has no \"walstow.json\"");
  EXPECT_TRUE(to_->list_after("_copy/", "", 1).empty());
}

TEST_F(CopyArchiveTest, FinishingGoesOnWhereItWasCutShort) {
  copy();
  from_->create_record(std::string(layout::kMovedMarker), *from_->read_record("walstow.json"));
  from_->remove_record("walstow.json");
  put_whole(segment(8), "came last");
  EXPECT_EQ(
      error_of_copying(ErrorKind::kRefused),
      "archive in memory is no longer the archive: \"walstow copy --finish\" was interrupted");
  const CopyResult result = copy(Pass::kFinish);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.counts.objects, 1U);
  const CopyResult again = copy(Pass::kFinish);
  EXPECT_TRUE(again.finished);
  EXPECT_EQ(again.counts.existing, 0U);
}

}  // namespace
}  // namespace walstow
