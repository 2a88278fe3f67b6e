// The power goes at every point of a withdrawal, of its undoing, and of a put that meets one.
//
// After each cut, in every mode:
//   the content   -> is there, whole: under its name or below "_aside"
//   acknowledged  -> withdrawn: the name is free, and the content refused; undone: it exists
//   a retry       -> completes it
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/files/put_file.h"
#include "store/files/withdrawal.h"
#include "store/object/examine_object.h"
#include "tests/fault/power_cut_fixture.h"
#include "tests/support/digests.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

const std::string kMadeUpName = "00000002.history";
const std::string kMadeUpContent = "1\t0/3000028\tx\n";
const EraName kOnlyEra{1, samples::kSystem1Mb, 1U << 20};

std::shared_ptr<Archive> archive_on(ForgetfulDisk& disk) {
  return std::make_shared<Archive>(make_directory_backend(disk.mount()));
}

int put_made_up(const std::shared_ptr<Archive>& archive) {
  RecentEdges edges;
  TimelinePermits permits;
  TimesIndex times;
  HandlerResult answer =
      begin_put({.archive = archive,
                 .put = {.cluster = "main",
                         .file = *WalFileName::parse(kMadeUpName),
                         .system_identifier = kOnlyEra.system_identifier,
                         .segment_size = SegmentSize::from_bytes(kOnlyEra.segment_size),
                         .raw_size = kMadeUpContent.size(),
                         .digest = digest_of(kMadeUpContent)},
                 .client = "tester",
                 .recent_edges = edges,
                 .permits = permits,
                 .times = times});
  if (const auto* reply = std::get_if<Reply>(&answer)) return reply->head.status;
  Upload& upload = *std::get<std::unique_ptr<Upload>>(answer);
  upload.write(as_bytes(kMadeUpContent));
  return upload.finish().head.status;
}

bool withdraw_it(const Archive& archive) {
  const WithdrawFile order{"main", kMadeUpName, digest_of(kMadeUpContent), "made up"};
  return withdraw_file(archive, order, "admin1", std::chrono::system_clock::now()).has_value();
}

bool return_it(const Archive& archive) {
  return return_file(archive, {"main", kMadeUpName, digest_of(kMadeUpContent)}, "admin1")
      .has_value();
}

bool purge_it(const Archive& archive) {
  return purge_file(archive, {"main", kMadeUpName, digest_of(kMadeUpContent)}, "admin1")
      .has_value();
}

std::string key_of_it() {
  return *layout::object_key("main", kOnlyEra, *WalFileName::parse(kMadeUpName));
}

bool is_whole(Backend& backend, const std::string& key) {
  const auto object = backend.open_object(key);
  return object && examine_object(*object).whole;
}

bool stands_whole(Backend& backend) {
  return is_whole(backend, key_of_it());
}

// Under its name, or below "_aside".
bool is_kept_whole(Backend& backend) {
  if (stands_whole(backend)) return true;
  for (const Entry& entry : backend.list_after("_aside/", "", 100)) {
    if (is_whole(backend, entry.key)) return true;
  }
  return false;
}

class WithdrawalPowerCutTest : public PowerCutSuite {
 protected:
  static void make_empty(ForgetfulDisk& disk) {
    initialize_archive(*make_directory_backend(disk.mount()));
    archive_on(disk)->create_cluster("main");
  }
  static void make_archive(ForgetfulDisk& disk) {
    make_empty(disk);
    ASSERT_EQ(put_made_up(archive_on(disk)), 201);
  }
  static void make_withdrawn(ForgetfulDisk& disk) {
    make_archive(disk);
    ASSERT_TRUE(withdraw_it(*archive_on(disk)));
  }
};
INSTANTIATE_TEST_SUITE_P(Temporaries, WithdrawalPowerCutTest, both_styles(), style_name);

TEST_P(WithdrawalPowerCutTest, Withdraw) {
  const auto operation = [this](ForgetfulDisk& disk) {
    if (withdraw_it(*archive_on(disk))) acknowledge("withdrawn");
  };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const auto archive = archive_on(disk);
    EXPECT_TRUE(is_kept_whole(archive->backend()));
    if (was_acknowledged("withdrawn")) {
      EXPECT_FALSE(stands_whole(archive->backend()));
      EXPECT_EQ(put_made_up(archive), 409);
    }
    // Where the name is free, the record exists: so nobody puts it again.
    if (!stands_whole(archive->backend())) {
      EXPECT_EQ(put_made_up(archive), 409);
    }
    EXPECT_TRUE(withdraw_it(*archive));
    EXPECT_FALSE(stands_whole(archive->backend()));
    EXPECT_TRUE(is_kept_whole(archive->backend()));
    EXPECT_EQ(put_made_up(archive), 409);
  };
  run({.setup = make_archive, .operation = operation, .check = check});
}

TEST_P(WithdrawalPowerCutTest, Undo) {
  const auto operation = [this](ForgetfulDisk& disk) {
    if (return_it(*archive_on(disk))) acknowledge("returned");
  };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const auto archive = archive_on(disk);
    EXPECT_TRUE(is_kept_whole(archive->backend()));
    if (was_acknowledged("returned")) {
      EXPECT_TRUE(stands_whole(archive->backend()));
    }
    return_it(*archive);  // refused where all of it was done
    EXPECT_TRUE(stands_whole(archive->backend()));
    EXPECT_EQ(put_made_up(archive), 200);
  };
  run({.setup = make_withdrawn, .operation = operation, .check = check});
}

TEST_P(WithdrawalPowerCutTest, Purge) {
  const auto operation = [this](ForgetfulDisk& disk) {
    if (purge_it(*archive_on(disk))) acknowledge("purged");
  };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const auto archive = archive_on(disk);
    if (was_acknowledged("purged")) {
      EXPECT_FALSE(is_kept_whole(archive->backend()));
    }
    EXPECT_EQ(put_made_up(archive), 409);
    EXPECT_TRUE(purge_it(*archive));
    EXPECT_FALSE(is_kept_whole(archive->backend()));
    EXPECT_EQ(put_made_up(archive), 409);
  };
  run({.setup = make_withdrawn, .operation = operation, .check = check});
}

// Another process withdraws the content at each step of a put of it.
TEST_P(WithdrawalPowerCutTest, PutThatMeetsAWithdrawal) {
  const auto operation = [this](ForgetfulDisk& disk) {
    if (put_made_up(archive_on(disk)) < 300) acknowledge("put");
  };
  const auto check = [this](ForgetfulDisk& disk, const CrashPoint&) {
    const auto archive = archive_on(disk);
    if (was_acknowledged("put")) {
      EXPECT_TRUE(is_kept_whole(archive->backend()));
    }
    if (is_kept_whole(archive->backend())) {
      EXPECT_TRUE(withdraw_it(*archive));
    }
    EXPECT_FALSE(stands_whole(archive->backend()));
  };
  const auto meanwhile = [](ForgetfulDisk& disk) { withdraw_it(*archive_on(disk)); };
  run({.setup = make_empty, .operation = operation, .check = check, .meanwhile = meanwhile});
}

}  // namespace
}  // namespace walstow
