#include "store/admin/import/archived_name.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

constexpr const char* kName = "00000001000000000000000A";
constexpr const char* kSha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

struct Named {
  std::string name, file, sha1, unknown;
};

TEST(ArchivedName, AreThoseOfAllKnownPrograms) {
  const std::string segment = kName;
  const std::string backup = segment + ".00000028.backup";
  for (const Named& named : {
           Named{segment, segment, "", ""},
           Named{segment + ".gz", segment, "", ""},
           Named{segment + ".lz4", segment, "", ""},
           Named{segment + ".zst", segment, "", ""},
           Named{segment + ".partial", segment + ".partial", "", ""},
           Named{segment + ".gz.partial", segment + ".partial", "", ""},
           Named{segment + ".lz4.partial", segment + ".partial", "", ""},
           Named{segment + ".partial.zst", segment + ".partial", "", ""},
           Named{backup, backup, "", ""},
           Named{backup + ".gz", backup, "", ""},
           Named{"00000002.history", "00000002.history", "", ""},
           Named{"00000002.history.zst", "00000002.history", "", ""},
           Named{segment + "-" + kSha1, segment, kSha1, ""},
           Named{segment + "-" + kSha1 + ".gz", segment, kSha1, ""},
           Named{segment + ".partial-" + kSha1 + ".lz4", segment + ".partial", kSha1, ""},
       }) {
    const auto parsed = parse_archived_name(named.name);
    ASSERT_TRUE(parsed) << named.name;
    EXPECT_EQ(parsed->file.text(), named.file) << named.name;
    EXPECT_EQ(parsed->sha1, named.sha1) << named.name;
    EXPECT_EQ(parsed->unknown_suffix, named.unknown) << named.name;
  }
}

TEST(ArchivedName, NamesWhatItDoesNotKnow) {
  const std::string segment = kName;
  for (const auto& [suffix, unknown] : std::initializer_list<std::pair<std::string, std::string>>{
           {".bz2", ".bz2"},
           {".gz.tmp", ".tmp"},
           {".gz.gz", ".gz"},
           {".partial.partial", ".partial"},
           {".partial.gz.partial", ".partial"},
           {"0", "0"},
           {std::string("-") + kSha1 + "0", "0"},
           {"-DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
            "-DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"},
           {".00000028.backup-", "-"},
       }) {
    const auto parsed = parse_archived_name(segment + suffix);
    ASSERT_TRUE(parsed) << suffix;
    EXPECT_EQ(parsed->unknown_suffix, unknown) << suffix;
  }
  EXPECT_EQ(parse_archived_name(std::string("00000002.history-") + kSha1)->unknown_suffix,
            std::string("-") + kSha1);
}

TEST(ArchivedName, MayFollowOtherText) {
  for (const std::string name : {"main_00000001000000000000000A", "old-00000001000000000000000A.gz",
                                 "0000000100000000000A.x", "a00000002.history",
                                 "x00000001000000000000000A.00000028.backup"}) {
    EXPECT_EQ(has_prefixed_name(name), name != "0000000100000000000A.x") << name;
  }
  for (const std::string name : {"", "README", ".00000001000000000000000A.aB3dE7", "xlog.db",
                                 "00000001000000000000000A", "walstow.history"}) {
    EXPECT_FALSE(has_prefixed_name(name)) << name;
  }
}

TEST(ArchivedName, IsNothingElse) {
  for (const std::string name : {"", "README", "000000010000000000000A", "00000001000000000000000a",
                                 "00000000000000000000000A", "xlog.db", "0000000100000000",
                                 "backup_label", " 00000001000000000000000A"}) {
    EXPECT_FALSE(parse_archived_name(name)) << name;
  }
}

}  // namespace
}  // namespace walstow
