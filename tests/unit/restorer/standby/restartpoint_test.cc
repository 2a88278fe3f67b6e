#include "restorer/standby/restartpoint.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

const RestartpointJob kJob{.cluster = "main",
                           .system_identifier = samples::kSystem1Mb,
                           .restartpoint = fixture::name_of(fixture::kSegment),
                           .standby = "north"};
const Patience kPatience{.give_up = Deadline::after(Duration(0)), .on_failure = {}};
const SpoolOwner kOneMegabyteKey{"/mnt/archive", "main", samples::kSystem1Mb};

TEST(RestartpointTest, TellsTheStoreWhoNeedsWhat) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  Spool spool(*files, kOneMegabyteKey);
  const Instance instance = spool.instance("").value();
  // Of an earlier failure.
  spool.keep_restartpoint(instance, fixture::name_of("000000010000000000000003"));
  std::optional<ReportPosition> told;
  FakeStore store;
  store.on_ask = [&told](const Command& command) {
    told = std::get<ReportPosition>(command);
    return std::string();
  };
  report_restartpoint(kJob, spool, store, kPatience);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->cluster, "main");
  EXPECT_EQ(told->system_identifier, samples::kSystem1Mb);
  EXPECT_EQ(told->restartpoint.text(), fixture::kSegment);
  EXPECT_EQ(told->instance.standby, "north");
  EXPECT_EQ(told->instance.role, Instance::Role::kStandby);
  EXPECT_FALSE(spool.pending_restartpoint(instance));
}

TEST(RestartpointTest, WhatCouldNotBeToldIsKept) {
  ForgetfulDisk disk;
  const auto files = disk.mount();
  Spool spool(*files, kOneMegabyteKey);
  FakeStore store;
  store.on_ask = [](const Command&) -> std::string {
    throw Error(ErrorKind::kTimeout, "no answer");
  };
  report_restartpoint(kJob, spool, store, kPatience);
  EXPECT_EQ(spool.pending_restartpoint(spool.instance("").value()), kJob.restartpoint);
}

TEST(RestartpointTest, WithoutASpoolNothingIsTold) {
  ForgetfulDisk disk;
  const auto faults = std::make_shared<FaultPlan>();
  const auto files = with_faults(disk.mount(), faults);
  faults->fail_every(FileCall::kMakeFolder, EROFS);
  Spool spool(*files, kOneMegabyteKey);
  FakeStore store;
  report_restartpoint(kJob, spool, store, kPatience);
}

TEST(RestartpointTest, OnlyASegmentIsOne) {
  EXPECT_EQ(parse_restartpoint(fixture::kSegment).text(), fixture::kSegment);
  for (const char* const text : {"", "%r", "00000002.history", "000000010000000000000007.partial",
                                 "pg_wal/000000010000000000000007"}) {
    EXPECT_THROW(parse_restartpoint(text), Error) << text;
  }
}

}  // namespace
}  // namespace walstow
