#include "store/admin/report_text.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

const Time kReported = *parse_iso8601("2026-11-22T19:40:00Z");

TEST(ReportTextTest, CertificatesThatEndedOrEndSoonAreMarked) {
  struct {
    Time until;
    const char* line;
  } const cases[] = {
      {kReported - std::chrono::seconds(1), "  certificate until 2026-11-22T19:39:59Z  EXPIRED\n"},
      {kReported + std::chrono::hours(1),
       "  certificate until 2026-11-22T20:40:00Z  EXPIRES SOON\n"},
      {kReported + std::chrono::days(29),
       "  certificate until 2026-12-21T19:40:00Z  EXPIRES SOON\n"},
      {kReported + std::chrono::days(30), "  certificate until 2026-12-22T19:40:00Z\n"},
  };
  for (const auto& test : cases) {
    const std::string text =
        registry_text({{.client = "primary1", .certificate_until = test.until}}, kReported);
    EXPECT_EQ(text, std::string("primary1\n") + test.line);
  }
}

TEST(ReportTextTest, ClientsAreListedWithTheirRights) {
  const ClientReport admin{.client = "admin",
                           .grants = {{kEveryCluster.data(), {Right::kAdmin}},
                                      {"main", {Right::kArchive, Right::kRestore}}}};
  EXPECT_EQ(registry_text({admin}, kReported),
            "admin\n"
            "  every cluster                   admin\n"
            "  main                            archive, restore\n");
  EXPECT_EQ(registry_text({}, kReported), "no clients\n");
}

TEST(ReportTextTest, FilesFitATerminal) {
  const FileEntry piece{.era = "001-5-16777216",
                        .name = "000000010000000000000004.incomplete.0123456789ab",
                        .stored_size = 1023U << 20,
                        .put = kReported};
  EXPECT_EQ(file_text(piece).size(), 81U);  // with the line's end
  EXPECT_EQ(file_text(piece),
            "000000010000000000000004.incomplete.0123456789ab  1023.0 MB 2026-11-22T19:40:00Z\n");
}

TEST(ReportTextTest, ProblemsAreWrappedBetweenWords) {
  const std::string digest(64, 'a');
  EXPECT_EQ(problem_text({.kind = VerifyProblem::Kind::kDamaged,
                          .object = "001-5-16777216/wal/x",
                          .file = "000000010000000000000004",
                          .problem = "object's SHA-256 is " + digest + ", its trailer says so"}),
            "damaged     000000010000000000000004\n"
            "            object's SHA-256 is\n"
            "            " +
                digest +
                ",\n"
                "            its trailer says so\n");
  EXPECT_EQ(problem_text({.kind = VerifyProblem::Kind::kForeign,
                          .object = "001-5-16777216/wal/x",
                          .problem = "it is no object"}),
            "foreign     001-5-16777216/wal/x\n"
            "            it is no object\n");
}

}  // namespace
}  // namespace walstow
