#include "proto/pgdata/spool_folder.h"

#include <gtest/gtest.h>

#include "tests/support/forgetful_file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

TEST(SpoolFolderTest, RecordsComeBackAsTheyWere) {
  const SpoolRecord records[] = {
      {},
      {{"store", "/mnt/archive"}, {"cluster", "main"}},
      {{"store", "/mnt/\"quoted\"\n\\ \x01 \xC3\xBC"}, {"", ""}},
      {{"store", "/mnt/arch\xEFve"}, {"host", "\xFC"}, {"cluster", "main"}},
  };
  for (const SpoolRecord& record : records) {
    EXPECT_EQ(parse_spool_record(to_json(record)), record);
  }
}

TEST(SpoolFolderTest, WhatIsNoRecordIsNone) {
  for (const char* const text :
       {"", "x", "[]", "1", "{} {}", "{\"a\":\"b\"", "{\"a:hex\":\"f\"}", "{\"a:hex\":\"xx\"}"}) {
    EXPECT_FALSE(parse_spool_record(text)) << text;
  }
}

TEST(SpoolFolderTest, WhatALaterReleaseMayHaveAddedIsLeftOut) {
  EXPECT_EQ(parse_spool_record(R"({"a":"b","c":1,"d":{"a":"x"},"e":["x"],"f":null,"g":true})"),
            (SpoolRecord{{"a", "b"}}));
}

TEST(SpoolFolderTest, TheLongestPathOfAnyBytesComesBack) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  for (const char byte : {'a', '\x01', '\xFF'}) {
    const SpoolRecord record = {{"store", "/" + std::string(4095, byte)}, {"cluster", "main"}};
    write_record(*files, "note", record);
    EXPECT_EQ(read_record(*files, "note"), record) << "byte " << int{byte};
  }
}

TEST(SpoolFolderTest, ARecordIsDurableWhenItHasBeenWritten) {
  ForgetfulDisk disk;
  EXPECT_FALSE(read_record(*disk.mount(), "note"));
  write_record(*disk.mount(), "note", {{"a", "1"}});
  disk.power_cut(CutMode::only_durable());
  EXPECT_EQ(read_record(*disk.mount(), "note"), (SpoolRecord{{"a", "1"}}));
}

TEST(SpoolFolderTest, ARecordOfAnySizeIsReadInBoundedMemory) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  make_folders_durably(*files, std::string(kSpoolFolder));
  write_durably(*files, in_spool("note"), std::string(1'000'000, ' ') + "{}");
  EXPECT_FALSE(read_record(*files, "note"));
}

TEST(SpoolFolderTest, OnlyAnEmptySpoolIsRemoved) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  remove_empty_spool(*files);
  write_record(*files, "note", {});
  remove_empty_spool(*files);
  EXPECT_TRUE(read_record(*files, "note"));
  files->remove(in_spool("note"));
  remove_empty_spool(*files);
  EXPECT_FALSE(files->status(std::string(kSpoolFolder)));
}

TEST(SpoolFolderTest, AnAbsentWalFolderIsAValue) {
  const TemporaryFolder folder;
  EXPECT_EQ(open_wal_folder((folder.path() / "nowhere").string()), nullptr);
  EXPECT_NE(open_wal_folder(folder.path().string()), nullptr);
}

}  // namespace
}  // namespace walstow
