#include <gtest/gtest.h>

#include "proto/codec/object.h"
#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

constexpr std::string_view kLine =
    R"({"format":"1.0","name":"000000010000000A000000FF","raw_size":16777216,)"
    R"("xxh128":"0123456789abcdef0123456789abcdef","system_identifier":"18446744073709551615",)"
    R"("segment_size":16777216,"client":"primary1","time":"2026-11-22T19:40:00Z"})"
    "\n";

ObjectHeader header_of_line() {
  return {.name = "000000010000000A000000FF",
          .raw_size = 16U << 20,
          .digest = parse_digest("0123456789abcdef0123456789abcdef").value(),
          .system_identifier = ~std::uint64_t{0},
          .segment_size = 16U << 20,
          .client = "primary1",
          .time = header_for({}).time};
}

// kLine with the first `from` replaced.
std::string line_with(std::string_view from, std::string_view to) {
  std::string line(kLine);
  const std::size_t at = line.find(from);
  EXPECT_NE(at, line.npos) << from;
  return line.replace(at, from.size(), to);
}

TEST(ObjectHeaderTest, IsOneLineInAFixedOrder) {
  EXPECT_EQ(encode_object_header(header_of_line()), kLine);
}

TEST(ObjectHeaderTest, InstanceIsOfALaterMinorVersion) {
  ObjectHeader header = header_of_line();
  header.instance = "c0ffee0123456789c0ffee0123456789";
  const std::string line = encode_object_header(header);
  EXPECT_EQ(line.find(R"({"format":"1.1",)"), 0U);
  EXPECT_TRUE(line.ends_with(",\"instance\":\"c0ffee0123456789c0ffee0123456789\"}\n"));
  EXPECT_EQ(decode_object_header(line).instance, header.instance);
  EXPECT_EQ(decode_object_header(kLine).instance, "");
}

TEST(ObjectHeaderTest, ReadsWhatItWrites) {
  const ObjectHeader header = decode_object_header(kLine);
  EXPECT_EQ(header.name, "000000010000000A000000FF");
  EXPECT_EQ(header.raw_size, 16U << 20);
  EXPECT_EQ(to_string(header.digest), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(header.system_identifier, ~std::uint64_t{0});
  EXPECT_EQ(header.segment_size, 16U << 20);
  EXPECT_EQ(header.client, "primary1");
  EXPECT_EQ(header.time, header_of_line().time);
}

TEST(ObjectHeaderTest, KeepsWholeSecondsOfAnyTime) {
  using std::chrono::sys_days;
  struct {
    std::chrono::system_clock::time_point time;
    std::string_view text;
  } const cases[] = {
      {sys_days(std::chrono::year(1970) / 1 / 1), "1970-01-01T00:00:00Z"},
      {sys_days(std::chrono::year(2028) / 2 / 29) + std::chrono::milliseconds(86399999),
       "2028-02-29T23:59:59Z"},
      {sys_days(std::chrono::year(2261) / 12 / 31), "2261-12-31T00:00:00Z"},
  };
  for (const auto& test : cases) {
    ObjectHeader header = header_of_line();
    header.time = test.time;
    const std::string line = encode_object_header(header);
    EXPECT_EQ(line, line_with("2026-11-22T19:40:00Z", test.text));
    EXPECT_EQ(decode_object_header(line).time, std::chrono::floor<std::chrono::seconds>(test.time));
  }
}

TEST(ObjectHeaderTest, EscapesTheNamesOfOthers) {
  ObjectHeader header = header_of_line();
  header.client = "a \"b\"\n\xC3\xA9";
  const std::string line = encode_object_header(header);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(decode_object_header(line).client, header.client);
}

TEST(ObjectHeaderTest, IgnoresWhatALaterMinorVersionAdds) {
  const std::string line =
      line_with(R"({"format":"1.0")", R"({"later":{"any":["thing",1]},"format":"1.17")");
  EXPECT_EQ(decode_object_header(line).name, header_of_line().name);
}

TEST(ObjectHeaderTest, FormatOfALaterReleaseIsNotDamage) {
  EXPECT_EQ(
      error_of(ErrorKind::kUsage, [] { decode_object_header(line_with(R"("1.0")", R"("2.0")")); }),
      "object header: format 2.0 is unknown, only 1.x is supported");
}

TEST(ObjectHeaderTest, SaysWhatIsWrong) {
  struct {
    std::string line;
    std::string_view problem;
  } const cases[] = {
      {"", "its line does not end"},
      {std::string(kLine.substr(0, kLine.size() - 1)), "its line does not end"},
      {"[]\n", "it is not a JSON object"},
      {line_with(R"("format":"1.0",)", ""), R"(field "format" is missing)"},
      {line_with(R"("1.0")", R"("1")"), R"(format "1" is not of the form MAJOR.MINOR)"},
      {line_with(R"("1.0")", R"("1.x")"), R"(format "1.x" is not of the form MAJOR.MINOR)"},
      {line_with(R"("1.0")", R"("01.0")"), R"(format "01.0" is not of the form MAJOR.MINOR)"},
      {line_with(R"("1.0")", "1.0"), R"(field "format" is not a string, or is empty)"},
      {line_with("000000010000000A000000FF", ""), R"(field "name" is not a string, or is empty)"},
      {line_with(R"("primary1")", R"("")"), R"(field "client" is not a string, or is empty)"},
      {line_with(R"("primary1")", "null"), R"(field "client" is not a string, or is empty)"},
      {line_with(R"("client")", R"("Client")"), R"(field "client" is missing)"},
      {line_with("16777216", "-1"), R"(field "raw_size" is not a whole number)"},
      {line_with("16777216", "1.5"), R"(field "raw_size" is not a whole number)"},
      {line_with("16777216", R"("16777216")"), R"(field "raw_size" is not a whole number)"},
      {line_with("16777216", "18446744073709551616"), R"(field "raw_size" is not a whole number)"},
      {line_with(R"("segment_size":16777216)", R"("segment_size":4294967296)"),
       R"(field "segment_size" is too large: 4294967296)"},
      {line_with("0123456789abcdef", "0123456789ABCDEF"),
       R"(field "xxh128" is not 32 lower-case hex digits)"},
      {line_with("18446744073709551615", "18446744073709551616"),
       R"(field "system_identifier" is not a decimal number)"},
      {line_with("18446744073709551615", "0x1"),
       R"(field "system_identifier" is not a decimal number)"},
      {line_with("2026-11-22T19:40:00Z", "2026-11-22 19:40:00"),
       R"(field "time" is not of the form YYYY-MM-DDThh:mm:ssZ)"},
      {line_with("2026-11-22T19:40:00Z", "2026-02-29T19:40:00Z"),
       R"(field "time" is not of the form YYYY-MM-DDThh:mm:ssZ)"},
      {line_with("2026-11-22T19:40:00Z", "2262-01-01T00:00:00Z"),
       R"(field "time" is not of the form YYYY-MM-DDThh:mm:ssZ)"},
      {line_with("2026-11-22T19:40:00Z", "2026-11-22T24:00:00Z"),
       R"(field "time" is not of the form YYYY-MM-DDThh:mm:ssZ)"},
      {line_with("2026-11-22T19:40:00Z", "2026-11-22T19:4x:00Z"),
       R"(field "time" is not of the form YYYY-MM-DDThh:mm:ssZ)"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(error_of(ErrorKind::kDamaged, [&] { decode_object_header(test.line); }),
              "object header: " + std::string(test.problem))
        << test.line;
  }
}

TEST(ObjectHeaderTest, RefusesWhatIsNoJson) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string& line :
       {std::string("x\n"), std::string("{\n"), std::string(kLine) + "{}\n",
        line_with("primary1", "\xFF\xFE"), line_with("{", "{\"deep\":" + deep + ",")}) {
    EXPECT_NE(error_of(ErrorKind::kDamaged, [&] { decode_object_header(line); })
                  .find("object header: it is not JSON: "),
              std::string::npos)
        << line;
  }
}

TEST(ObjectHeaderTest, IsBoundedBothWays) {
  ObjectHeader header = header_of_line();
  const std::size_t rest = kLine.size() - header.client.size();
  header.client = std::string(kLargestObjectHeader - rest, 'c');
  const std::string largest = encode_object_header(header);
  EXPECT_EQ(largest.size(), kLargestObjectHeader);
  EXPECT_EQ(decode_object_header(largest).client, header.client);

  header.client += 'c';
  EXPECT_EQ(error_of(ErrorKind::kInvalid, [&] { encode_object_header(header); }),
            "object header has 4097 bytes, but only 4096 are allowed");
  EXPECT_EQ(error_of(ErrorKind::kDamaged, [&] { decode_object_header(" " + largest); }),
            "object header: it has 4097 bytes, but only 4096 are allowed");
}

TEST(ObjectHeaderTest, NeedsItsNames) {
  for (std::string ObjectHeader::*const field : {&ObjectHeader::name, &ObjectHeader::client}) {
    ObjectHeader header = header_of_line();
    (header.*field).clear();
    EXPECT_EQ(error_of(ErrorKind::kInvalid, [&] { encode_object_header(header); }),
              "object header needs the names of a file and of a client");
  }
}

}  // namespace
}  // namespace walstow
