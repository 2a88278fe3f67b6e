#include "store/archive/archive.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "proto/base/error.h"
#include "proto/files/file_system.h"
#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/backend/memory_backend.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

constexpr std::uint64_t kSystem = 7711084896406890663U;
constexpr std::uint64_t kOtherSystem = 7711084899053762744U;
constexpr std::uint32_t kSegmentSize = 1U << 20;

Archive make_archive() {
  auto backend = make_memory_backend();
  initialize_archive(*backend);
  return Archive(std::move(backend));
}

void set_record(const Archive& archive, const std::string& key, const std::string& content) {
  archive.backend().update_record(key, [&](const auto&) { return content; });
}

// --- the marker ---

TEST(ArchiveTest, InitializedArchiveHasARandomId) {
  const auto one = make_memory_backend();
  const auto other = make_memory_backend();
  const std::string id = initialize_archive(*one);
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(id, initialize_archive(*other));
}

TEST(ArchiveTest, StandingArchiveIsNotInitializedAgain) {
  const auto backend = make_memory_backend();
  initialize_archive(*backend);
  const auto before = backend->read_record("walstow.json");
  EXPECT_EQ(kind_thrown([&] { initialize_archive(*backend); }), ErrorKind::kRefused);
  EXPECT_EQ(backend->read_record("walstow.json"), before);
}

TEST(ArchiveTest, OpenedArchiveHasTheIdOfItsMarker) {
  auto backend = make_memory_backend();
  const std::string id = initialize_archive(*backend);
  const Archive archive(std::move(backend));
  EXPECT_EQ(archive.id(), id);
  EXPECT_NO_THROW(archive.verify_present());
}

TEST(ArchiveTest, FolderWithoutMarkerIsNoArchive) {
  EXPECT_EQ(kind_thrown([] { Archive archive(make_memory_backend()); }), ErrorKind::kUnavailable);
}

TEST(ArchiveTest, ArchiveThatLostItsMarkerIsUnavailable) {
  const Archive archive = make_archive();
  archive.backend().remove_record("walstow.json");
  EXPECT_EQ(kind_thrown([&] { archive.verify_present(); }), ErrorKind::kUnavailable);
}

TEST(ArchiveTest, ArchiveThatBecameAnotherIsUnavailable) {
  const Archive archive = make_archive();
  archive.backend().remove_record("walstow.json");
  initialize_archive(archive.backend());
  EXPECT_EQ(kind_thrown([&] { archive.verify_present(); }), ErrorKind::kUnavailable);
}

TEST(ArchiveTest, MarkersAreChecked) {
  const std::string id(32, 'a');
  const struct {
    std::string content;
    std::optional<ErrorKind> kind;
  } cases[] = {
      {R"({"format":"1.0","archive":")" + id + R"("})", std::nullopt},
      {R"({"format":"1.7","archive":")" + id + R"(","later":[1,2]})", std::nullopt},
      {R"({"format":"2.0","archive":")" + id + R"("})", ErrorKind::kUsage},
      {R"({"format":"0.9","archive":")" + id + R"("})", ErrorKind::kUsage},
      {R"({"format":"one","archive":")" + id + R"("})", ErrorKind::kDamaged},
      {R"({"format":"1","archive":")" + id + R"("})", ErrorKind::kDamaged},
      {R"({"format":1.0,"archive":")" + id + R"("})", ErrorKind::kDamaged},
      {R"({"archive":")" + id + R"("})", ErrorKind::kDamaged},
      {R"({"format":"1.0"})", ErrorKind::kDamaged},
      {R"({"format":"1.0","archive":"aaaa"})", ErrorKind::kDamaged},
      {R"({"format":"1.0","archive":")" + std::string(32, 'A') + R"("})", ErrorKind::kDamaged},
      {R"({"format":"1.0","archive":7})", ErrorKind::kDamaged},
      {"[]", ErrorKind::kDamaged},
      {"", ErrorKind::kDamaged},
      {R"({"format":"1.0","arch)", ErrorKind::kDamaged},
  };
  for (const auto& c : cases) {
    auto backend = make_memory_backend();
    backend->create_record("walstow.json", c.content);
    EXPECT_EQ(kind_thrown([&] { Archive archive(std::move(backend)); }), c.kind) << c.content;
  }
}

// --- clusters ---

TEST(ArchiveTest, ClusterIsCreatedOnce) {
  const Archive archive = make_archive();
  EXPECT_FALSE(archive.has_cluster("main"));
  EXPECT_TRUE(archive.create_cluster("main"));
  EXPECT_FALSE(archive.create_cluster("main"));
  EXPECT_TRUE(archive.has_cluster("main"));
  EXPECT_FALSE(archive.has_cluster("mai"));
}

TEST(ArchiveTest, ClustersAreListedByName) {
  const Archive archive = make_archive();
  for (const char* name : {"main", "main-b", "main2", "Alpha", "z_z"}) {
    archive.create_cluster(name);
    archive.open_era(name, kSystem, kSegmentSize, 1);
  }
  archive.backend().create_record("folder/of/somebody", "else");
  archive.backend().create_record("file", "of somebody else");
  EXPECT_EQ(archive.clusters(),
            (std::vector<std::string>{"Alpha", "main", "main-b", "main2", "z_z"}));
}

TEST(ArchiveTest, ClusterRecordOfAnotherNameIsDamage) {
  const Archive archive = make_archive();
  archive.backend().create_record("main/cluster.json", R"({"format":"1.0","cluster":"other"})");
  EXPECT_EQ(kind_thrown([&] { archive.has_cluster("main"); }), ErrorKind::kDamaged);
}

// --- eras ---

TEST(ArchiveTest, ErasAreOpenedOneAfterTheOther) {
  const Archive archive = make_archive();
  EXPECT_TRUE(archive.eras("main").empty());
  const EraName first{1, kSystem, kSegmentSize};
  const EraName second{2, kOtherSystem, kSegmentSize};
  EXPECT_EQ(archive.open_era("main", kSystem, kSegmentSize, 1), first);
  EXPECT_EQ(archive.open_era("main", kOtherSystem, kSegmentSize, 2), second);
  EXPECT_EQ(archive.eras("main"), (std::vector{first, second}));
  EXPECT_TRUE(archive.eras("other").empty());
}

TEST(ArchiveTest, ThereMayBeAsManyErasAsNumbers) {
  const Archive archive = make_archive();
  for (std::uint32_t number = 1; number <= layout::kMostEras; ++number) {
    ASSERT_TRUE(archive.open_era("main", kSystem + number, kSegmentSize, number));
  }
  EXPECT_EQ(archive.eras("main").size(), layout::kMostEras);
  EXPECT_EQ(
      kind_thrown([&] { archive.open_era("main", kSystem, kSegmentSize, layout::kMostEras + 1); }),
      ErrorKind::kRefused);
}

TEST(ArchiveTest, NumberThatIsNotTheNextIsRefused) {
  const Archive archive = make_archive();
  for (const std::uint32_t number : {0U, 2U}) {
    EXPECT_EQ(kind_thrown([&] { archive.open_era("main", kSystem, kSegmentSize, number); }),
              ErrorKind::kRefused);
  }
}

TEST(ArchiveTest, TakenNumberIsNotOpenedAgain) {
  const Archive archive = make_archive();
  const EraName first{1, kSystem, kSegmentSize};
  ASSERT_TRUE(archive.open_era("main", kSystem, kSegmentSize, 1));
  EXPECT_EQ(archive.open_era("main", kSystem, kSegmentSize, 1), std::nullopt);
  EXPECT_EQ(archive.open_era("main", kOtherSystem, kSegmentSize, 1), std::nullopt);
  EXPECT_EQ(archive.eras("main"), std::vector{first});
  EXPECT_NO_THROW(archive.verify_era("main", first));
}

TEST(ArchiveTest, LoserOfANumberLeavesNoRecordInItsFolder) {
  const Archive archive = make_archive();
  ASSERT_TRUE(archive.open_era("main", kSystem, kSegmentSize, 1));
  ASSERT_FALSE(archive.open_era("main", kOtherSystem, kSegmentSize, 1));
  const std::string folder = layout::era_prefix("main", {1, kOtherSystem, kSegmentSize});
  EXPECT_TRUE(archive.backend().list_after(folder, "", 10).empty());
}

TEST(ArchiveTest, OfRacingOpenersExactlyOneWins) {
  for (int round = 0; round < 20; ++round) {
    ForgetfulDisk disk;
    initialize_archive(*make_directory_backend(disk.mount()));
    constexpr std::size_t kOpeners = 4;
    std::vector<std::optional<EraName>> opened(kOpeners);
    {
      std::vector<std::jthread> threads;
      for (std::size_t number = 0; number < kOpeners; ++number) {
        threads.emplace_back([&, number] {
          const Archive archive(make_directory_backend(disk.mount()));
          try {
            opened[number] = archive.open_era("main", kSystem + number / 2, kSegmentSize, 1);
          } catch (const Error& error) {
            // Two of the losing system: one cleared away what the other one was just making.
            EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
          }
        });
      }
    }
    const auto winner =
        std::find_if(opened.begin(), opened.end(), [](const auto& era) { return era.has_value(); });
    ASSERT_NE(winner, opened.end());
    EXPECT_EQ(std::count(opened.begin(), opened.end(), std::nullopt), kOpeners - 1);
    const Archive archive(make_directory_backend(disk.mount()));
    EXPECT_EQ(archive.eras("main"), std::vector{**winner});
    EXPECT_NO_THROW(archive.verify_era("main", **winner));
  }
}

TEST(ArchiveTest, MissingEraFolderIsUnavailableNotEmpty) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  initialize_archive(*make_directory_backend(disk.mount()));
  const Archive archive(make_directory_backend(disk.mount()));
  const EraName era = *archive.open_era("main", kSystem, kSegmentSize, 1);
  EXPECT_NO_THROW(archive.verify_era("main", era));
  files->rename("main/" + to_string(era), "main/taken-away");
  EXPECT_EQ(kind_thrown([&] { archive.verify_era("main", era); }), ErrorKind::kUnavailable);
  EXPECT_EQ(archive.eras("main"), std::vector{era});
}

TEST(ArchiveTest, EraIsNotReliedOnWhileARecordOfItIsMissing) {
  const EraName era{1, kSystem, kSegmentSize};
  for (const std::string& key : {layout::cluster_record("main"), layout::era_record("main", 1),
                                 layout::era_folder_record("main", era)}) {
    const Archive archive = make_archive();
    archive.create_cluster("main");
    archive.open_era("main", kSystem, kSegmentSize, 1);
    EXPECT_NO_THROW(archive.make_era_durable("main", era));
    archive.backend().remove_record(key);
    EXPECT_EQ(kind_thrown([&] { archive.make_era_durable("main", era); }), ErrorKind::kUnavailable)
        << key;
  }
}

TEST(ArchiveTest, FolderOfAnotherEraIsDamage) {
  const Archive archive = make_archive();
  const EraName era = *archive.open_era("main", kSystem, kSegmentSize, 1);
  const EraName other{1, kOtherSystem, kSegmentSize};
  set_record(archive, layout::era_folder_record("main", era),
             R"({"format":"1.0","era":")" + to_string(other) + R"("})");
  EXPECT_EQ(kind_thrown([&] { archive.verify_era("main", era); }), ErrorKind::kDamaged);
}

TEST(ArchiveTest, MissingEraRecordIsDamage) {
  const Archive archive = make_archive();
  for (const std::uint32_t number : {1U, 2U, 3U}) {
    archive.open_era("main", kSystem + number, kSegmentSize, number);
  }
  archive.backend().remove_record(layout::era_record("main", 2));
  EXPECT_EQ(kind_thrown([&] { archive.eras("main"); }), ErrorKind::kDamaged);
}

TEST(ArchiveTest, EraRecordsAreChecked) {
  const struct {
    const char* content;
    ErrorKind kind;
  } cases[] = {
      {R"({"format":"2.0","era":"001-7-1048576"})", ErrorKind::kUsage},
      {R"({"format":"1.0","era":"002-7-1048576"})", ErrorKind::kDamaged},
      {R"({"format":"1.0","era":"001-7-1000"})", ErrorKind::kDamaged},
      {R"({"format":"1.0","era":1})", ErrorKind::kDamaged},
      {R"({"format":"1.0"})", ErrorKind::kDamaged},
      {"", ErrorKind::kDamaged},
  };
  const Archive archive = make_archive();
  for (const auto& c : cases) {
    set_record(archive, layout::era_record("main", 1), c.content);
    EXPECT_EQ(kind_thrown([&] { archive.eras("main"); }), c.kind) << c.content;
  }
}

TEST(ArchiveTest, NewestEraIsOfTheSystemAskedFor) {
  const EraName first{1, kSystem, kSegmentSize};
  const EraName second{2, kSystem, kSegmentSize * 2};
  const EraName third{3, kOtherSystem, kSegmentSize};
  const std::vector eras{first, second, third};
  EXPECT_EQ(newest_era_of(eras, kSystem), second);
  EXPECT_EQ(newest_era_of(eras, kOtherSystem), third);
  EXPECT_EQ(newest_era_of(eras, 7), std::nullopt);
  EXPECT_EQ(newest_era_of({}, kSystem), std::nullopt);
}

}  // namespace
}  // namespace walstow
