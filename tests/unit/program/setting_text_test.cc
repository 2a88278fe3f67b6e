#include "proto/program/setting_text.h"

#include <gtest/gtest.h>

#include <array>

namespace walstow {
namespace {

constexpr Setting kWait{.name = "standby_wait",
                        .type = ValueType::kDuration,
                        .default_value = "3s",
                        .placeholder = "DURATION",
                        .help = "how long a standby waits",
                        .group = SettingGroup::kTimeouts,
                        .program = "walstow-restore"};
constexpr Setting kAuthority{.name = "tls.ca",
                             .type = ValueType::kFile,
                             .placeholder = "FILE",
                             .help = "certificates that are trusted",
                             .group = SettingGroup::kTls,
                             .found_default = "the system's"};
constexpr Setting kCluster{
    .name = "cluster", .placeholder = "NAME", .help = "the cluster's name in the archive"};
constexpr Setting kWorkers{.name = "workers",
                           .type = ValueType::kCount,
                           .default_value = "4",
                           .placeholder = "NUMBER",
                           .help = "threads",
                           .details = "Each takes memory.",
                           .bounds = {.lowest = 1, .highest = 8},
                           .needs_restart = true};
constexpr Setting kFiles{.name = "files", .type = ValueType::kCount, .help = "files"};
constexpr Setting kSize{.name = "size", .type = ValueType::kSize, .help = "bytes"};
constexpr Setting kOutput{.name = "output",
                          .type = ValueType::kChoice,
                          .default_value = "text",
                          .placeholder = "FORMAT",
                          .help = "format of the answers",
                          .choices = "text|json|yaml",
                          .in_file = false};

constexpr std::array kDescribed{kWait, kAuthority, kCluster, kWorkers, kOutput};

std::vector<std::string_view> names_of(const std::vector<Setting>& settings) {
  std::vector<std::string_view> names;
  for (const Setting& setting : settings)
    names.push_back(setting.name);
  return names;
}

TEST(SettingTextTest, AProgramHasItsOwnSettingsInTheOrderOfTheirGroups) {
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(names_of(settings_of(kDescribed, "walstow-restore")),
            (Names{"cluster", "workers", "output", "tls.ca", "standby_wait"}));
  EXPECT_EQ(names_of(settings_of(kDescribed, "walstow-archive")),
            (Names{"cluster", "workers", "output", "tls.ca"}));
}

TEST(SettingTextTest, TheFormOfAValueNamesItsUnitOrBounds) {
  EXPECT_EQ(value_form(kWait), "duration");
  EXPECT_EQ(value_form(kAuthority), "file");
  EXPECT_EQ(value_form(kCluster), "NAME");
  EXPECT_EQ(value_form(kWorkers), "whole number, 1 to 8");
  EXPECT_EQ(value_form(kFiles), "whole number");
  EXPECT_EQ(value_form(kSize), "size");
  EXPECT_EQ(value_form(kOutput), "text, json or yaml");
}

TEST(SettingTextTest, HelpHasWhatIsAllowedAndTheDefault) {
  EXPECT_EQ(help_of(kWait), "how long a standby waits (default: 3s)");
  EXPECT_EQ(help_of(kAuthority), "certificates that are trusted (default: the system's)");
  EXPECT_EQ(help_of(kCluster), "the cluster's name in the archive");
  EXPECT_EQ(help_of(kWorkers), "threads (1 to 8; default: 4)");
  EXPECT_EQ(help_of(kOutput),
            "format of the answers (text, json or yaml; default: text; not in a file)");
}

TEST(SettingTextTest, ADescriptionIsInSentences) {
  EXPECT_EQ(description_of(kCluster), "The cluster's name in the archive.");
  EXPECT_EQ(description_of(kWorkers),
            "Threads. Each takes memory. A change takes effect at the next start.");
  EXPECT_EQ(
      description_of(kOutput),
      "Format of the answers. Set it with an option or an environment variable, not in a file.");
}

TEST(SettingTextTest, TheSampleHasEverySettingOfAFileUnderItsSection) {
  EXPECT_EQ(sample_settings(kDescribed, "walstow"),
            R"(# Settings of walstow. Each line shows a default: remove its # to change it.
# Options on the command line and WALSTOW_... in the environment override this file.

# walstow-restore: how long a standby waits
#standby_wait = "3s"

# the cluster's name in the archive (NAME; no default)
#cluster = ""

# threads (1 to 8)
#workers = 4

[tls]

# certificates that are trusted (FILE; default: the system's)
#ca = ""
)");
}

}  // namespace
}  // namespace walstow
