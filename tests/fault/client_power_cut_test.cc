// The power goes at every point of what walstow-restore writes beside pg_wal.
//
// After each cut, in every mode:
//   said to be durable  -> there, and what it was (history, binding, instance, restartpoint)
//   everything else     -> there as it was written, or not at all; never a part, never another's
//   temporaries         -> none, once the cleaner has run
// A file at %p is no such promise: PostgreSQL removes the existing file before it asks again, and
// fsyncs what it keeps. But a process that is killed must not leave a part of it there.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "proto/pgdata/instance.h"
#include "restorer/file/restore_file.h"
#include "restorer/spool/spool.h"
#include "tests/fault/power_cut_fixture.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

using fixture::name_of;
using fixture::ScriptedStore;

constexpr const char* kPlace = "RECOVERYXLOG";
const SpoolOwner kOwner{"https://archive1.example:7432", "main", samples::kSystem1Mb};
const std::string kArchive = fixture::kArchive;
const std::string kOtherArchive(32, 'f');
const Instance kInstance{.id = std::string(32, 'a')};

using Step = std::function<void(ForgetfulDisk&)>;

void nothing(ForgetfulDisk&) {}

Step bind_to(const std::string& archive) {
  return [archive](ForgetfulDisk& disk) {
    const auto files = disk.mount();
    Spool(*files, kOwner).remember_archive(archive);
  };
}

// Smaller than a segment, which the store's answer is believed for here, and longer than a page.
std::string some_history() {
  std::string content;
  for (int timeline = 1; timeline < 200; ++timeline) {
    content += std::to_string(timeline) + "\t0/" + std::to_string(timeline) +
               "00000\tno recovery target specified\n";
  }
  return content;
}

void restore(FileSystem& files, const std::string& content) {
  ScriptedStore store;
  const Question question{.get = {.cluster = "main",
                                  .file = name_of("000000C8.history"),
                                  .system_identifier = samples::kSystem1Mb,
                                  .request_id = {}}};
  const Outcome outcome =
      restore_file(question, {.folder = files, .name = kPlace}, store.then_file(content),
                   {.give_up = Deadline::after(Duration(1000))});
  EXPECT_EQ(outcome.answer, StoreAnswer::kRestored) << outcome.message;
}

std::optional<std::string> placed(FileSystem& files) {
  return read_small_file(files, kPlace, 100'000);
}

class ClientPowerCutTest : public PowerCutSuite {};
INSTANTIATE_TEST_SUITE_P(Temporaries, ClientPowerCutTest, both_styles(), style_name);

TEST_P(ClientPowerCutTest, PlaceAFile) {
  const std::string content = some_history();
  run({.setup = nothing,
       .operation = [&](ForgetfulDisk& disk) { restore(*disk.mount(), content); },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint& point) {
             const auto files = disk.mount();
             const auto found = placed(*files);
             if (point.mode.kind == CutMode::Kind::kEverything) {
               EXPECT_TRUE(point.completed ? found == content : !found || found == content);
             }
             // An existing file does not keep the next restore from its work.
             restore(*files, content);
             EXPECT_EQ(placed(*files), content);
           }});
}

TEST_P(ClientPowerCutTest, PlaceAFileOverWhatStands) {
  // PostgreSQL has removed it; a tool has not.
  const std::string old_content = "the earlier content\n";
  const std::string content = some_history();
  run({.setup = [&](ForgetfulDisk& disk) { write_durably(*disk.mount(), kPlace, old_content); },
       .operation = [&](ForgetfulDisk& disk) { restore(*disk.mount(), content); },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint& point) {
             if (point.mode.kind != CutMode::Kind::kEverything) return;
             const auto found = placed(*disk.mount());
             EXPECT_TRUE(found == content || (found == old_content && !point.completed));
           }});
}

TEST_P(ClientPowerCutTest, KeepAHistory) {
  const WalFileName name = name_of("000000C8.history");
  const std::string content = some_history();
  const auto keep = [&](ForgetfulDisk& disk) {
    const auto files = disk.mount();
    Spool(*files, kOwner).keep_history(kArchive, name, fixture::object_of(name.text(), content));
    acknowledge("history");
  };
  const auto check = [&](ForgetfulDisk& disk, const CrashPoint&) {
    const auto files = disk.mount();
    const auto found = Spool(*files, kOwner).find_history(name);
    EXPECT_TRUE(found == content || (!found && !was_acknowledged("history")));
  };
  run({.setup = bind_to(kArchive), .operation = keep, .check = check});
  // One process dies at each of its steps, the next one finds that there is nothing to do.
  run({.setup = bind_to(kArchive), .operation = keep, .check = check, .meanwhile = keep});
}

TEST_P(ClientPowerCutTest, KeepAHistoryInPlaceOfADamagedOne) {
  const WalFileName name = name_of("00000002.history");
  const std::string object = fixture::object_of(name.text(), fixture::kHistory);
  const auto keep = [&](ForgetfulDisk& disk, const std::string& bytes) {
    const auto files = disk.mount();
    Spool(*files, kOwner).keep_history(kArchive, name, bytes);
  };
  std::string damaged = object;
  damaged[object.size() / 2] = static_cast<char>(damaged[object.size() / 2] ^ 1);
  run({.setup =
           [&](ForgetfulDisk& disk) {
             bind_to(kArchive)(disk);
             keep(disk, damaged);
           },
       .operation =
           [&](ForgetfulDisk& disk) {
             keep(disk, object);
             acknowledge("history");
           },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint&) {
             const auto files = disk.mount();
             const auto found = Spool(*files, kOwner).find_history(name);
             // Never half of it.
             EXPECT_TRUE(found == fixture::kHistory || (!found && !was_acknowledged("history")));
           }});
}

TEST_P(ClientPowerCutTest, BindTheArchive) {
  for (const bool exists : {false, true}) {
    SCOPED_TRACE(exists ? "in place of another" : "for the first time");
    run({.setup = exists ? bind_to(kOtherArchive) : Step(nothing),
         .operation =
             [&](ForgetfulDisk& disk) {
               bind_to(kArchive)(disk);
               acknowledge("binding");
             },
         .check =
             [&](ForgetfulDisk& disk, const CrashPoint&) {
               const auto files = disk.mount();
               const auto known = Spool(*files, kOwner).known_archive();
               const std::string found = known ? known->id : "";
               const bool is_old = found == (exists ? kOtherArchive : std::string());
               EXPECT_TRUE(found == kArchive || (is_old && !was_acknowledged("binding")));
             }});
  }
}

TEST_P(ClientPowerCutTest, MakeAnInstance) {
  std::string id;
  const auto make = [&](ForgetfulDisk& disk) {
    const auto files = disk.mount();
    id = find_or_make_instance(*files, {}).id;
    acknowledge(id);
    note_handed(*files, id, name_of(fixture::kSegment));
  };
  const auto check = [&](ForgetfulDisk& disk, const CrashPoint& point) {
    const auto files = disk.mount();
    const auto found = find_instance(*files, {});
    if (found) {
      EXPECT_FALSE(found->last_handed && found->last_handed != name_of(fixture::kSegment));
    }
    if (was_acknowledged(id) || point.completed) {
      ASSERT_TRUE(found);
      EXPECT_EQ(found->id, id);
    }
    // What was left half done does not keep the next call from having one.
    const Instance next = find_or_make_instance(*files, {});
    EXPECT_TRUE(!found || next.id == found->id);
    EXPECT_TRUE(!found || next.sequence > found->sequence);
  };
  run({.setup = [&](ForgetfulDisk&) { id.clear(); }, .operation = make, .check = check});
}

TEST_P(ClientPowerCutTest, KeepAndForgetARestartpoint) {
  const WalFileName old_one = name_of("000000010000000000000005");
  const WalFileName new_one = name_of("000000010000000000000007");
  const auto setup = [&](ForgetfulDisk& disk) {
    const auto files = disk.mount();
    Spool(*files, kOwner).keep_restartpoint(kInstance, old_one);
  };
  const auto pending = [](ForgetfulDisk& disk) {
    const auto files = disk.mount();
    return Spool(*files, kOwner).pending_restartpoint(kInstance);
  };
  run({.setup = setup,
       .operation =
           [&](ForgetfulDisk& disk) {
             const auto files = disk.mount();
             Spool spool(*files, kOwner);
             spool.keep_restartpoint(kInstance, new_one);
             acknowledge("kept");
             spool.forget_restartpoint(kInstance, old_one);  // not the one that is kept
           },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint&) {
             const auto found = pending(disk);
             EXPECT_TRUE(found == new_one || (found == old_one && !was_acknowledged("kept")));
           }});
  run({.setup = setup,
       .operation =
           [&](ForgetfulDisk& disk) {
             const auto files = disk.mount();
             Spool(*files, kOwner).forget_restartpoint(kInstance, old_one);
           },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint& point) {
             const auto found = pending(disk);
             EXPECT_TRUE(found == old_one || !found);
             if (point.completed && point.mode.kind == CutMode::Kind::kEverything) {
               EXPECT_EQ(found, std::nullopt);
             }
           }});
}

}  // namespace
}  // namespace walstow
