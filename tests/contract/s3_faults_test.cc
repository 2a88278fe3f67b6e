// What an S3 service may answer, or not: each is "could not ask", with its reason, and never an
// absence.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "store/backend/s3/s3_backend.h"
#include "store/backend/s3/s3_client.h"
#include "store/backend/s3/s3_probe.h"
#include "store/backend/s3/s3_text.h"
#include "tests/contract/backends.h"
#include "tests/support/answer_relay.h"
#include "tests/support/s3_gateway.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

// The message of the Error{kUnavailable} that looking for an object throws; "" for none.
std::string refusal_of(const S3Options& options) {
  try {
    make_s3_backend(options)->open_object("main/a");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    EXPECT_EQ(std::string(error.what()).find(options.credentials.secret_key), std::string::npos);
    return error.what();
  }
  return "";
}

TEST(S3FaultsTest, WrongKeyClockAndBucketAreUnavailableAndNeverAbsent) {
  const S3Options right = S3Gateway::instance().options();
  EXPECT_EQ(refusal_of(right), "");

  S3Options options = right;
  options.credentials.secret_key = "wrong";
  EXPECT_NE(refusal_of(options).find("SignatureDoesNotMatch"), std::string::npos);
  options = right;
  options.credentials.access_key = "NOBODY";
  EXPECT_NE(refusal_of(options).find("InvalidAccessKeyId"), std::string::npos);
  options = right;
  options.clock = [] { return std::chrono::system_clock::now() - std::chrono::minutes(20); };
  EXPECT_NE(refusal_of(options).find("clock"), std::string::npos);
  options = right;
  options.address.bucket = "no-such-bucket";
  EXPECT_NE(refusal_of(options).find("does not exist"), std::string::npos);
  options = right;
  options.endpoint = "http://127.0.0.1:1";
  options.patience = Duration(300);
  EXPECT_NE(refusal_of(options), "");
}

TEST(S3FaultsTest, BucketWithVersionsIsRefused) {
  S3Options options = S3Gateway::instance().options();
  options.address.bucket = "with-versions";
  ASSERT_EQ(raw_request(options, "PUT", ""), 200);
  EXPECT_NO_THROW(probe_s3(options));
  ASSERT_EQ(
      raw_request(options, "PUT", "",
                  "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
                  {{"versioning", ""}}),
      200);
  try {
    make_s3_backend(options)->stage();
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kStorage);
    EXPECT_NE(std::string(error.what()).find("versioning"), std::string::npos);
  }
  options.probe = S3Options::Probe::kAccept;
  EXPECT_NO_THROW(make_s3_backend(options)->stage());
}

TEST(S3FaultsTest, PassedProbeIsRememberedForADayByTheHostThatMadeIt) {
  const TemporaryFolder here, elsewhere;
  S3Options options = S3Gateway::instance().options();
  options.address.bucket = "with-notes";
  options.state = here.path().string();
  ASSERT_EQ(raw_request(options, "PUT", ""), 200);
  EXPECT_NO_THROW(make_s3_backend(options)->stage());
  ASSERT_EQ(
      raw_request(options, "PUT", "",
                  "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
                  {{"versioning", ""}}),
      200);
  EXPECT_NO_THROW(make_s3_backend(options)->stage());
  for (const char* const year : {"2020", "2120", "x"}) {
    SCOPED_TRACE(year);
    fs::path note;
    for (const auto& entry : fs::directory_iterator(here.path())) {
      if (fs::is_regular_file(entry.status())) note = entry.path();
    }
    std::ifstream file(note);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    text.replace(text.find("no_fault") + 11, 4, year);
    std::ofstream(note) << text;
    EXPECT_THROW(make_s3_backend(options)->stage(), Error);
  }
  options.state = elsewhere.path().string();
  EXPECT_THROW(make_s3_backend(options)->stage(), Error);
  options.state = "";
  EXPECT_THROW(make_s3_backend(options)->stage(), Error);
}

TEST(S3FaultsTest, ProbesThatAKilledProcessLeftGoAfterADay) {
  const S3Options options = S3Gateway::instance().options();
  S3Client client(options);
  ConditionalPuts puts(client);
  const std::string content = "first";
  const std::string prefix = options.address.prefix;
  for (const char* const key : {"_probe/one.zst", "_probe/two.zst", "main/a.zst"})
    ASSERT_EQ(puts.put_new(prefix + key, text_body(content)), ConditionalPuts::Result::kDone);
  const auto now = std::chrono::system_clock::now();
  remove_stale_probes(client, now + std::chrono::hours(23));
  EXPECT_EQ(client.list({.prefix = prefix, .after = {}, .delimiter = {}}).contents.size(), 3U);
  remove_stale_probes(client, now + std::chrono::hours(25));
  const auto left = client.list({.prefix = prefix, .after = {}, .delimiter = {}}).contents;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().key, prefix + "main/a.zst");
}

TEST(S3FaultsTest, HangingServiceIsGivenUpAndIsBackAtOnceWhenItAnswers) {
  S3Options options = S3Gateway::instance().options();
  options.timeout = Duration(300);
  options.patience = Duration(600);
  const auto backend = make_s3_backend(options);
  ASSERT_EQ(publish_text(*backend, "main/a", "content"), PublishResult::kPublished);
  S3Gateway::instance().control("pause");
  for (int question = 0; question < 4; ++question) {
    EXPECT_THROW(backend->open_object("main/b"), Error);
    EXPECT_THROW(backend->list_after("", "", 1), Error);
  }
  S3Gateway::instance().control("resume");
  const Deadline deadline = Deadline::after(Duration(60'000));
  std::optional<std::string> found;
  while (!found && !deadline.passed()) {
    try {
      found = object_text(*backend, "main/a");
    } catch (const Error&) {
      std::this_thread::sleep_for(Duration(20));
    }
  }
  EXPECT_EQ(found, "content");
}

// Each byte comes in time, and so the deadline for the next one never passes.
TEST(S3FaultsTest, AnswerThatTricklesIsGivenUp) {
  S3Options options = S3Gateway::instance().options();
  const auto backend = make_s3_backend(options);
  for (const char* const key : {"main/a", "main/b", "main/c"})
    ASSERT_EQ(publish_text(*backend, key, "content"), PublishResult::kPublished);
  AnswerRelay relay(S3Gateway::instance().endpoint(), AnswerRelay::Fault::kTrickling);
  options.endpoint = relay.endpoint();
  options.timeout = Duration(2000);
  options.patience = Duration(500);
  try {
    make_s3_backend(options)->list_after("", "", 10);
    FAIL() << "it has waited for all of it";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    EXPECT_EQ(std::string(error.what()), "an answer of the S3 service took too long");
  }
}

TEST(S3FaultsTest, LargeObjectsPassThroughScratchAndComeBackWhole) {
  const S3Options options = S3Gateway::instance().options();
  const auto backend = make_s3_backend(options);
  const auto staged = backend->stage();
  std::string piece(1 << 20, 'x');
  Sha256 sent;
  for (int number = 0; number < 40; ++number) {  // more than the memory for all of them
    piece[0] = static_cast<char>(number);
    staged->write(as_bytes(piece));
    sent.update(as_bytes(piece));
  }
  ASSERT_EQ(backend->publish(*staged, "main/large"), PublishResult::kPublished);
  const auto source = backend->open_object("main/large");
  Sha256 received;
  std::vector<std::byte> bytes(kChunkSize);
  std::uint64_t size = 0;
  while (const std::size_t more = source->read(bytes)) {
    received.update(ByteView(bytes).first(more));
    size += more;
  }
  EXPECT_EQ(size, 40U << 20);
  EXPECT_EQ(to_hex(received.finish()), to_hex(sent.finish()));
}

TEST(S3FaultsTest, VacantKeyIsAbsentButNotForgotten) {
  const S3Options options = S3Gateway::instance().options();
  const auto backend = make_s3_backend(options);
  ASSERT_TRUE(backend->create_record("main/a.json", "one"));
  ASSERT_TRUE(backend->remove_record("main/a.json"));
  // The mark exists, so a removal that is done again, late, can take nothing away.
  S3Client client(options);
  ASSERT_TRUE(client.head(options.address.prefix + "main/a.json").has_value());
  EXPECT_FALSE(backend->remove_record("main/a.json"));
  EXPECT_TRUE(backend->list_after("", "", 10).empty());
  EXPECT_TRUE(backend->create_record("main/a.json", "two"));
}

TEST(S3FaultsTest, ForeignFilesInTheBucketAreNotListed) {
  const S3Options options = S3Gateway::instance().options();
  const auto backend = make_s3_backend(options);
  ASSERT_EQ(raw_request(options, "PUT", options.address.prefix + ".hidden", "x"), 200);
  ASSERT_TRUE(backend->create_record("main/a.json", "one"));
  EXPECT_EQ(backend->list_after("", "", 10).size(), 1U);
}

}  // namespace
}  // namespace walstow
