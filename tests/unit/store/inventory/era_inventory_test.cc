#include "store/inventory/era_inventory.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "store/archive/layout.h"
#include "store/backend/memory_backend.h"
#include "tests/support/borrowed_backend.h"

namespace walstow {
namespace {

constexpr std::uint64_t kFolders = 300;

class ListCounter final : public BorrowedBackend {
 public:
  using BorrowedBackend::BorrowedBackend;
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    ++lists;
    return BorrowedBackend::list_after(prefix, after, limit);
  }
  int lists = 0;
};

// A medium that does not say when a folder has changed.
class SilentMediumTest : public testing::Test {
 protected:
  SilentMediumTest() : memory_(make_memory_backend()) {
    initialize_archive(*memory_);
    auto counter = std::make_unique<ListCounter>(*memory_);
    counter_ = counter.get();
    archive_ = std::make_unique<Archive>(std::move(counter));
    for (std::uint64_t log = 0; log < kFolders; ++log)
      put(log, 0);
    refresh();
  }

  std::string key(std::uint64_t log, std::uint64_t segment) const {
    const std::string name = fmt::format("00000001{:08X}{:08X}", log, segment);
    return layout::wal_prefix("main", era_) + name.substr(0, 16) + "/" + name + ".zst";
  }
  void put(std::uint64_t log, std::uint64_t segment) {
    memory_->publish(*memory_->stage(), key(log, segment));
  }
  // Returns how many lists it took.
  int refresh() {
    counter_->lists = 0;
    inventory_.refresh(*archive_, {});
    return counter_->lists;
  }
  std::uint64_t segments() const { return inventory_.timelines().at(0).segments; }

  const EraName era_{.number = 1, .system_identifier = 7, .segment_size = 1U << 20};
  std::unique_ptr<Backend> memory_;
  ListCounter* counter_ = nullptr;
  std::unique_ptr<Archive> archive_;
  EraInventory inventory_{"main", era_};
};

TEST_F(SilentMediumTest, IsNotReadWholeEachTime) {
  EXPECT_EQ(segments(), kFolders);
  EXPECT_LT(refresh(), 70);
  EXPECT_EQ(segments(), kFolders);
}

TEST_F(SilentMediumTest, WhatIsPutIsSeenAtOnce) {
  put(kFolders - 1, 5);
  put(kFolders, 0);
  refresh();
  EXPECT_EQ(segments(), kFolders + 2);
}

TEST_F(SilentMediumTest, AFolderThatWentIsSeenAtOnce) {
  memory_->remove_object(key(1, 0));
  refresh();
  EXPECT_EQ(segments(), kFolders - 1);
}

TEST_F(SilentMediumTest, EveryFolderHasItsTurn) {
  for (std::uint64_t log = 0; log < kFolders; ++log)
    put(log, 5);
  for (int turn = 0; turn < 5; ++turn)
    EXPECT_LT(refresh(), 70);
  EXPECT_EQ(segments(), 2 * kFolders);
}

}  // namespace
}  // namespace walstow
