// A proof of absence rests on what a backend says. Whatever two of its answers contradict one
// another in, over any backend, proves nothing.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "proto/base/error.h"
#include "proto/codec/object.h"
#include "store/archive/layout.h"
#include "store/files/absence_proof.h"
#include "tests/contract/backends.h"
#include "tests/support/borrowed_backend.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"

namespace walstow {
namespace {

constexpr std::uint64_t kSystem = 7711084896406890663U;
const EraName kEra{.number = 1, .system_identifier = kSystem, .segment_size = 1U << 20};

WalFileName named(std::string_view name) {
  return *WalFileName::parse(name);
}
std::string key_of_file(std::string_view name) {
  return *layout::object_key("main", kEra, named(name));
}

// Some keys cannot be opened, some are not listed, and something happens at a list.
class LyingBackend : public BorrowedBackend {
 public:
  using BorrowedBackend::BorrowedBackend;

  std::unique_ptr<ObjectSource> open_object(const std::string& key) override {
    return unopened.contains(key) ? nullptr : BorrowedBackend::open_object(key);
  }
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    if (at_list) at_list();
    std::vector<Entry> entries = BorrowedBackend::list_after(prefix, after, 1000);
    std::erase_if(entries, [this](const Entry& entry) { return unlisted.contains(entry.key); });
    entries.resize(std::min(entries.size(), limit));
    return entries;
  }

  std::set<std::string> unopened, unlisted;
  std::function<void()> at_list;
};

// An archive over a backend that may lie.
class AbsenceCase {
 public:
  explicit AbsenceCase(Backend& backend) : backend_(backend) {
    initialize_archive(backend_);
    auto lying = std::make_unique<LyingBackend>(backend_);
    lying_ = lying.get();
    archive_.emplace(std::move(lying));
    archive_->create_cluster("main");
    archive_->open_era("main", kEra.system_identifier, kEra.segment_size, kEra.number);
    for (const char* name : {"000000010000000000000003", "000000010000000000000004"})
      put(name, "of a segment only the name counts here");
    put("00000002.history", "1\t0/500000\tno recovery target specified\n");
  }

  void put(std::string_view name, std::string_view content) {
    const auto staged = backend_.stage();
    encode_object({.name = std::string(name),
                   .raw_size = content.size(),
                   .digest = digest_of(content),
                   .system_identifier = kEra.system_identifier,
                   .segment_size = kEra.segment_size,
                   .client = "tester",
                   .time = {}},
                  content, [&staged](ByteView bytes) { staged->write(bytes); });
    ASSERT_EQ(backend_.publish(*staged, key_of_file(name)), PublishResult::kPublished);
  }
  AbsenceKind kind_of(std::string_view name) {
    return prove_absence(*archive_, "main", {kEra}, named(name)).absence.kind;
  }
  bool is_unknown(std::string_view name) {
    try {
      kind_of(name);
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kUnavailable;
    }
  }

  LyingBackend& lying() { return *lying_; }

 private:
  Backend& backend_;
  LyingBackend* lying_ = nullptr;
  std::optional<Archive> archive_;
};

TEST_P(BackendContractTest, AbsenceAnHonestBackendProvesIt) {
  AbsenceCase archive(backend());
  EXPECT_EQ(archive.kind_of("000000010000000000000005"), AbsenceKind::kEnd);
  EXPECT_EQ(archive.kind_of("000000020000000000000005"), AbsenceKind::kEnd);
  EXPECT_EQ(archive.kind_of("000000020000000000000004"), AbsenceKind::kBefore);
  EXPECT_EQ(archive.kind_of("000000010000000000000002"), AbsenceKind::kHole);
  EXPECT_EQ(archive.kind_of("00000003.history"), AbsenceKind::kEnd);
  archive.put("000000030000000000000009", "without its history");
  EXPECT_EQ(archive.kind_of("00000003.history"), AbsenceKind::kHistoryMissing);
  EXPECT_EQ(archive.kind_of("000000010000000000000005"), AbsenceKind::kHistoryMissing);
}

TEST_P(BackendContractTest, AbsenceListedAndNotFoundIsUnknown) {
  AbsenceCase archive(backend());
  archive.lying().unopened = {key_of_file("000000010000000000000004")};
  EXPECT_TRUE(archive.is_unknown("000000010000000000000004"));
  archive.lying().unopened = {key_of_file("00000002.history")};
  EXPECT_TRUE(archive.is_unknown("00000002.history"));
  // The history decides about other files, too.
  EXPECT_TRUE(archive.is_unknown("000000010000000000000005"));
  EXPECT_TRUE(archive.is_unknown("000000020000000000000004"));
}

TEST_P(BackendContractTest, AbsenceFoundAndNotListedIsUnknown) {
  AbsenceCase archive(backend());
  archive.lying().unlisted = {key_of_file("000000010000000000000004")};
  EXPECT_TRUE(archive.is_unknown("000000010000000000000003"));
  archive.lying().unlisted = {key_of_file("00000002.history")};
  EXPECT_TRUE(archive.is_unknown("000000010000000000000005"));
  EXPECT_TRUE(archive.is_unknown("000000020000000000000005"));
}

TEST_P(BackendContractTest, AbsenceWhatChangesUnderTheQuestionIsUnknown) {
  AbsenceCase archive(backend());
  int lists = 0;
  archive.lying().at_list = [&] {
    if (++lists == 2) archive.put("000000010000000000000005", "has come meanwhile");
  };
  EXPECT_TRUE(archive.is_unknown("000000010000000000000005"));
  lists = 0;
  archive.lying().at_list = [&] {
    if (++lists == 4) backend().remove_object(key_of_file("000000010000000000000005"));
  };
  EXPECT_TRUE(archive.is_unknown("000000010000000000000004") || lists < 4);
}

TEST_P(BackendContractTest, AbsenceDamagedHistoryProvesNothing) {
  AbsenceCase archive(backend());
  archive.put("00000003.history", "this is no history\n");
  EXPECT_EQ(archive.kind_of("000000020000000000000005"), AbsenceKind::kUnknown);
  EXPECT_EQ(archive.kind_of("000000010000000000000009"), AbsenceKind::kUnknown);
  EXPECT_EQ(archive.kind_of("000000010000000000000002"), AbsenceKind::kHole);
  EXPECT_EQ(archive.kind_of("00000004.history"), AbsenceKind::kEnd);
}

}  // namespace
}  // namespace walstow
