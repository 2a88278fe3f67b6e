#include "proto/pgdata/certificate_warning.h"

#include <gtest/gtest.h>

#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/pgdata/spool_folder.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Time kNow = *parse_iso8601("2026-11-22T19:40:00Z");

class CertificateWarningTest : public testing::Test {
 protected:
  // What a call writes to the log.
  std::string warned(Time until, Time now) {
    start_log("test", LogLevel::kWarning);
    testing::internal::CaptureStderr();
    warn_of_certificate_end_daily(wal_folder_.get(), until, now);
    return testing::internal::GetCapturedStderr();
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> wal_folder_ = open_wal_folder(folder_.path().string());
};

TEST_F(CertificateWarningTest, SaysNothingUntilThirtyDaysBefore) {
  EXPECT_EQ(warned(kNow + days(30), kNow), "");
  EXPECT_FALSE(fs::exists(folder_.path() / kSpoolFolder));
}

TEST_F(CertificateWarningTest, WarnsOnceADay) {
  const Time until = kNow + days(30) - hours(1);
  EXPECT_NE(warned(until, kNow).find("expires on 2026-12-22T18:40:00Z"), std::string::npos);
  EXPECT_EQ(warned(until, kNow), "");
  EXPECT_EQ(warned(until, kNow + hours(4)), "");
  EXPECT_NE(warned(until, kNow + hours(5)), "");  // past midnight
}

TEST_F(CertificateWarningTest, ARecordThatCannotBeReadIsNone) {
  fs::create_directories(folder_.path() / kSpoolFolder / "certificate_warning");
  EXPECT_NE(warned(kNow, kNow), "");
}

TEST_F(CertificateWarningTest, WhatCannotBeRememberedIsSaidAgain) {
  fs::remove_all(folder_.path());
  EXPECT_NE(warned(kNow, kNow), "");
  EXPECT_NE(warned(kNow, kNow), "");
}

}  // namespace
}  // namespace walstow
