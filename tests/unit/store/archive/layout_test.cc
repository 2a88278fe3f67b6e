#include "store/archive/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/backend/key_rules.h"

namespace walstow::layout {
namespace {

const EraName kEra{1, 7711084896406890663U, 1U << 20};
const std::string kEraText = "main/001-7711084896406890663-1048576/";

Digest digest_of(std::string_view hex) {
  return *parse_digest(hex);
}
const Digest kDigest = digest_of("00112233445566778899aabbccddeeff");
const Digest kOtherDigest = digest_of("ff112233445566778899aabbccddeeff");

WalFileName name(std::string_view text) {
  return *WalFileName::parse(text);
}

TEST(LayoutTest, EachKindOfFileHasItsKey) {
  const struct {
    const char* file;
    const char* key;
  } cases[] = {
      {"000000010000000A000000FF", "wal/000000010000000A/000000010000000A000000FF.zst"},
      {"000000010000000A000000FF.00000028.backup",
       "wal/000000010000000A/000000010000000A000000FF.00000028.backup.zst"},
      {"0000000B.history", "history/0000000B.history.zst"},
      {"000000010000000A000000FF.partial",
       "wal/000000010000000A/"
       "000000010000000A000000FF.partial.00112233445566778899aabbccddeeff.zst"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(object_key("main", kEra, name(c.file), kDigest), kEraText + c.key);
  }
}

TEST(LayoutTest, OnlyAPartialCannotBeFoundByItsNameAlone) {
  for (const char* file : {"000000010000000A000000FF", "0000000B.history",
                           "000000010000000A000000FF.00000028.backup"}) {
    EXPECT_EQ(object_key("main", kEra, name(file)), object_key("main", kEra, name(file), kDigest));
  }
  EXPECT_EQ(object_key("main", kEra, name("000000010000000A000000FF.partial")), std::nullopt);
}

TEST(LayoutTest, PartialsOfOtherContentHaveOtherKeysWithOnePrefix) {
  const WalFileName partial = name("000000010000000A000000FF.partial");
  const std::string one = object_key("main", kEra, partial, kDigest);
  const std::string other = object_key("main", kEra, partial, kOtherDigest);
  EXPECT_NE(one, other);
  EXPECT_TRUE(one.starts_with(partial_prefix("main", kEra, partial)));
  EXPECT_TRUE(other.starts_with(partial_prefix("main", kEra, partial)));
  const std::string segment = *object_key("main", kEra, name("000000010000000A000000FF"));
  EXPECT_FALSE(segment.starts_with(partial_prefix("main", kEra, partial)));
}

TEST(LayoutTest, KeysAreInTheOrderOfTheLog) {
  const std::vector<std::string> names = {
      "000000010000000000000000",         "000000010000000000000001.00000028.backup",
      "000000010000000000000001.partial", "000000010000000000000001",
      "0000000100000000000000FF",         "000000010000000100000000",
      "000000020000000000000001"};
  std::vector<std::string> keys;
  for (const std::string& text : names) {
    keys.push_back(object_key("main", kEra, name(text), kDigest));
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(LayoutTest, BoundsOfASegmentEncloseItsOwnKeysAndNoOthers) {
  const WalFileName segment = name("0000000100000000000000FE");
  const std::string before = before_segment("main", kEra, segment);
  const std::string after = after_segment("main", kEra, segment);
  for (const char* own :
       {"0000000100000000000000FE", "0000000100000000000000FE.partial",
        "0000000100000000000000FE.00000000.backup", "0000000100000000000000FE.FFFFFFFF.backup"}) {
    const std::string key = object_key("main", kEra, name(own), kOtherDigest);
    EXPECT_LT(before, key);
    EXPECT_LT(key, after);
  }
  for (const char* earlier : {"0000000100000000000000FD", "0000000100000000000000FD.partial",
                              "00000001000000000000000F"}) {
    EXPECT_LT(object_key("main", kEra, name(earlier), kDigest), before);
  }
  for (const char* later : {"0000000100000000000000FF", "000000010000000100000000",
                            "0000000100000000000000FF.00000028.backup"}) {
    EXPECT_LT(after, object_key("main", kEra, name(later), kDigest));
  }
}

TEST(LayoutTest, TimelinePrefixIsOfAllItsSegmentsAndNoOthers) {
  const std::string prefix = timeline_prefix("main", kEra, Timeline{1});
  EXPECT_TRUE(object_key("main", kEra, name("000000010000000A000000FF"))->starts_with(prefix));
  EXPECT_TRUE(object_key("main", kEra, name("00000001FFFFFFFF00000000"))->starts_with(prefix));
  EXPECT_FALSE(object_key("main", kEra, name("000000020000000A000000FF"))->starts_with(prefix));
  EXPECT_FALSE(object_key("main", kEra, name("00000001.history"))->starts_with(prefix));
}

TEST(LayoutTest, RecordsHaveTheirPlaces) {
  EXPECT_EQ(cluster_record("main"), "main/cluster.json");
  EXPECT_EQ(era_records("main"), "main/eras/");
  EXPECT_EQ(era_record("main", 1), "main/eras/001.json");
  EXPECT_EQ(era_record("main", kMostEras), "main/eras/999.json");
  EXPECT_EQ(era_folder_record("main", kEra), kEraText + "era.json");
  EXPECT_EQ(standby_records("main"), "main/standbys/");
  EXPECT_EQ(standby_record("main", "standby-1", "00ff"), "main/standbys/standby-1/00ff.json");
  EXPECT_EQ(client_record("db1.example"), client_records() + "db1.example.json");
  EXPECT_EQ(client_records(), "_clients/");
}

TEST(LayoutTest, AnyClientNameMakesAKeyOfItsOwn) {
  const struct {
    const char* client;
    const char* part;
  } cases[] = {
      {"postgres", "postgres"},
      {"a.b-c_d", "a.b-c_d"},
      {"..", "=2E."},
      {"-x", "=2Dx"},
      {"a/b", "a=2Fb"},
      {"a b", "a=20b"},
      {"DOMAIN\\user", "DOMAIN=5Cuser"},
      {"\xC3\xA9", "=C3=A9"},
      {"=2F", "=3D2F"},
  };
  for (const auto& c : cases) {
    const std::string key = standby_record("main", c.client, "00ff");
    EXPECT_EQ(key, "main/standbys/" + std::string(c.part) + "/00ff.json");
    EXPECT_NO_THROW(check_key(key));
  }
}

TEST(LayoutTest, ObjectKeysSayWhatTheyAreOf) {
  for (const char* file : {"000000010000000A000000FF", "000000010000000A000000FF.00000028.backup",
                           "0000000B.history", "000000010000000A000000FF.partial"}) {
    const std::string key = object_key("main", kEra, name(file), kDigest);
    const auto stored = parse_object_key("main", key);
    ASSERT_TRUE(stored) << key;
    EXPECT_EQ(stored->era, kEra);
    EXPECT_EQ(stored->file.text(), file);
    const bool is_partial = stored->file.kind() == FileKind::kPartial;
    EXPECT_EQ(stored->digits, is_partial ? "00112233445566778899aabbccddeeff" : "");
  }
}

TEST(LayoutTest, PieceOfASegmentIsNeverTheSegment) {
  const WalFileName segment = name("000000010000000A000000FF");
  const std::string key = incomplete_key("main", kEra, segment, kDigest);
  EXPECT_EQ(key, kEraText + "wal/000000010000000A/" +
                     "000000010000000A000000FF.incomplete.00112233445566778899aabbccddeeff.zst");
  EXPECT_TRUE(key.starts_with(incomplete_prefix("main", kEra, segment)));
  EXPECT_LT(before_segment("main", kEra, segment), key);
  EXPECT_LT(key, after_segment("main", kEra, segment));
  const auto stored = parse_object_key("main", key);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->form, StoredName::Form::kIncomplete);
  EXPECT_EQ(stored->file, segment);
  EXPECT_EQ(stored->digits, "00112233445566778899aabbccddeeff");
  EXPECT_EQ(to_string(*stored),
            "000000010000000A000000FF.incomplete.00112233445566778899aabbccddeeff");
  EXPECT_EQ(to_string(*stored), incomplete_name(segment, kDigest));
  const auto whole = parse_object_key("main", object_key("main", kEra, segment, kDigest));
  EXPECT_EQ(whole->form, StoredName::Form::kFile);
  EXPECT_EQ(to_string(*whole), segment.text());
}

// Archives of before have the first 12 digits only.
TEST(LayoutTest, ShorterDigestsAreReadForEver) {
  const WalFileName segment = name("000000010000000A000000FF");
  const std::string folder = kEraText + "wal/000000010000000A/";
  for (const std::string stored : {"000000010000000A000000FF.incomplete.001122334455",
                                   "000000010000000A000000FF.partial.001122334455"}) {
    const auto parsed = parse_object_key("main", folder + stored + ".zst");
    ASSERT_TRUE(parsed) << stored;
    EXPECT_EQ(parsed->digits, "001122334455");
    EXPECT_EQ(to_string(*parsed), stored);
  }
  EXPECT_EQ(incomplete_keys("main", kEra, segment, kDigest)[1],
            folder + "000000010000000A000000FF.incomplete.001122334455.zst");
  for (const Kept kept : {Kept::kConflict, Kept::kSettled}) {
    const std::string older = kept_keys("main", kEra, kept, segment, kDigest)[1];
    EXPECT_TRUE(older.ends_with("/000000010000000A000000FF.001122334455.zst"));
    const auto content = parse_kept_key("main", kEra, kept, older);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->digits, "001122334455");
    EXPECT_TRUE(older.starts_with(kept_prefix("main", kEra, kept, *content)));
    EXPECT_TRUE(kept_key("main", kEra, kept, segment, kDigest)
                    .starts_with(kept_prefix("main", kEra, kept, *content)));
  }
  EXPECT_TRUE(parse_break_mark("main", kEra, break_mark_keys("main", kEra, segment, kDigest)[1]));
}

TEST(LayoutTest, RecordsOfTimesHave64Segments) {
  const auto key = [](std::string_view segment) {
    return times_record("main", kEra, name(segment));
  };
  EXPECT_EQ(key("000000010000000A00000000"), kEraText + "times/000000010000000A/000.json");
  EXPECT_EQ(key("000000010000000A0000003F"), kEraText + "times/000000010000000A/000.json");
  EXPECT_EQ(key("000000010000000A00000040"), kEraText + "times/000000010000000A/001.json");
  EXPECT_EQ(key("000000010000000A00000FFF"), kEraText + "times/000000010000000A/063.json");
  EXPECT_TRUE(key("000000010000000A00000FFF").starts_with(times_records("main", kEra)));
  const auto range = parse_times_record("main", kEra, key("000000010000000A00000FFF"));
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, name("000000010000000A00000FC0"));
  EXPECT_EQ(range->last, name("000000010000000A00000FFF"));
  // With segments of 1 GB, a log number has four.
  const EraName large{1, 7, 1U << 30};
  const auto all = parse_times_record(
      "main", large, times_record("main", large, name("000000010000000A00000002")));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->first, name("000000010000000A00000000"));
  EXPECT_EQ(all->last, name("000000010000000A00000003"));
  for (const char* const other :
       {"times/000000010000000A/064.json", "times/000000010000000A/63.json",
        "times/000000010000000A/0063.json", "times/000000010000000A/06x.json",
        "times/000000010000000a/063.json", "times/063.json", "times/000000010000000A/063.zst",
        "wal/000000010000000A/063.json"}) {
    EXPECT_FALSE(parse_times_record("main", kEra, kEraText + other)) << other;
  }
}

TEST(LayoutTest, DigitsAreOfTheDigestThatBeginsWithThem) {
  EXPECT_TRUE(are_digits_of("001122334455", kDigest));
  EXPECT_TRUE(are_digits_of(to_string(kDigest), kDigest));
  EXPECT_FALSE(are_digits_of("00112233445", kDigest)) << "eleven";
  EXPECT_FALSE(are_digits_of("", kDigest));
  EXPECT_FALSE(are_digits_of("001122334456", kDigest));
}

TEST(LayoutTest, KeptContentsHaveKeysOutsideTheLog) {
  for (const char* file : {"000000010000000A000000FF", "0000000B.history",
                           "000000010000000A000000FF.00000028.backup"}) {
    const std::string open = kept_key("main", kEra, Kept::kConflict, name(file), kDigest);
    EXPECT_EQ(open, kEraText + "conflicts/" + file + ".00112233445566778899aabbccddeeff.zst");
    const std::string settled = kept_key("main", kEra, Kept::kSettled, name(file), kDigest);
    EXPECT_EQ(settled, kEraText + "settled/" + file + ".00112233445566778899aabbccddeeff.zst");
    const auto kept = parse_kept_key("main", kEra, Kept::kConflict, open);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->file.text(), file);
    EXPECT_EQ(kept->digits, "00112233445566778899aabbccddeeff");
    EXPECT_FALSE(parse_kept_key("main", kEra, Kept::kSettled, open));
    EXPECT_FALSE(parse_object_key("main", open));
  }
  for (const char* bad :
       {"x.00112233445566778899aabbccddeeff.zst", "000000010000000A000000FF.zst",
        "000000010000000A000000FF.partial.00112233445566778899aabbccddeeff.zst"}) {
    EXPECT_FALSE(parse_kept_key("main", kEra, Kept::kConflict, kEraText + "conflicts/" + bad));
  }
}

TEST(LayoutTest, OtherKeysAreOfNoObject) {
  const std::string wal = kEraText + "wal/";
  const std::string folder = wal + "0000000100000000/";
  const std::string bad_keys[] = {
      "",
      "walstow.json",
      "main/cluster.json",
      "main/eras/001.json",
      kEraText + "era.json",
      kEraText,
      wal,
      folder,
      // Another cluster, another kind of folder, another folder than the name's.
      "other" + folder.substr(4) + "000000010000000000000001.zst",
      kEraText + "history/0000000100000000/000000010000000000000001.zst",
      kEraText + "history/000000010000000000000001.zst",
      kEraText + "wal/00000002.history.zst",
      kEraText + "wal/0000000200000000/000000010000000000000001.zst",
      kEraText + "wal/00000001/000000010000000000000001.zst",
      kEraText + "wal//000000010000000000000001.zst",
      folder + "more/000000010000000000000001.zst",
      kEraText + "history/more/00000002.history.zst",
      // No WAL file's name.
      folder + ".zst",
      folder + "000000010000000000000001",
      folder + "000000010000000000000001.gz",
      folder + "00000001000000000000000a.zst",
      folder + "000000010000000000000001.zst.zst",
      folder + "000000010000000000000001.zst.0a0b0c0d",
      // No segment of this size: 1 MB segments end at ...00000FFF.
      folder + "000000010000000000001000.zst",
      // A .partial has a digest, and nothing else has.
      folder + "000000010000000000000001.partial.zst",
      folder + "000000010000000000000001.partial.0011223344.zst",
      folder + "000000010000000000000001.partial.00112233445G.zst",
      folder + "000000010000000000000001.partial.AABBCCDDEEFF.zst",
      folder + "000000010000000000000001.00112233445566778899aabbccddeeff.zst",
      folder + "000000010000000000000001.incomplete.zst",
      folder + "000000010000000000000001.incomplete.AABBCCDDEEFF.zst",
      folder + "000000010000000000000001.partial.incomplete.00112233445566778899aabbccddeeff.zst",
      kEraText + "history/00000002.history.incomplete.00112233445566778899aabbccddeeff.zst",
      // No era.
      "main/1-7-1048576/wal/0000000100000000/000000010000000000000001.zst",
      "main/001-7-1000/wal/0000000100000000/000000010000000000000001.zst",
      "main/eras/wal/0000000100000000/000000010000000000000001.zst",
  };
  for (const std::string& key : bad_keys) {
    EXPECT_EQ(parse_object_key("main", key).has_value(), false) << key;
  }
}

}  // namespace
}  // namespace walstow::layout
