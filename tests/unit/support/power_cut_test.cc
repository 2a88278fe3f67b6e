// How and when the power of a ForgetfulDisk goes, how a process dies on it, and what chance leaves.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/support/forgetful_file_system.h"

namespace walstow {
namespace {

using Names = std::vector<std::string>;

constexpr std::uint64_t kSeeds = 100;

bool exists(ForgetfulDisk& disk, const std::string& path) {
  return disk.mount()->status(path).has_value();
}

// --- crash points ---

// Each mutating call of the seam once; 15 crash points with anonymous temporaries.
void work(FileSystem& files) {
  files.make_folder("d");
  files.sync_folder(".");
  const auto file = files.create_temporary();
  file->write_at(0, as_bytes("content"));
  file->sync();
  files.link_temporary(*file, "d/a");
  file->close();
  files.rename("d/a", "d/b");
  files.remove("d/absent");
  const auto replacement = files.create_temporary();
  files.replace_by_temporary(*replacement, "d/b");
  files.open_or_create("d/c");
  files.lock("d/lock");
  files.sync_folder("d");
}

const Names kPointsOfWork = {
    "make_folder d",
    "sync_folder .",
    "create_temporary",
    "write_at temporary 0+7",
    "sync temporary",
    "link d/a",
    "close d/a",
    "rename d/a to d/b",
    "remove d/absent",
    "create_temporary",
    "make temporary name for d/b",
    "replace d/b",
    "create d/c",
    "create d/lock",
    "sync_folder d",
};

TEST(CrashPoints, AreTheCallsThatChangeSomething) {
  ForgetfulDisk disk;
  work(*disk.mount());
  EXPECT_EQ(disk.journal(), kPointsOfWork);
  EXPECT_EQ(disk.crash_points(), kPointsOfWork.size());
}

TEST(CrashPoints, ReadingIsNone) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  work(*files);
  const std::size_t points = disk.crash_points();
  const auto file = files->open_file("d/b");
  file->status();
  file->close();
  files->open_or_create("d/c")->close();
  files->status("d");
  files->list("d");
  files->lock("d/lock");
  files->remove_dead_temporaries();
  EXPECT_EQ(disk.crash_points(), points);
}

TEST(CrashPoints, ThePowerGoesAtTheChosenOneAndStaysAway) {
  for (std::size_t point = 1; point <= kPointsOfWork.size(); ++point) {
    SCOPED_TRACE(kPointsOfWork[point - 1]);
    ForgetfulDisk disk;
    const auto files = disk.mount();
    const auto other = disk.mount();
    disk.cut_at(point);
    EXPECT_THROW(work(*files), PowerCut);
    EXPECT_TRUE(disk.power_is_off());
    EXPECT_EQ(disk.crash_points(), point);
    EXPECT_THROW(files->status("d"), PowerCut);
    EXPECT_THROW(other->make_folder("e"), PowerCut);
    EXPECT_THROW(disk.mount(), PowerCut);
  }
}

TEST(CrashPoints, ACutIsBeforeTheEffectOrAfterIt) {
  for (const CutMoment moment : {CutMoment::kBefore, CutMoment::kAfter}) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    disk.cut_at(1, moment);
    EXPECT_THROW(files->make_folder("d"), PowerCut);
    disk.power_cut(CutMode::everything());
    EXPECT_EQ(exists(disk, "d"), moment == CutMoment::kAfter);
  }
}

TEST(CrashPoints, ACutAfterASyncLeavesItDone) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  const auto file = files->create_temporary();
  file->write_at(0, as_bytes("content"));
  files->link_temporary(*file, "a");
  files->sync_folder(".");
  disk.cut_at(1, CutMoment::kAfter);
  EXPECT_THROW(file->sync(), PowerCut);
  disk.power_cut(CutMode::only_durable());
  EXPECT_EQ(read_small_file(*disk.mount(), "a", 100), "content");
}

TEST(CrashPoints, ACallThatFailsCanBeCutAfter) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  disk.cut_at(1, CutMoment::kAfter);
  EXPECT_THROW(files->make_folder("absent/d"), PowerCut);
  EXPECT_TRUE(disk.power_is_off());
}

TEST(CrashPoints, AreCountedFromTheCallOn) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  files->make_folder("a");
  disk.cut_at(2);
  files->make_folder("b");
  EXPECT_THROW(files->make_folder("c"), PowerCut);
}

TEST(CrashPoints, NoHandlerOfErrorsSwallowsAPowerCut) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  disk.cut_at(1);
  const auto careless = [&] {
    try {
      files->make_folder("a");
    } catch (const std::exception&) {
    }
  };
  EXPECT_THROW(careless(), PowerCut);
}

TEST(PowerCut, WhatWasOpenedBeforeIsUselessForEver) {
  for (const TemporaryStyle style : {TemporaryStyle::kAutomatic, TemporaryStyle::kNamed}) {
    ForgetfulDisk disk(style);
    const auto files = disk.mount();
    auto file = files->create_temporary();
    auto lock = files->lock("lock");
    disk.power_cut(CutMode::everything());
    EXPECT_THROW(file->status(), PowerCut);
    EXPECT_THROW(file->sync(), PowerCut);
    EXPECT_THROW(files->list("."), PowerCut);
    EXPECT_THROW(files->link_temporary(*file, "a"), PowerCut);

    // Nor does its end touch what the next ones have.
    const auto next = disk.mount();
    const auto held = next->lock("lock");
    ASSERT_NE(held, nullptr);
    lock.reset();
    file.reset();
    EXPECT_EQ(next->lock("lock"), nullptr);
  }
}

TEST(PowerCut, NamedTemporariesAreLeftToBeRemoved) {
  ForgetfulDisk disk(TemporaryStyle::kNamed);
  const auto files = disk.mount();
  const auto file = files->create_temporary();
  EXPECT_EQ(disk.mount()->remove_dead_temporaries(), 0U);
  disk.power_cut(CutMode::everything());
  EXPECT_EQ(disk.mount()->remove_dead_temporaries(), 1U);
  EXPECT_EQ(disk.mount()->list("_tmp"), Names{});
}

TEST(PowerCut, AReplacementCutShortLeavesATemporaryToBeRemoved) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  const auto file = files->create_temporary();
  disk.cut_at(2);
  EXPECT_THROW(files->replace_by_temporary(*file, "a"), PowerCut);
  disk.power_cut(CutMode::everything());
  EXPECT_FALSE(exists(disk, "a"));
  EXPECT_EQ(disk.mount()->remove_dead_temporaries(), 1U);
}

// --- chance ---

TEST(RandomCut, EachOperationOnAFolderSurvivesOrNotByItself) {
  std::set<std::pair<bool, bool>> outcomes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    files->make_folder("a");
    files->make_folder("b");
    disk.power_cut(CutMode::random(seed));
    outcomes.emplace(exists(disk, "a"), exists(disk, "b"));
  }
  EXPECT_EQ(outcomes.size(), 4U);
}

TEST(RandomCut, ARenamingWithinAFolderIsWholeOrDidNotHappen) {
  std::set<std::string> found;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    create_durably(*files, "a", "x");
    files->rename("a", "b");
    disk.power_cut(CutMode::random(seed));
    EXPECT_NE(exists(disk, "a"), exists(disk, "b")) << seed;
    found.insert(exists(disk, "a") ? "a" : "b");
  }
  EXPECT_EQ(found.size(), 2U);
}

TEST(RandomCut, WhatWasSyncedSurvives) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    make_folders_durably(*files, "a/b");
    create_durably(*files, "a/b/c", "content");
    files->make_folder("unsynced");
    disk.power_cut(CutMode::random(seed));
    EXPECT_EQ(read_small_file(*disk.mount(), "a/b/c", 100), "content") << seed;
  }
}

TEST(RandomCut, AnUnsyncedFileIsTornAtPages) {
  constexpr std::size_t kPage = 4096;
  std::set<std::string> outcomes;  // one letter a page
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    create_durably(*files, "a", std::string(3 * kPage, 'o'));
    files->open_or_create("a")->write_at(0, as_bytes(std::string(2 * kPage, 'n')));
    disk.power_cut(CutMode::random(seed));
    const std::string found = read_small_file(*disk.mount(), "a", 4 * kPage).value();
    ASSERT_EQ(found.size(), 3 * kPage);
    std::string pages;
    for (std::size_t page = 0; page < 3; ++page) {
      const std::string bytes = found.substr(page * kPage, kPage);
      EXPECT_EQ(bytes, std::string(kPage, bytes[0])) << "a page is of one kind";
      pages += bytes[0] == '\0' ? '0' : bytes[0];
    }
    outcomes.insert(pages);
  }
  for (const std::string pages : {"ooo", "nno", "noo", "ono", "0no", "n0o", "00o"}) {
    EXPECT_TRUE(outcomes.contains(pages)) << pages;
  }
  for (const auto& pages : outcomes)
    EXPECT_EQ(pages[2], 'o') << "nobody wrote this page";
}

TEST(RandomCut, AFileThatGrewHasAnySize) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    create_durably(*files, "a", "old");
    files->open_or_create("a")->write_at(0, as_bytes("new and longer"));
    disk.power_cut(CutMode::random(seed));
    sizes.insert(disk.mount()->status("a")->size);
  }
  EXPECT_EQ(*sizes.begin(), 3U);
  EXPECT_EQ(*sizes.rbegin(), 14U);
  EXPECT_GT(sizes.size(), 2U);
}

TEST(RandomCut, TheSameSeedGivesTheSameOutcome) {
  std::vector<Names> outcomes;
  for (int run = 0; run < 2; ++run) {
    ForgetfulDisk disk;
    const auto files = disk.mount();
    for (const std::string name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      files->make_folder(name);
    }
    disk.power_cut(CutMode::random(7));
    outcomes.push_back(disk.mount()->list(".").value());
  }
  EXPECT_EQ(outcomes[0], outcomes[1]);
}

// --- processes ---

TEST(KilledProcess, LosesItsLocksAndTemporariesButNothingElse) {
  for (const TemporaryStyle style : {TemporaryStyle::kAutomatic, TemporaryStyle::kNamed}) {
    ForgetfulDisk disk(style);
    const auto victim = disk.mount();
    const auto witness = disk.mount();
    victim->make_folder("unsynced");
    const auto file = victim->create_temporary();
    const auto lock = victim->lock("lock");
    disk.kill(*victim);

    EXPECT_THROW(victim->list("."), ProcessKilled);
    EXPECT_THROW(victim->link_temporary(*file, "a"), ProcessKilled);
    EXPECT_THROW(file->write_at(0, as_bytes("x")), ProcessKilled);
    EXPECT_TRUE(exists(disk, "unsynced"));
    EXPECT_NE(witness->lock("lock"), nullptr);
    EXPECT_EQ(witness->remove_dead_temporaries(), style == TemporaryStyle::kNamed ? 1U : 0U);
    EXPECT_FALSE(disk.power_is_off());
  }
}

TEST(Interleaving, RunsAnotherProcessInTheMiddleOfACall) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  disk.interleave_at(2, [&] { disk.mount()->make_folder("b"); });
  EXPECT_TRUE(files->make_folder("a"));
  EXPECT_FALSE(files->make_folder("b")) << "the other one was first";
  EXPECT_TRUE(files->make_folder("c"));
  EXPECT_EQ(disk.journal(),
            (Names{"make_folder a", "make_folder b", "make_folder b", "make_folder c"}));
}

TEST(Interleaving, ASyncOfAFolderDoesNotCoverWhatCameAfterItBegan) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  files->make_folder("before");
  disk.interleave_at(1, [&] { disk.mount()->make_folder("meanwhile"); });
  files->sync_folder(".");
  disk.power_cut(CutMode::only_durable());
  EXPECT_TRUE(exists(disk, "before"));
  EXPECT_FALSE(exists(disk, "meanwhile"));
}

TEST(Interleaving, MayEndInAPowerCut) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  disk.interleave_at(1, [&] {
    disk.mount()->make_folder("b");
    disk.cut_at(1);
  });
  EXPECT_THROW(files->make_folder("a"), PowerCut);
  disk.power_cut(CutMode::everything());
  EXPECT_TRUE(exists(disk, "b"));
  EXPECT_FALSE(exists(disk, "a"));
}

}  // namespace
}  // namespace walstow
