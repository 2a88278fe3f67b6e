#include "store/report_text.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

const Time kNow = *parse_iso8601("2026-11-22T19:40:00Z");

TEST(ReportTextTest, CertificatesThatEndedOrEndSoonAreMarked) {
  struct {
    Time until;
    const char* line;
  } const cases[] = {
      {kNow - std::chrono::seconds(1), "  certificate until 2026-11-22T19:39:59Z  ENDED\n"},
      {kNow + std::chrono::hours(1), "  certificate until 2026-11-22T20:40:00Z  ENDS SOON\n"},
      {kNow + std::chrono::days(29), "  certificate until 2026-12-21T19:40:00Z  ENDS SOON\n"},
      {kNow + std::chrono::days(30), "  certificate until 2026-12-22T19:40:00Z\n"},
  };
  for (const auto& test : cases) {
    const std::string text =
        registry_text({{.client = "primary1", .certificate_until = test.until}}, kNow);
    EXPECT_EQ(text, std::string("primary1\n") + test.line);
  }
}

TEST(ReportTextTest, ClientsAreListedWithTheirRights) {
  const ClientReport admin{.client = "admin",
                           .grants = {{kEveryCluster.data(), {Right::kAdmin}},
                                      {"main", {Right::kArchive, Right::kRestore}}}};
  EXPECT_EQ(registry_text({admin}, kNow),
            "admin\n"
            "  every cluster                   admin\n"
            "  main                            archive, restore\n");
  EXPECT_EQ(registry_text({}, kNow), "no clients\n");
}

}  // namespace
}  // namespace walstow
