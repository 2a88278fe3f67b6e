#include "proto/identity/grant.h"

#include <gtest/gtest.h>

#include <string>

namespace walstow {
namespace {

TEST(RightTest, HasATextThatIsReadBack) {
  for (const Right right : {Right::kArchive, Right::kRestore, Right::kAdmin, Right::kMonitor})
    EXPECT_EQ(parse_right(to_string(right)), right);
  for (const char* text : {"", "Admin", "admin ", "all", "*"})
    EXPECT_EQ(parse_right(text), std::nullopt) << text;
}

TEST(GrantsFieldTest, IsWrittenAndReadBack) {
  const Grants grants = {{.cluster = "main", .rights = {Right::kRestore, Right::kArchive}},
                         {.cluster = "*", .rights = {Right::kAdmin}}};
  EXPECT_EQ(to_grants_field(grants), "main=archive,restore;*=admin");
  EXPECT_EQ(parse_grants_field(to_grants_field(grants)), grants);
}

TEST(GrantsFieldTest, AnythingElseIsRefused) {
  const std::string fields[] = {
      "",
      "main",
      "main=",
      "=admin",
      "main=admin;",
      ";main=admin",
      "main=admin,",
      "main=,admin",
      "main=Admin",
      "main=admin, restore",
      "main=admin; other=admin",
      "main=admin=restore",
      "main=admin,admin",
      "main=admin;main=restore",
      "**=admin",
      "ma*=admin",
      "../main=admin",
      // A list of many, each of them valid.
      [] {
        std::string field;
        for (int i = 0; i < 1000; ++i)
          field += "cluster-" + std::to_string(i) + "=admin;";
        return field + "*=admin";
      }(),
  };
  for (const std::string& field : fields)
    EXPECT_EQ(parse_grants_field(field), std::nullopt) << field.substr(0, 100);
}

TEST(ClusterNameTest, IsAFoldersNameAndAUrlsPart) {
  const std::string longest(63, 'x');
  for (const std::string& name :
       {std::string("a"), std::string("9"), std::string("Main_2-x"), longest})
    EXPECT_TRUE(valid_cluster_name(name)) << name;
  for (const char* name : {"", "-a", "_a", ".", "..", "a.b", "a/b", "a b", "\xc3\xa4"})
    EXPECT_FALSE(valid_cluster_name(name)) << name;
  EXPECT_FALSE(valid_cluster_name(longest + "x"));
  EXPECT_FALSE(valid_cluster_name(std::string_view("a\0", 2)));
}

TEST(ClientNameTest, IsAFilesNameAndAUrlsPart) {
  const std::string longest(63, 'x');
  for (const std::string& name :
       {std::string("a"), std::string("9"), std::string("db-1.example_X"), longest})
    EXPECT_TRUE(valid_client_name(name)) << name;
  for (const char* name : {"", "-a", "_a", ".", "..", ".a", "a/b", "a b", "a=b", "*", "\xc3\xa4"})
    EXPECT_FALSE(valid_client_name(name)) << name;
  EXPECT_FALSE(valid_client_name(longest + "x"));
  EXPECT_FALSE(valid_client_name(std::string_view("a\0", 2)));
}

}  // namespace
}  // namespace walstow
