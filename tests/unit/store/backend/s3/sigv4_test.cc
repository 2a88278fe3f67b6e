// The examples of "Authenticating Requests: Using the Authorization Header (AWS Signature Version
// 4)" in the documentation of Amazon S3, with their keys and their time.
#include "store/backend/s3/sigv4.h"

#include <gtest/gtest.h>

#include <chrono>

namespace walstow {
namespace {

const S3Credentials kExample{.access_key = "AKIAIOSFODNN7EXAMPLE",
                             .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                             .session_token = {}};
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kHost = "examplebucket.s3.amazonaws.com";

std::string signature_of(const S3Request& request, const char* payload) {
  const Time time = parse_iso8601("2013-05-24T00:00:00Z").value();
  const std::string line = sign(request, payload, kExample, "us-east-1", time).back();
  return line.substr(line.find("SignedHeaders="));
}

TEST(Sigv4Test, SignsTheExampleOfAGetWithARange) {
  const S3Request request{.method = "GET",
                          .host = kHost,
                          .path = "/test.txt",
                          .query = {},
                          .headers = {{"range", "bytes=0-9"}}};
  EXPECT_EQ(signature_of(request, kNothing),
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(Sigv4Test, SignsTheExampleOfAPutWithANameThatIsEscaped) {
  const S3Request request{.method = "PUT",
                          .host = kHost,
                          .path = "/test$file.text",
                          .query = {},
                          .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}};
  EXPECT_EQ(
      signature_of(request, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
      "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
      "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(Sigv4Test, SignsTheExampleOfAQueryWithoutAValue) {
  const S3Request request{
      .method = "GET", .host = kHost, .path = "/", .query = {{"lifecycle", ""}}, .headers = {}};
  EXPECT_EQ(signature_of(request, kNothing),
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
            "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(Sigv4Test, SignsTheExampleOfAList) {
  const S3Request request{.method = "GET",
                          .host = kHost,
                          .path = "/",
                          .query = {{"prefix", "J"}, {"max-keys", "2"}},
                          .headers = {}};
  EXPECT_EQ(signature_of(request, kNothing),
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
            "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Sigv4Test, EscapesAllButUnreservedCharacters) {
  EXPECT_EQ(uri_escaped("a/b=c d~-._%\xC3\xA9", Slash::kKept), "a/b%3Dc%20d~-._%25%C3%A9");
  EXPECT_EQ(uri_escaped("a/b", Slash::kEscaped), "a%2Fb");
  EXPECT_EQ(query_text({{"b", "/"}, {"a", ""}}), "a=&b=%2F");
}

TEST(Sigv4Test, TokenOfTemporaryKeysIsSentAndSigned) {
  S3Credentials temporary = kExample;
  temporary.session_token = "token";
  const S3Request request{.method = "GET", .host = kHost, .path = "/", .query = {}, .headers = {}};
  const auto lines = sign(request, kNothing, temporary, "us-east-1", Time());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "x-amz-security-token: token"), lines.end());
  EXPECT_NE(lines.back().find(";x-amz-security-token,"), std::string::npos);
}

TEST(Sigv4Test, SecretIsInNothingThatGoesOut) {
  const S3Request request{.method = "GET", .host = kHost, .path = "/", .query = {}, .headers = {}};
  for (const std::string& line : sign(request, kNothing, kExample, "us-east-1", Time()))
    EXPECT_EQ(line.find(kExample.secret_key), std::string::npos) << line;
}

}  // namespace
}  // namespace walstow
