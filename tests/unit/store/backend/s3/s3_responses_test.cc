#include "store/backend/s3/s3_responses.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

TEST(S3AnswersTest, ListHasKeysSizesTimesAndFolders) {
  const S3List list = parse_s3_list(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
      "<Name>b</Name><IsTruncated>true</IsTruncated><Contents><Key>a%2Fb%3D%C3%a9+c</Key>"
      "<LastModified>2026-11-26T13:04:43.047Z</LastModified><ETag>&quot;a87f&quot;</ETag>"
      "<Size>12</Size></Contents><CommonPrefixes><Prefix>a/c/</Prefix></CommonPrefixes>"
      "</ListBucketResult>");
  EXPECT_EQ(list.bucket, "b");
  EXPECT_TRUE(list.is_truncated);
  ASSERT_EQ(list.contents.size(), 1U);
  EXPECT_EQ(list.contents[0].key, "a/b=\xC3\xA9 c");
  EXPECT_EQ(list.contents[0].etag, "a87f");
  EXPECT_EQ(list.contents[0].size, 12U);
  EXPECT_EQ(list.contents[0].modified, parse_iso8601("2026-11-26T13:04:43Z"));
  EXPECT_EQ(list.folders, std::vector<std::string>{"a/c/"});
}

// What a proxy shows must never be an empty list: an empty list is a proof of absence.
TEST(S3AnswersTest, WhatIsNoListIsNotAnEmptyOne) {
  for (const char* const body :
       {"", "<html><body>Not found</body></html>", "{}", "<ListBucketResult>",
        "<ListBucketResult></ListBucketResult>",
        "<ListBucketResult><IsTruncated>perhaps</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>"
        "</ListBucketResult>",
        "<Error><Code>InternalError</Code></Error>"}) {
    EXPECT_EQ(kind_thrown([&] { parse_s3_list(body); }), ErrorKind::kUnavailable) << body;
  }
}

TEST(S3AnswersTest, FaultHasACode) {
  const auto fault = parse_s3_fault(
      "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>m</Message></Error>");
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->code, "NoSuchKey");
  EXPECT_EQ(fault->message, "m");
  EXPECT_EQ(fault->region, "");
  const auto elsewhere = parse_s3_fault(
      "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-central-1</Region></Error>");
  ASSERT_TRUE(elsewhere.has_value());
  EXPECT_EQ(elsewhere->region, "eu-central-1");
  for (const char* const body : {"", "NoSuchKey", "<html/>", "<Error></Error>",
                                 "<Errors><Error><Code>NoSuchKey</Code></Error></Errors>"}) {
    EXPECT_FALSE(parse_s3_fault(body).has_value()) << body;
  }
}

TEST(S3AnswersTest, EntitiesOfTheAnswersOwnAreNotUnfolded) {
  const auto fault =
      parse_s3_fault("<!DOCTYPE x [<!ENTITY a \"NoSuchKey\">]><Error><Code>&a;</Code></Error>");
  EXPECT_TRUE(!fault || fault->code != "NoSuchKey");
}

TEST(S3AnswersTest, RemovalNamesWhatWasNotRemoved) {
  EXPECT_EQ(parse_s3_removal("<DeleteResult/>"), "");
  EXPECT_EQ(parse_s3_removal("<DeleteResult><Error><Key>a</Key><Code>NoSuchKey</Code></Error>"
                             "<Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>"),
            "b (AccessDenied)");
  EXPECT_EQ(kind_thrown([] { parse_s3_removal("<html/>"); }), ErrorKind::kUnavailable);
}

TEST(S3AnswersTest, BucketThatHadVersionsStillCounts) {
  EXPECT_FALSE(parse_s3_versioning("<VersioningConfiguration/>"));
  EXPECT_TRUE(parse_s3_versioning(
      "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"));
}

}  // namespace
}  // namespace walstow
