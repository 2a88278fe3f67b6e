#include "proto/http/http.h"

#include <gtest/gtest.h>

#include "proto/http/target.h"

namespace walstow {
namespace {

TEST(FieldsTest, NamesCompareWithoutCase) {
  Fields fields;
  fields.set("Walstow-Size", "1");
  ASSERT_NE(fields.find("walstow-SIZE"), nullptr);
  EXPECT_EQ(*fields.find("walstow-SIZE"), "1");
  EXPECT_EQ(fields.find("Walstow-Siz"), nullptr);
  EXPECT_EQ(fields.find("Walstow-Size2"), nullptr);
}

TEST(FieldsTest, SetReplaces) {
  Fields fields;
  fields.set("A", "1");
  fields.set("B", "2");
  fields.set("a", "3");
  ASSERT_EQ(fields.all().size(), 2U);
  EXPECT_EQ(fields.all()[0].second, "3");
}

TEST(FieldsTest, AddMakesAListOfASecondOne) {
  Fields fields;
  fields.add("Accept-Encoding", "gzip");
  fields.add("accept-encoding", "zstd");
  EXPECT_EQ(*fields.find("Accept-Encoding"), "gzip, zstd");
}

TEST(EqualIgnoringCaseTest, FoldsAsciiLettersOnly) {
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_TRUE(equal_ignoring_case("ZSTD", "zstd"));
  EXPECT_FALSE(equal_ignoring_case("zstd", "zst"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("\xc4", "\xe4"));
}

TEST(PercentTest, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a/b?c&d=e f%"), "a%2Fb%3Fc%26d%3De%20f%25");
  EXPECT_EQ(percent_encoded(std::string_view("\0\xff", 2)), "%00%FF");
}

TEST(PercentTest, DecodesWhatItEncoded) {
  std::string every;
  for (int c = 0; c < 256; ++c)
    every += static_cast<char>(c);
  EXPECT_EQ(percent_decoded(percent_encoded(every)), every);
  EXPECT_EQ(percent_decoded("%2f%2F"), "//");
  EXPECT_EQ(percent_decoded("a+b"), "a+b");
}

TEST(PercentTest, RefusesWhatIsNotEncoded) {
  for (const char* text : {"%", "%4", "%4G", "%-1", "% 1", "a b", "\x7f", "\xc3\xa4", "a\nb"}) {
    EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
  }
}

TEST(TargetTest, HasDecodedParts) {
  const auto target = parse_target("/v1/a%2Fb?x=1&y=%26&z=");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (std::vector<std::string>{"v1", "a/b"}));
  const std::vector<std::pair<std::string, std::string>> query = {
      {"x", "1"}, {"y", "&"}, {"z", ""}};
  EXPECT_EQ(target->query, query);
}

TEST(TargetTest, KeepsEmptyParts) {
  EXPECT_EQ(parse_target("/")->path, (std::vector<std::string>{""}));
  EXPECT_EQ(parse_target("/v1//a/")->path, (std::vector<std::string>{"v1", "", "a", ""}));
}

TEST(TargetTest, RefusesOtherForms) {
  for (const char* text : {"", "*", "v1", "http://store/v1/whoami", "/%", "/a?", "/a?x", "/a?x=1&",
                           "/a?x=%", "/a#b\x01", "/a b"}) {
    EXPECT_EQ(parse_target(text).has_value(), false) << text;
  }
}

TEST(MethodTest, HasItsName) {
  EXPECT_EQ(to_string(Method::kGet), "GET");
  EXPECT_EQ(to_string(Method::kHead), "HEAD");
  EXPECT_EQ(to_string(Method::kPut), "PUT");
  EXPECT_EQ(to_string(Method::kPost), "POST");
  EXPECT_EQ(to_string(Method::kDelete), "DELETE");
}

}  // namespace
}  // namespace walstow
