#include "store/backend/s3/s3_options.h"

#include <gtest/gtest.h>

#include <fstream>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "store/backend/s3/s3_health.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

TEST(S3OptionsTest, AddressIsABucketAndAPrefix) {
  EXPECT_EQ(parse_s3_address("s3://bucket"), (S3Address{"bucket", ""}));
  EXPECT_EQ(parse_s3_address("s3://bucket/"), (S3Address{"bucket", ""}));
  EXPECT_EQ(parse_s3_address("s3://bucket/wal/one"), (S3Address{"bucket", "wal/one/"}));
  EXPECT_EQ(parse_s3_address("/mnt/archive"), std::nullopt);
}

TEST(S3OptionsTest, AddressThatIsWrongIsRefused) {
  for (const char* const text :
       {"s3://", "s3:///x", "s3://B", "s3://Bucket", "s3://-ab", "s3://a b", "s3://bucket//x",
        "s3://bucket/../x", "s3://bucket/a?b", "s3://user@bucket"}) {
    EXPECT_EQ(kind_thrown([&] { parse_s3_address(text); }), ErrorKind::kUsage) << text;
  }
}

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    for (const char* const name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                   "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"}) {
      unsetenv(name);
    }
    settings_.set("s3.endpoint", "http://127.0.0.1:1", "test");
  }
  void write(const std::string& text, fs::perms mode) {
    std::ofstream(file_) << text;
    fs::permissions(file_, mode);
    settings_.set("s3.credentials", file_, "test");
  }
  S3Options options() { return s3_options({"bucket", ""}, settings_, "/state"); }

  TemporaryFolder folder_;
  std::string file_ = (folder_.path() / "credentials").string();
  Settings settings_{s3_settings()};
};

constexpr auto kOwnerOnly = fs::perms(0600);

TEST_F(CredentialsTest, ComeFromAFileAsAwsToolsWriteIt) {
  write(
      "# comment\n[default]\naws_access_key_id = KEY\r\n\naws_secret_access_key=a/b+c=\n"
      "[other]\naws_access_key_id = OTHER\n",
      kOwnerOnly);
  EXPECT_EQ(options().credentials.access_key, "KEY");
  EXPECT_EQ(options().credentials.secret_key, "a/b+c=");
}

TEST_F(CredentialsTest, FileThatOthersCanReadIsRefused) {
  write("aws_access_key_id = KEY\naws_secret_access_key = SECRET\n", fs::perms(0640));
  try {
    options();
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_EQ(std::string(error.what()).find("SECRET"), std::string::npos);
    EXPECT_EQ(error.hint(), "Run: chmod 600 " + file_);
  }
}

TEST_F(CredentialsTest, FileWithoutASecretIsRefused) {
  write("aws_access_key_id = KEY\n", kOwnerOnly);
  EXPECT_EQ(kind_thrown([&] { options(); }), ErrorKind::kUsage);
}

TEST_F(CredentialsTest, ComeFromTheEnvironmentElse) {
  EXPECT_EQ(kind_thrown([&] { options(); }), ErrorKind::kUsage);
  setenv("AWS_ACCESS_KEY_ID", "KEY", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "SECRET", 1);
  setenv("AWS_SESSION_TOKEN", "TOKEN", 1);
  EXPECT_EQ(options().credentials.secret_key, "SECRET");
  EXPECT_EQ(options().credentials.session_token, "TOKEN");
}

TEST_F(CredentialsTest, BucketIsInThePathUnlessTheServiceIsAws) {
  setenv("AWS_ACCESS_KEY_ID", "KEY", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "SECRET", 1);
  EXPECT_EQ(options().style, S3Options::Style::kPath);
  settings_.set("s3.endpoint", "", "test");
  settings_.set("s3.region", "eu-central-1", "test");
  EXPECT_EQ(options().style, S3Options::Style::kHost);
  EXPECT_EQ(options().endpoint, "https://s3.eu-central-1.amazonaws.com");
}

TEST_F(CredentialsTest, EndpointIsAHostAndNothingElse) {
  setenv("AWS_ACCESS_KEY_ID", "KEY", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "SECRET", 1);
  for (const char* const text :
       {"127.0.0.1", "ftp://x", "http://", "http://x/path", "http://u@x"}) {
    settings_.set("s3.endpoint", text, "test");
    EXPECT_EQ(kind_thrown([&] { options(); }), ErrorKind::kUsage) << text;
  }
}

TEST(S3OptionsTest, OnlyTheOwnHostIsAskedInClearWithoutAWord) {
  for (const char* own : {"http://localhost:8000", "http://127.0.0.1", "http://127.8.0.1:80",
                          "http://[::1]:7480", "https://s3.example.com"}) {
    EXPECT_FALSE(is_readable_on_the_way(own)) << own;
  }
  for (const char* other : {"http://s3.example.com", "http://10.0.0.7:9000", "http://[fe80::1]:80",
                            "http://127.example.com", "http://localhost.example.com"}) {
    EXPECT_TRUE(is_readable_on_the_way(other)) << other;
  }
}

TEST(S3HealthTest, SilentServiceIsAskedByOneAtATime) {
  S3Health health;
  const auto start = Clock::now();
  for (int silence = 0; silence < S3Health::kSilencesBefore; ++silence) {
    EXPECT_TRUE(health.may_ask(start));
    health.silent(start);
  }
  EXPECT_FALSE(health.may_ask(start));
  const auto later = start + S3Health::kPause;
  EXPECT_TRUE(health.may_ask(later));
  EXPECT_FALSE(health.may_ask(later));
  EXPECT_EQ(health.silent_for(later), S3Health::kPause);
  health.answered();
  EXPECT_TRUE(health.may_ask(later));
  EXPECT_EQ(health.silent_for(later), std::nullopt);
}

}  // namespace
}  // namespace walstow
