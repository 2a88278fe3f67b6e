// The power goes at every point of a put, and what was acknowledged must be there afterwards.
//
// After each cut, in every mode:
//   acknowledged      -> present under its key, bit for bit
//   not acknowledged  -> absent or whole, never a part of it
//   temporaries       -> none, once the cleaner has run
// The disk is harsher than any real one: nothing is durable that was not fsynced, in any order.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "tests/fault/power_cut_fixture.h"

namespace walstow {
namespace {

constexpr std::string_view kCluster = "main";
const EraName kEra{1, 7711084896406890663U, 1U << 20};
const EraName kOtherEra{1, 4711, 1U << 20};

// Longer than a page of the disk, so that it can be torn; no page is like another.
std::string content_of(const std::string& name) {
  std::string content;
  while (content.size() < 10'000)
    content += name + std::to_string(content.size()) + "\n";
  return content;
}

std::string key_of(const std::string& name) {
  return *layout::object_key(kCluster, kEra, *WalFileName::parse(name));
}

const std::string kFirstFile = "000000010000000000000001";
const std::string kNextFile = "000000010000000000000002";
const std::string kFileInNewFolder = "000000010000000100000000";
const std::string kNextFileInNewFolder = "000000010000000100000001";

// One store process on the disk.
class Store {
 public:
  explicit Store(ForgetfulDisk& disk) : archive_(make_directory_backend(disk.mount())) {}

  // As the handler does it: a look first, then a publish. On return the file is acknowledged.
  void put(const std::string& name) const {
    if (exists(name)) return;
    archive_.make_era_durable(kCluster, kEra);
    const auto staged = backend().stage();
    staged->write(as_bytes(content_of(name)));
    if (backend().publish(*staged, key_of(name)) == PublishResult::kPublished) return;
    EXPECT_TRUE(exists(name));
  }
  // As put(), when the cluster may have no era yet. False: it belongs to another system.
  bool put_first(const std::string& name, const EraName& era) const {
    if (archive_.eras(kCluster).empty()) {
      archive_.open_era(kCluster, era.system_identifier, era.segment_size, era.number);
    }
    if (archive_.eras(kCluster) != std::vector{era}) return false;
    put(name);
    return true;
  }
  // nullopt: absent.
  std::optional<std::string> object(const std::string& name) const {
    const auto source = backend().open_object(key_of(name));
    if (source == nullptr) return std::nullopt;
    std::string content(source->size() + 1, '\0');
    content.resize(source->read(std::as_writable_bytes(std::span(content))));
    return content;
  }

  const Archive& archive() const { return archive_; }
  Backend& backend() const { return archive_.backend(); }

 private:
  // Whether the same content exists, so that it can be relied on.
  bool exists(const std::string& name) const {
    const auto found = object(name);
    if (!found) return false;
    EXPECT_EQ(*found, content_of(name));
    return backend().make_durable(key_of(name));
  }

  Archive archive_;
};

void make_cluster(ForgetfulDisk& disk) {
  initialize_archive(*make_directory_backend(disk.mount()));
  Store(disk).archive().create_cluster(kCluster);
}

void make_era(ForgetfulDisk& disk) {
  make_cluster(disk);
  ASSERT_TRUE(Store(disk).put_first(kFirstFile, kEra));
}

void check_file(const Store& store, const std::string& name, Acknowledged acknowledged) {
  const auto found = store.object(name);
  if (acknowledged == Acknowledged::kYes) {
    ASSERT_TRUE(found) << name << " was acknowledged and is gone";
  }
  if (found) {
    EXPECT_EQ(*found, content_of(name)) << name << " is not whole";
  }
}

class PowerCutTest : public PowerCutSuite {
 protected:
  void put(ForgetfulDisk& disk, const std::string& name) {
    Store(disk).put(name);
    acknowledge(name);
  }
  void put_first(ForgetfulDisk& disk) {
    if (Store(disk).put_first(kFirstFile, kEra)) acknowledge(kFirstFile);
  }

  void check_files(ForgetfulDisk& disk, const std::vector<std::string>& names) const {
    const Store store(disk);
    for (const std::string& name : names)
      check_file(store, name, acknowledged(name));
  }
  auto files_hold(const std::vector<std::string>& names) const {
    return [this, names](ForgetfulDisk& disk, const CrashPoint&) { check_files(disk, names); };
  }
  // Whoever was told that the first file exists can rely on its era, too; and an era that is there
  // has its folder, which a get must not take for one that was moved away.
  std::vector<EraName> check_eras(ForgetfulDisk& disk) const {
    const Store store(disk);
    const auto eras = store.archive().eras(kCluster);
    for (const EraName& era : eras)
      store.archive().verify_era(kCluster, era);
    if (acknowledged(kFirstFile) == Acknowledged::kYes) {
      EXPECT_EQ(eras, std::vector{kEra});
    }
    return eras;
  }
};

INSTANTIATE_TEST_SUITE_P(Temporaries, PowerCutTest, both_styles(), style_name);

// --- one writer ---

TEST_P(PowerCutTest, PutIntoAStandingFolder) {
  run({.setup = make_era,
       .operation = [this](ForgetfulDisk& disk) { put(disk, kNextFile); },
       .check = files_hold({kNextFile})});
}

TEST_P(PowerCutTest, FirstPutOfAnEra) {
  run({.setup = make_cluster,
       .operation = [this](ForgetfulDisk& disk) { put_first(disk); },
       .check =
           [this](ForgetfulDisk& disk, const CrashPoint&) {
             check_eras(disk);
             check_files(disk, {kFirstFile});
             // Whatever was left half done, the next put goes through.
             put_first(disk);
             EXPECT_EQ(acknowledged(kFirstFile), Acknowledged::kYes);
             check_files(disk, {kFirstFile});
           }});
}

TEST_P(PowerCutTest, FirstFileInANewFolder) {
  run({.setup = make_era,
       .operation = [this](ForgetfulDisk& disk) { put(disk, kFileInNewFolder); },
       .check = files_hold({kFileInNewFolder})});
}

TEST_P(PowerCutTest, SecondFileOfAProcessInANewFolder) {
  run({.setup = make_era,
       .operation =
           [this](ForgetfulDisk& disk) {
             const Store store(disk);  // one for both: it remembers which folders are durable
             for (const std::string& name : {kFileInNewFolder, kNextFileInNewFolder}) {
               store.put(name);
               acknowledge(name);
             }
           },
       .check = files_hold({kFileInNewFolder, kNextFileInNewFolder})});
}

// --- two writers: the second does all of its work at each point of the first one's, then the power
// goes before the first one's next step ---

TEST_P(PowerCutTest, OverlappingPutsOfOneFile) {
  run({.setup = make_era,
       .operation = [this](ForgetfulDisk& disk) { put(disk, kNextFile); },
       .check = files_hold({kNextFile}),
       .meanwhile = [this](ForgetfulDisk& disk) { put(disk, kNextFile); }});
}

TEST_P(PowerCutTest, OverlappingPutsOfOneFileIntoANewFolder) {
  run({.setup = make_era,
       .operation = [this](ForgetfulDisk& disk) { put(disk, kFileInNewFolder); },
       .check = files_hold({kFileInNewFolder}),
       .meanwhile = [this](ForgetfulDisk& disk) { put(disk, kFileInNewFolder); }});
}

TEST_P(PowerCutTest, OverlappingPutsOfTwoFilesIntoANewFolder) {
  run({.setup = make_era,
       .operation = [this](ForgetfulDisk& disk) { put(disk, kFileInNewFolder); },
       .check = files_hold({kFileInNewFolder, kNextFileInNewFolder}),
       .meanwhile = [this](ForgetfulDisk& disk) { put(disk, kNextFileInNewFolder); }});
}

TEST_P(PowerCutTest, OverlappingFirstPutsOfOneCluster) {
  run({.setup = make_cluster,
       .operation = [this](ForgetfulDisk& disk) { put_first(disk); },
       .check =
           [this](ForgetfulDisk& disk, const CrashPoint&) {
             check_eras(disk);
             check_files(disk, {kFirstFile});
           },
       .meanwhile = [this](ForgetfulDisk& disk) { put_first(disk); }});
}

TEST_P(PowerCutTest, OverlappingFirstPutsOfTwoSystems) {
  const auto open_other_era = [this](ForgetfulDisk& disk) {
    const auto opened = Store(disk).archive().open_era(kCluster, kOtherEra.system_identifier,
                                                       kOtherEra.segment_size, kOtherEra.number);
    if (opened) acknowledge("other era");
  };
  run({.setup = make_cluster,
       .operation = [this](ForgetfulDisk& disk) { put_first(disk); },
       .check =
           [this](ForgetfulDisk& disk, const CrashPoint& point) {
             const auto eras = check_eras(disk);
             if (acknowledged("other era") == Acknowledged::kYes) {
               EXPECT_EQ(eras, std::vector{kOtherEra});
             }
             if (point.completed) {
               EXPECT_EQ(eras.size(), 1U);
             }
             check_files(disk, {kFirstFile});
           },
       .meanwhile = open_other_era});
}

// --- everything else that is written ---

TEST_P(PowerCutTest, InitializeArchive) {
  run({.setup = [](ForgetfulDisk&) {},
       .operation =
           [this](ForgetfulDisk& disk) {
             acknowledge(initialize_archive(*make_directory_backend(disk.mount())));
           },
       .check =
           [this](ForgetfulDisk& disk, const CrashPoint& point) {
             const auto backend = make_directory_backend(disk.mount());
             if (!point.completed && !backend->read_record(std::string(layout::kMarker))) {
               EXPECT_NO_THROW(initialize_archive(*backend));
               return;
             }
             const Archive archive(make_directory_backend(disk.mount()));
             if (point.completed) {
               EXPECT_EQ(acknowledged(archive.id()), Acknowledged::kYes);
             }
           }});
}

TEST_P(PowerCutTest, UpdateRecord) {
  const std::string key = layout::standby_record(kCluster, "standby1", "00ff");
  const auto set_to = [key](ForgetfulDisk& disk, const std::string& content) {
    Store(disk).backend().update_record(key, [&](const auto&) { return content; });
  };
  const std::string old_content = content_of("old");
  const std::string new_content = content_of("new");
  for (const bool exists : {false, true}) {
    SCOPED_TRACE(exists ? "of a standing record" : "that makes a record");
    run({.setup =
             [&](ForgetfulDisk& disk) {
               make_cluster(disk);
               if (exists) set_to(disk, old_content);
             },
         .operation =
             [&](ForgetfulDisk& disk) {
               set_to(disk, new_content);
               acknowledge(key);
             },
         .check =
             [&](ForgetfulDisk& disk, const CrashPoint&) {
               const auto found = Store(disk).backend().read_record(key);
               const bool is_old = exists ? found == old_content : !found;
               EXPECT_TRUE(found == new_content ||
                           (is_old && acknowledged(key) == Acknowledged::kNo));
             }});
  }
}

TEST_P(PowerCutTest, UpdateThatRelaysWhatADyingProcessWrote) {
  // The first process dies at each of its steps, the second finds nothing to change in what it
  // left, and says so: then the record is to be relied on.
  const std::string key = layout::standby_record(kCluster, "standby1", "00ff");
  run({.setup = make_cluster,
       .operation =
           [&](ForgetfulDisk& disk) { Store(disk).backend().create_record(key, "content"); },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint&) {
             if (acknowledged(key) == Acknowledged::kYes) {
               EXPECT_EQ(Store(disk).backend().read_record(key), "content");
             }
           },
       .meanwhile =
           [&](ForgetfulDisk& disk) {
             Store(disk).backend().update_record(key, [&](const auto& existing) {
               if (existing == "content") acknowledge(key);
               return std::nullopt;
             });
           }});
}

TEST_P(PowerCutTest, RemoveObject) {
  run({.setup = make_era,
       .operation =
           [this](ForgetfulDisk& disk) {
             Store(disk).backend().remove_object(key_of(kFirstFile));
             acknowledge("removal");
           },
       .check =
           [this](ForgetfulDisk& disk, const CrashPoint&) {
             const auto found = Store(disk).object(kFirstFile);
             if (acknowledged("removal") == Acknowledged::kYes) {
               EXPECT_EQ(found, std::nullopt);
             }
             if (found) {
               EXPECT_EQ(*found, content_of(kFirstFile));
             }
           }});
}

TEST_P(PowerCutTest, SetAsideAndPutAgain) {
  // Damage is known by its reader only, so any content will do.
  const auto set_aside = [this](const Store& store) {
    const std::string key = key_of(kFirstFile);
    EXPECT_TRUE(store.backend().set_aside(key, *store.backend().open_object(key)));
    acknowledge("set aside");
  };
  const auto check_aside = [this](ForgetfulDisk& disk) {
    if (acknowledged("set aside") == Acknowledged::kNo) return;
    EXPECT_EQ(Store(disk).backend().list_after("_aside/main/", "", 10).size(), 1U);
  };
  run({.setup = make_era,
       .operation = [&](ForgetfulDisk& disk) { set_aside(Store(disk)); },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint&) {
             check_aside(disk);
             if (acknowledged("set aside") == Acknowledged::kYes) {
               EXPECT_EQ(Store(disk).object(kFirstFile), std::nullopt);
             }
           }});
  run({.setup = make_era,
       .operation =
           [&](ForgetfulDisk& disk) {
             const Store store(disk);
             set_aside(store);
             store.put(kFirstFile);
             acknowledge(kFirstFile);
           },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint&) {
             check_aside(disk);
             check_files(disk, {kFirstFile});
           }});
}

}  // namespace
}  // namespace walstow
