// The power goes at every point of a change to the registry of clients and to a position.
//
// After each cut, in every mode:
//   acknowledged      -> as it was told: a client with its rights, a removal, a position
//   not acknowledged  -> as before, or as it was to become
//   temporaries       -> none, once the cleaner has run
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "proto/identity/public_key.h"
#include "store/archive/archive.h"
#include "store/archive/client_registry.h"
#include "store/archive/standby_positions.h"
#include "store/backend/directory_backend.h"
#include "tests/fault/power_cut_fixture.h"

namespace walstow {
namespace {

const Time kNow = *parse_iso8601("2026-11-22T20:00:00Z");
const Grants kGrants = {{.cluster = "main", .rights = {Right::kArchive}}};
const Grants kMoreGrants = {{.cluster = "main", .rights = {Right::kArchive, Right::kRestore}}};

std::unique_ptr<Backend> backend_on(ForgetfulDisk& disk) {
  return make_directory_backend(disk.mount());
}

void make_archive(ForgetfulDisk& disk) {
  initialize_archive(*backend_on(disk));
  Archive(backend_on(disk)).create_cluster("main");
}

AddClient db1() {
  return {.client = "db1", .public_key = to_base64(as_bytes("a key")), .grants = kGrants};
}

std::optional<Grants> grants_of_db1(ForgetfulDisk& disk) {
  const auto client = find_client(*backend_on(disk), "db1");
  if (!client) return std::nullopt;
  EXPECT_EQ(client->public_key, db1().public_key);
  return client->grants;
}

class RecordsPowerCutTest : public PowerCutSuite {
 protected:
  void add(ForgetfulDisk& disk) {
    const AddedClient added = add_client(*backend_on(disk), db1(), kNow);
    EXPECT_NE(added.result, AddedClient::Result::kTaken);
    acknowledge("added");
  }
  // Whoever is told that there is no such client relies on it just the same.
  void remove(ForgetfulDisk& disk) {
    remove_client(*backend_on(disk), "db1");
    acknowledge("removed");
  }
  void tell(ForgetfulDisk& disk, const PositionChange& change) {
    update_position(*backend_on(disk), "main", "standby1", change, kNow);
  }
};
INSTANTIATE_TEST_SUITE_P(Temporaries, RecordsPowerCutTest, both_styles(), style_name);

TEST_P(RecordsPowerCutTest, AddAClient) {
  const auto add_it = [this](ForgetfulDisk& disk) { add(disk); };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const auto grants = grants_of_db1(disk);
    EXPECT_TRUE(grants == kGrants || (!grants && !was_acknowledged("added")));
    add(disk);  // whatever was left half done
  };
  run({.setup = make_archive, .operation = add_it, .check = check});
}

TEST_P(RecordsPowerCutTest, ChangeAClient) {
  run({.setup =
           [this](ForgetfulDisk& disk) {
             make_archive(disk);
             add(disk);
           },
       .operation =
           [this](ForgetfulDisk& disk) {
             ASSERT_TRUE(
                 change_client(*backend_on(disk), {.client = "db1", .grants = kMoreGrants}));
             acknowledge("granted");
           },
       .check =
           [this](ForgetfulDisk& disk, const CrashPoint&) {
             const auto grants = grants_of_db1(disk);
             EXPECT_TRUE(grants == kMoreGrants ||
                         (grants == kGrants && !was_acknowledged("granted")));
           }});
}

TEST_P(RecordsPowerCutTest, RemoveAClient) {
  const auto add_first = [this](ForgetfulDisk& disk) {
    make_archive(disk);
    add(disk);
  };
  const auto remove_it = [this](ForgetfulDisk& disk) { remove(disk); };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const auto grants = grants_of_db1(disk);
    EXPECT_TRUE(!grants || (grants == kGrants && !was_acknowledged("removed")));
  };
  run({.setup = add_first, .operation = remove_it, .check = check});
}

// What is told of a standby, in the order of the sequence.
PositionChange told(std::uint64_t sequence) {
  return {.instance = {.id = std::string(32, 'a'), .sequence = sequence, .host = "db2"},
          .system_identifier = 7};
}

TEST_P(RecordsPowerCutTest, Position) {
  PositionChange first = told(1);
  first.handed = WalFileName::parse("000000010000000000000007");
  PositionChange lower = told(2);
  lower.handed = WalFileName::parse("000000010000000000000005");
  PositionChange restartpoint = told(3);
  restartpoint.restartpoint = WalFileName::parse("000000010000000000000006");
  run({.setup = make_archive,
       .operation =
           [&](ForgetfulDisk& disk) {
             tell(disk, first);
             acknowledge("first");
             tell(disk, lower);
             acknowledge("lower");
             tell(disk, restartpoint);
             acknowledge("restartpoint");
           },
       .check =
           [&](ForgetfulDisk& disk, const CrashPoint&) {
             const auto positions = list_positions(*backend_on(disk), "main");
             if (positions.empty()) {
               EXPECT_FALSE(was_acknowledged("first"));
               return;
             }
             ASSERT_EQ(positions.size(), 1U);
             const PositionReport& found = positions[0];
             EXPECT_TRUE(
                 found.lowest_handed == lower.handed->text() ||
                 (found.lowest_handed == first.handed->text() && !was_acknowledged("lower")));
             EXPECT_TRUE(found.restartpoint == restartpoint.restartpoint->text() ||
                         (found.restartpoint.empty() && !was_acknowledged("restartpoint")));
           }});
}

}  // namespace
}  // namespace walstow
