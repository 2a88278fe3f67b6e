// Requests that a store must not act on, each with the code that says why.
#include <gtest/gtest.h>

#include <string>

#include "proto/wire/command.h"
#include "tests/unit/wire/wire_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

// nullopt: it was accepted.
std::optional<Refusal> refusal_of(const RequestHead& request) {
  const auto parsed = parse_request(request);
  if (!parsed) return parsed.error();
  return std::nullopt;
}

RequestHead without(RequestHead request, std::string_view name) {
  Fields kept;
  for (const auto& [known, value] : request.fields.all()) {
    if (!equal_ignoring_case(known, name)) kept.set(known, value);
  }
  request.fields = kept;
  return request;
}

RequestHead with(RequestHead request, std::string_view name, std::string value) {
  request.fields.set(name, std::move(value));
  return request;
}

RequestHead put_request() {
  PutFile put = put_of(kSegmentName);
  put.instance = instance();
  return to_request(put);
}

RequestHead confirm_request() {
  return to_request(ConfirmFile{put_of(kSegmentName), {}});
}

RequestHead get_request() {
  GetFile get = get_of(kSegmentName);
  get.instance = instance();
  get.restartpoint = file(kSegmentName);
  return to_request(get);
}

RequestHead add_client_request() {
  return to_request(add_client());
}

struct BadTarget {
  Method method;
  const char* target;
  Code code;
};

TEST(RefusedRequestTest, TargetsAndMethods) {
  const BadTarget table[] = {
      {Method::kGet, "", Code::kBadRequest},
      {Method::kPost, "/", Code::kBadRequest},
      {Method::kHead, "/", Code::kBadRequest},
      {Method::kGet, "/?cluster=", Code::kBadRequest},
      {Method::kGet, "/?cluster=a%2Fb", Code::kBadRequest},
      {Method::kGet, "/?cluster=main&cluster=main", Code::kBadRequest},
      {Method::kGet, "/?after=main", Code::kBadRequest},
      {Method::kGet, "*", Code::kBadRequest},
      {Method::kGet, "http://store/v1/whoami", Code::kBadRequest},
      {Method::kGet, "/v1", Code::kBadRequest},
      {Method::kGet, "/v1/", Code::kBadRequest},
      {Method::kGet, "/v2/whoami", Code::kBadRequest},
      {Method::kGet, "/V1/whoami", Code::kBadRequest},
      {Method::kGet, "/v1/whoami/", Code::kBadRequest},
      {Method::kGet, "/v1//whoami", Code::kBadRequest},
      {Method::kGet, "/v1/whoami?x=1", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/prune?keep_monthly=1", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/prune?keep_weekly=1", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/policy?keep_monthly=1", Code::kBadRequest},
      {Method::kDelete, "/v1/clusters/main/prune?keep_monthly=1", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/prune/1?keep_monthly=1", Code::kBadRequest},
      {Method::kGet, "/v1/who%6", Code::kBadRequest},
      {Method::kPut, "/v1/whoami", Code::kBadRequest},
      {Method::kHead, "/v1/whoami", Code::kBadRequest},
      {Method::kDelete, "/v1/clusters", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/..", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/%2E%2E", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/a%2Fb", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/a%00", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/_tmp", Code::kBadRequest},
      {Method::kDelete, "/v1/clusters/main", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/other", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/eras", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/check", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/conflicts", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/conflicts/00000002.history", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/conflicts/x", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/conflicts/00000002.history/0123456789ab",
       Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/conflicts/00000002.history/0123456789AB",
       Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/conflicts/00000002.history/0123", Code::kBadRequest},
      {Method::kPut, "/v1/clusters/main/wal", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/standbys/0123456789abcdef0123456789abcdef",
       Code::kBadRequest},
      {Method::kDelete, "/v1/clusters/main/wal/000000010000000A000000FE", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/wal/000000010000000A000000FE", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal/000000010000000A000000FE/", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal/000000010000000A000000FE?timeline=00000001",
       Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal/", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/wal/..", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/wal/..%2F..%2Fwalstow.json", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/wal/000000010000000a000000fe", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/wal/000000000000000A000000FE", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/wal/000000010000000A000000FE.zst", Code::kBadName},
      {Method::kPut, "/v1/clusters/main/wal/pg_control", Code::kBadName},
      {Method::kGet, "/v1/clusters/main/wal?", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?prefix=a", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?=a", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit=", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit=0", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit=1001", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit=4294967297", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit=-1", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?limit=1&limit=2", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?after=%0A", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?timeline=00000000", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?timeline=1", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?timeline=0000000a", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?from=000000010000000a000000fe", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?to=", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/wal?jobs=1", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/holes", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/holes?since=2026-11-22T19%3A40%3A00Z", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/verify", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/verify?deep=yes", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/verify?jobs=0", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/verify?jobs=65", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/verify?bytes=0", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/verify?since=yesterday", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/verify?deep=1&deep=1", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/aside", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/aside?object=", Code::kBadRequest},
      {Method::kPost, "/v1/clusters/main/aside?object=a%0Ab", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/aside?object=a", Code::kBadRequest},
      {Method::kPut, "/v1/clients", Code::kBadRequest},
      {Method::kGet, "/v1/clients?rights=a", Code::kBadRequest},
      {Method::kGet, "/v1/clients?limit=0", Code::kBadRequest},
      {Method::kGet, "/v1/clusters/main/holds?limit=1001", Code::kBadRequest},
      {Method::kGet, "/v1/clients/root", Code::kBadRequest},
      {Method::kPost, "/v1/clients/root", Code::kBadRequest},  // changes nothing
      {Method::kDelete, "/v1/clients/", Code::kBadRequest},
      {Method::kDelete, "/v1/clients/..", Code::kBadRequest},
      {Method::kDelete, "/v1/clients/a%2Fb", Code::kBadRequest},
      {Method::kDelete, "/v1/clients/%2A", Code::kBadRequest},
      {Method::kDelete, "/v1/clients/root/", Code::kBadRequest},
      {Method::kDelete, "/v1/clients/root?force=1", Code::kBadRequest},
  };
  for (const BadTarget& bad : table) {
    RequestHead request;
    request.method = bad.method;
    request.target = bad.target;
    const auto refusal = refusal_of(request);
    ASSERT_TRUE(refusal) << bad.target;
    EXPECT_EQ(refusal->code, bad.code) << bad.target << ": " << refusal->message;
    EXPECT_FALSE(refusal->message.empty());
  }
}

struct BadField {
  RequestHead (*request)();
  std::string_view name;
  std::string value;
};

TEST(RefusedRequestTest, Values) {
  const BadField table[] = {
      {put_request, field::kSystem, "0"},
      {put_request, field::kSystem, ""},
      {confirm_request, field::kSha256, std::string(63, 'a')},
      {confirm_request, field::kSha256, std::string(64, 'A')},
      {confirm_request, field::kDigest, std::string(32, 'a')},
      {confirm_request, field::kSize, "x"},
      {put_request, field::kSystem, "-5"},
      {put_request, field::kSystem, "05"},
      {put_request, field::kSystem, "0x5"},
      {put_request, field::kSystem, "5, 5"},
      {put_request, field::kSystem, "18446744073709551616"},
      {put_request, field::kSegmentSize, "0"},
      {put_request, field::kSegmentSize, "16MB"},
      {put_request, field::kSegmentSize, "16777217"},
      {put_request, field::kSegmentSize, "524288"},
      {put_request, field::kSegmentSize, "2147483648"},
      {put_request, field::kSize, "16777216.0"},
      {put_request, field::kSize, "+16777216"},
      {put_request, field::kDigest, "00112233445566778899aabbccddeeff"},
      {put_request, field::kDigest, "sha-256=00112233445566778899aabbccddeeff"},
      {put_request, field::kDigest, "xxh128=00112233445566778899AABBCCDDEEFF"},
      {put_request, field::kDigest, "xxh128=00112233445566778899aabbccddeef"},
      {put_request, field::kDigest, "xxh128=00112233445566778899aabbccddeeff0"},
      {put_request, field::kDigest, "xxh128= 0112233445566778899aabbccddeeff"},
      {put_request, field::kContentEncoding, "gzip"},
      {put_request, field::kContentEncoding, "zstd, zstd"},
      {put_request, field::kContentEncoding, ""},
      {put_request, field::kExpect, "200-ok"},
      {put_request, field::kInstance, "0123456789ABCDEF0123456789ABCDEF"},
      {put_request, field::kInstance, "../../../../../../../../../../x"},
      {put_request, field::kInstance, "0123456789abcdef"},
      {put_request, field::kSequence, "now"},
      {put_request, field::kHost, ""},
      {put_request, field::kHost, std::string(256, 'h')},
      {put_request, field::kHost, "a\x01z"},
      {put_request, field::kHost, "h\xc3\xa4"},
      {put_request, field::kStandby, " padded"},
      {put_request, field::kStandby, "padded "},
      {put_request, field::kRole, "master"},
      {put_request, field::kVersion, "2"},
      {put_request, field::kVersion, ""},
      {put_request, field::kVersion, "1, 1"},
      {get_request, field::kSystem, "0"},
      {get_request, field::kRequest, ""},
      {get_request, field::kRequest, "a b"},
      {get_request, field::kRequest, std::string(65, 'r')},
      {get_request, field::kInstance, ""},
      {get_request, field::kLastHanded, "00000002.history"},
      {get_request, field::kLastHanded, "000000010000000A000000FE.partial"},
      {get_request, field::kRestartpoint, "00000002.history"},
      {get_request, field::kRestartpoint, "000000010000000A000000FE.partial"},
      {get_request, field::kRestartpoint, "0/3000028"},
      {add_client_request, field::kPublicKey, ""},
      {add_client_request, field::kPublicKey, "TUZr="},
      {add_client_request, field::kPublicKey, "MII\t"},
      {add_client_request, field::kPublicKey, std::string(5000, 'A')},
      {add_client_request, field::kGrants, ""},
      {add_client_request, field::kGrants, "main=write"},
      {add_client_request, field::kGrants, "main=admin, main=restore"},
      {add_client_request, field::kUntil, "never"},
      {add_client_request, field::kUntil, ""},
  };
  for (const BadField& bad : table) {
    ASSERT_FALSE(refusal_of(bad.request()));
    const auto refusal = refusal_of(with(bad.request(), bad.name, bad.value));
    ASSERT_TRUE(refusal) << bad.name << ": " << bad.value;
    EXPECT_EQ(refusal->code, Code::kBadRequest) << refusal->message;
  }
}

TEST(RefusedRequestTest, MissingFields) {
  const auto position_request = [] { return to_request(position()); };
  const auto era_request = [] {
    return to_request(OpenEra{.cluster = "main", .system_identifier = 5, .segment_size = 1 << 20});
  };
  const std::pair<RequestHead (*)(), std::string_view> table[] = {
      {put_request, field::kSystem},        {put_request, field::kSize},
      {put_request, field::kDigest},        {put_request, field::kInstance},
      {put_request, field::kSequence},      {put_request, field::kHost},
      {get_request, field::kInstance},      {get_request, field::kSequence},
      {get_request, field::kHost},          {position_request, field::kSystem},
      {position_request, field::kInstance}, {position_request, field::kSequence},
      {position_request, field::kHost},     {position_request, field::kRestartpoint},
      {era_request, field::kSystem},        {era_request, field::kSegmentSize},
      {add_client_request, field::kGrants}, {add_client_request, field::kPublicKey},
  };
  for (const auto& [request, name] : table) {
    ASSERT_FALSE(refusal_of(request()));
    const auto refusal = refusal_of(without(request(), name));
    ASSERT_TRUE(refusal) << request().target << " without " << name;
    EXPECT_EQ(refusal->code, Code::kBadRequest);
    EXPECT_NE(refusal->message.find(name), std::string::npos) << refusal->message;
  }
}

TEST(RefusedRequestTest, APositionBelongsToAnInstance) {
  RequestHead request = to_request(get_of(kSegmentName));
  ASSERT_FALSE(refusal_of(request));
  for (const auto name : {field::kRestartpoint, field::kLastHanded}) {
    const auto refusal = refusal_of(with(request, name, std::string(kSegmentName)));
    ASSERT_TRUE(refusal) << name;
    EXPECT_EQ(refusal->code, Code::kBadRequest);
  }
}

TEST(RefusedRequestTest, APositionIsOfTheInstanceInItsPath) {
  RequestHead request = to_request(position());
  request.target.back() = '0';
  const auto refusal = refusal_of(request);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, Code::kBadRequest);
}

struct BadSize {
  const char* name;
  const char* segment_size;  // "" for absent
  const char* raw_size;
  Code code;
};

TEST(RefusedRequestTest, SizesAndNamesThatContradictEachOther) {
  const BadSize table[] = {
      {"000000010000000A000000FE", "16777216", "16777215", Code::kBadContent},
      {"000000010000000A000000FE", "16777216", "1048576", Code::kBadContent},
      {"000000010000000A000000FE.partial", "16777216", "1048576", Code::kBadContent},
      {"000000010000000A000000FE", "", "0", Code::kBadContent},
      {"000000010000000A000000FE", "", "524288", Code::kBadContent},
      {"000000010000000A000000FE", "", "16777217", Code::kBadContent},
      {"000000010000000A00000000", "", "1073741825", Code::kTooLarge},
      {"000000010000000A00000000", "", "2147483648", Code::kTooLarge},
      {"000000010000000A00000000", "1073741824", "2147483648", Code::kTooLarge},
      {"000000010000000A00000100", "16777216", "16777216", Code::kBadName},
      {"000000010000000A00000100", "", "16777216", Code::kBadName},
      {"000000010000000A00000004", "1073741824", "1073741824", Code::kBadName},
      {"000000010000000A00000100.partial", "16777216", "16777216", Code::kBadName},
      {"000000010000000A00000100.00000028.backup", "16777216", "300", Code::kBadName},
      {"000000010000000A000000FE.00000028.backup", "16777216", "1048577", Code::kTooLarge},
      {"00000002.history", "16777216", "1048577", Code::kTooLarge},
      {"00000002.history", "", "18446744073709551615", Code::kTooLarge},
  };
  for (const BadSize& bad : table) {
    RequestHead request = to_request(put_of(kSegmentName));
    request.target = std::string("/v1/clusters/main/wal/") + bad.name;
    request = without(request, field::kSegmentSize);
    if (*bad.segment_size != '\0') request.fields.set(field::kSegmentSize, bad.segment_size);
    request.fields.set(field::kSize, bad.raw_size);
    const auto refusal = refusal_of(request);
    ASSERT_TRUE(refusal) << bad.name << " " << bad.segment_size << " " << bad.raw_size;
    EXPECT_EQ(refusal->code, bad.code) << refusal->message;
    EXPECT_NE(refusal->message.find(bad.name), std::string::npos) << refusal->message;
  }
}

TEST(RefusedRequestTest, NamesBothVersions) {
  const auto refusal = refusal_of(with(get_request(), field::kVersion, "17"));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->message,
            "the request uses protocol version \"17\", but this store uses version \"1\"");
}

TEST(RefusedRequestTest, SaysEachThingOnOneShortLine) {
  RequestHead request;
  request.target = "/v1/clusters/a%0Ab/wal/x";
  EXPECT_EQ(refusal_of(request)->message, "\"a\\x0ab\" is not the name of a cluster");
  request.target = "/v1/clusters/main/wal/" + std::string(5000, 'x');
  EXPECT_LT(refusal_of(request)->message.size(), 256U);
  const auto value = refusal_of(with(get_request(), field::kHost, "a\nerror: forged"));
  EXPECT_EQ(value->message, "invalid value for Walstow-Host: \"a\\x0aerror: forged\"");
  EXPECT_EQ(value->hint, "Walstow-Host must be 1 to 255 printable ASCII characters.");
}

}  // namespace
}  // namespace walstow
