// Contents beside the one that has the name are told apart by their digests: by all 32 digits, and
// in archives of before by the first 12.
#include <fmt/format.h>
#include <fstream>

#include "proto/base/filesystem.h"
#include "proto/codec/object.h"
#include "proto/wire/report.h"
#include "tests/support/encoded_object.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kTaken = "000000010000000000000007";

class ContentKeysTest : public ServiceTest {
 protected:
  static std::string whole() { return WalWriter(kTaken).records(50, 400).fill('w').content(); }
  static std::string stray() { return WalWriter(kTaken).records(20, 400).fill('s').content(); }
  static std::string piece() {
    const std::string older = WalWriter("000000010000000000000003").fill('o').content();
    return WalWriter(kTaken, older).records(50, 400).content();
  }
  static std::string digits(std::string_view content) { return to_string(digest_of(content)); }

  std::vector<ConflictReport> conflicts() {
    const ListConflicts question{.cluster = "main", .file = file_named(kTaken)};
    return parse_conflict_reports(ask(question).body);
  }
  Response accept(const std::string& digits) {
    return ask(AcceptContent{"main", file_named(kTaken), digits});
  }
  fs::path folder(std::string_view name) const { return archive_folder / "main" / kEra / name; }
  // Gives the only object in a folder whose name has all digits the name it had before.
  static void shorten(const fs::path& folder, std::string_view content) {
    const std::string all = digits(content);
    for (const fs::path& path : fs::directory_iterator(folder)) {
      std::string name = path.filename().string();
      const auto at = name.find(all);
      if (at == std::string::npos) continue;
      fs::rename(path, folder / name.replace(at, all.size(), all.substr(0, 12)));
      return;
    }
    ADD_FAILURE() << "nothing to rename in " << folder;
  }
  static int objects_in(const fs::path& folder) {
    return static_cast<int>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  // A content with a digest of somebody's choice waits for a decision.
  void keep_forged(const std::string& digest) {
    const std::string content = stray();
    const ObjectHeader header{.name = kTaken,
                              .raw_size = content.size(),
                              .digest = *parse_digest(digest),
                              .system_identifier = samples::kSystem1Mb,
                              .segment_size = 1U << 20,
                              .client = "somebody",
                              .time = std::chrono::system_clock::now()};
    std::ofstream object(folder("conflicts") / fmt::format("{}.{}.zst", kTaken, digest),
                         std::ios::binary);
    object << encoded_object(header, content);
  }
};

TEST_F(ContentKeysTest, AContentThatWaitsUnderAKeyOfBeforeIsNotKeptAgain) {
  ASSERT_EQ(put(kTaken, whole()).status, 201);
  ASSERT_EQ(put(kTaken, stray()).status, 409);
  shorten(folder("conflicts"), stray());
  EXPECT_EQ(put(kTaken, stray()).status, 409);
  EXPECT_EQ(objects_in(folder("conflicts")), 1);
  ASSERT_EQ(conflicts().size(), 1U);
  EXPECT_EQ(conflicts()[0].digest, digits(stray()));
  EXPECT_EQ(accept(digits(stray())).status, 200);
  EXPECT_EQ(get(kTaken).body, stray());
}

TEST_F(ContentKeysTest, WhatWasSettledUnderAKeyOfBeforeStaysAcknowledged) {
  ASSERT_EQ(put(kTaken, whole()).status, 201);
  ASSERT_EQ(put(kTaken, stray()).status, 409);
  ASSERT_EQ(accept(digits(whole())).status, 200);
  shorten(folder("settled"), stray());
  EXPECT_EQ(put(kTaken, stray()).status, 200);
}

TEST_F(ContentKeysTest, APieceUnderAKeyOfBeforeIsKnownAndCanBeAccepted) {
  ASSERT_EQ(put("000000010000000000000006").status, 201);
  ASSERT_EQ(put(kTaken, piece()).status, 201);
  shorten(object_path(kTaken).parent_path(), piece());
  ASSERT_EQ(put(kTaken, whole()).status, 201);
  const int before = objects_in(object_path(kTaken).parent_path());
  EXPECT_EQ(put(kTaken, piece()).status, 200);
  EXPECT_EQ(objects_in(object_path(kTaken).parent_path()), before);
  EXPECT_EQ(accept(digits(piece()).substr(0, 12)).status, 200);
  EXPECT_EQ(get(kTaken).body, piece());
}

TEST_F(ContentKeysTest, DigitsThatTwoContentsShareDecideNothing) {
  ASSERT_EQ(put(kTaken, whole()).status, 201);
  ASSERT_EQ(put(kTaken, stray()).status, 409);
  keep_forged(digits(stray()).substr(0, 12) + std::string(20, '0'));
  const Response response = accept(digits(stray()).substr(0, 12));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("Give all digits"), std::string::npos) << response.body;
  EXPECT_EQ(get(kTaken).body, whole());
}

}  // namespace
}  // namespace walstow
