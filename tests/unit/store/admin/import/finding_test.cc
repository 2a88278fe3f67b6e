#include "store/admin/import/finding.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

using Kind = Finding::Kind;

TEST(Findings, AreCountedAndShownByKind) {
  Findings findings(2);
  for (const char* path : {"a", "b", "c"})
    findings.add({Kind::kDamaged, path, "it is empty"});
  findings.add({Kind::kNotWal, "README", ""});
  findings.add({Kind::kSuperseded, "x.partial", "\"x\" is there whole"});
  EXPECT_EQ(findings.count(Kind::kDamaged), 3U);
  EXPECT_EQ(findings.count(Kind::kRefused), 0U);
  EXPECT_EQ(findings.losses(), 3U);
  EXPECT_EQ(findings.text(),
            "left out, not WAL files: 1 (README)\n"
            "left out, damaged or incomplete: 3\n"
            "  a: it is empty\n"
            "  b: it is empty\n"
            "  and 1 more\n"
            "left out, another file contains all of their log: 1\n"
            "  x.partial: \"x\" is there whole\n");
}

TEST(Findings, NameTheFirstForeignFilesOnly) {
  Findings findings(20);
  for (const char* path : {"a", "b", "c", "d", "e\n", "f", "g"})
    findings.add({Kind::kNotWal, path, ""});
  EXPECT_EQ(findings.losses(), 0U);
  EXPECT_EQ(findings.text(), "left out, not WAL files: 7 (a, b, c, d, e\\x0a, ...)\n");
}

TEST(Findings, AreLinesOfJson) {
  EXPECT_EQ(to_json(Finding{Kind::kContents, "a\xFF", "two"}),
            "{\"kind\":\"two-contents\",\"path\":\"a\\\\xff\",\"problem\":\"two\"}\n");
}

}  // namespace
}  // namespace walstow
