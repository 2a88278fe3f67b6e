#include "proto/program/settings.h"

#include <gtest/gtest.h>

#include <array>

#include "proto/base/error.h"

namespace walstow {
namespace {

using namespace std::chrono_literals;

constexpr std::array kExample = {
    Setting{"cluster", ValueType::kText, "", "NAME", "the cluster's name in the archive"},
    Setting{"standby_wait", ValueType::kDuration, "3s", "DURATION", "how long a standby waits"},
    Setting{"window", ValueType::kSize, "64MB", "SIZE", "how much is fetched ahead"},
    Setting{"workers", ValueType::kCount, "4", "NUMBER", "how many files go at once"},
    Setting{"tls.ca", ValueType::kText, "", "FILE", "certificates that are trusted"},
    Setting{"compress", ValueType::kChoice, "store", "SIDE", "who compresses", "store|client"},
    Setting{"tls.cert", ValueType::kText, "", "FILE", "this side's certificate"},
};

template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::kFatal, "no error");
}

TEST(SettingsTest, DurationsHaveAUnit) {
  EXPECT_EQ(parse_duration("0ms"), 0ms);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("3s"), 3s);
  EXPECT_EQ(parse_duration("5min"), 5min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("30d"), 30 * 24h);
  EXPECT_EQ(parse_duration("36500d"), 36500 * 24h);
  for (const char* const text : {"",
                                 "0",
                                 "5",
                                 "s",
                                 "ms",
                                 "-1s",
                                 "+1s",
                                 " 1s",
                                 "1s ",
                                 "1 s",
                                 "1.5s",
                                 "05s",
                                 "1S",
                                 "1m",
                                 "1us",
                                 "1h30min",
                                 "1sec",
                                 "36501d",
                                 "18446744073709551615d",
                                 "18446744073709551616ms",
                                 "1e3s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(SettingsTest, TheLongestDurationMakesADeadlineThatHasNotPassed) {
  EXPECT_FALSE(Deadline::after(parse_duration("36500d").value()).passed());
}

TEST(SettingsTest, SizesAreBytesOrHaveAUnit) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("123"), 123U);
  EXPECT_EQ(parse_size("64kB"), 65536U);
  EXPECT_EQ(parse_size("16MB"), 16U << 20);
  EXPECT_EQ(parse_size("1GB"), 1U << 30);
  EXPECT_EQ(parse_size("16777215TB"), 16777215ULL << 40);
  for (const char* const text : {"", "kB", "B", "1B", "1KB", "1kb", "1mb", "1 MB", "-1", "-1MB",
                                 "1.5MB", "01MB", "1MiB", "16777216TB", "18446744073709551616"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(SettingsTest, NamesAreSpeltForEnvironmentAndCommandLine) {
  EXPECT_EQ(environment_name("cluster"), "WALSTOW_CLUSTER");
  EXPECT_EQ(environment_name("standby_wait"), "WALSTOW_STANDBY_WAIT");
  EXPECT_EQ(environment_name("tls.ca"), "WALSTOW_TLS_CA");
  EXPECT_EQ(option_name("cluster"), "--cluster");
  EXPECT_EQ(option_name("standby_wait"), "--standby-wait");
  EXPECT_EQ(option_name("tls.ca"), "--tls-ca");
}

TEST(SettingsTest, DefaultsHoldUntilSomethingIsSet) {
  Settings settings(kExample);
  EXPECT_EQ(settings.duration("standby_wait"), 3s);
  EXPECT_EQ(settings.size("window"), 64U << 20);
  EXPECT_EQ(settings.count("workers"), 4U);
  EXPECT_EQ(settings.text("compress"), "store");
  EXPECT_EQ(settings.text("cluster"), "");
  EXPECT_EQ(settings.origin("workers"), "default");
  EXPECT_TRUE(settings.has("workers"));
  EXPECT_FALSE(settings.has("cluster"));
}

TEST(SettingsTest, LaterValuesWin) {
  Settings settings(kExample);
  settings.set("workers", "2", "\"walstow.toml\", line 1");
  settings.set("workers", "8", "--workers");
  EXPECT_EQ(settings.count("workers"), 8U);
  EXPECT_EQ(settings.origin("workers"), "--workers");
  settings.set("cluster", "main", "--cluster");
  EXPECT_EQ(settings.required("cluster"), "main");
  settings.set("cluster", "", "--cluster");
  EXPECT_FALSE(settings.has("cluster"));
}

TEST(SettingsTest, ABadValueIsRefusedWithItsOriginAndWhatWasExpected) {
  struct Case {
    const char* name;
    const char* value;
    const char* message;
  };
  for (const Case& tested : {
           Case{"standby_wait", "x",
                "invalid value \"x\" for setting \"standby_wait\" (ORIGIN): expected a duration "
                "like 500ms, 3s, 5min, 24h or 30d"},
           Case{"window", "1", "no error"},
           Case{"window", "-1",
                "invalid value \"-1\" for setting \"window\" (ORIGIN): expected a size like 64kB, "
                "16MB or 1GB"},
           Case{"workers", "",
                "invalid value \"\" for setting \"workers\" (ORIGIN): expected a whole number"},
           Case{"compress", "stor",
                "invalid value \"stor\" for setting \"compress\" (ORIGIN): expected one of store, "
                "client"},
           Case{"compress", "store|client",
                "invalid value \"store|client\" for setting \"compress\" (ORIGIN): expected one of "
                "store, client"},
       }) {
    Settings settings(kExample);
    EXPECT_STREQ(error_of([&] { settings.set(tested.name, tested.value, "ORIGIN"); }).what(),
                 tested.message);
  }
}

TEST(SettingsTest, AnUnknownNameIsRefusedWithTheNearestKnownOne) {
  Settings settings(kExample);
  const auto hint_for = [&](std::string_view name) {
    const Error error = error_of([&] { settings.set(name, "x", "ORIGIN"); });
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_EQ(error.what(), "unknown setting \"" + std::string(name) + "\" (ORIGIN)");
    return error.hint();
  };
  EXPECT_EQ(hint_for("clster"), "Did you mean \"cluster\"?");
  EXPECT_EQ(hint_for("standby-wait"), "Did you mean \"standby_wait\"?");
  EXPECT_EQ(hint_for("tls.crt"), "Did you mean \"tls.cert\"?");
  EXPECT_EQ(hint_for("tls_ca"), "Did you mean \"tls.ca\"?");
  EXPECT_EQ(hint_for("nonsense"), "--help lists the settings.");
  EXPECT_EQ(hint_for(""), "--help lists the settings.");
}

TEST(SettingsTest, AMissingSettingIsRefusedWithTheWaysToSetIt) {
  const Settings settings(kExample);
  const Error error = error_of([&] { settings.required("tls.ca"); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_STREQ(error.what(), "setting \"tls.ca\" is missing");
  EXPECT_EQ(error.hint(),
            "Give the option --tls-ca, set WALSTOW_TLS_CA in the environment, or set \"tls.ca\" in "
            "the settings file.");
}

TEST(SettingsTest, ANameThatIsNotInTheTableCannotBeAskedFor) {
  const Settings settings(kExample);
  EXPECT_STREQ(error_of([&] { settings.text("absent"); }).what(), "unknown setting \"absent\"");
}

TEST(SettingsTest, ACountOutOfItsBoundsIsRefusedWithThem) {
  constexpr std::array kBounded{Setting{.name = "workers",
                                        .type = ValueType::kCount,
                                        .default_value = "4",
                                        .bounds = {.lowest = 2, .highest = 8}}};
  Settings settings(kBounded);
  for (const char* const value : {"2", "8"}) {
    settings.set("workers", value, "--workers");
    EXPECT_EQ(settings.count("workers"), parse_size(value));
  }
  for (const char* const value : {"1", "9"}) {
    settings.set("workers", value, "--workers");
    EXPECT_EQ(error_of([&] { settings.count("workers"); }).what(),
              "setting \"workers\" (--workers) is " + std::string(value) + ", but must be 2 to 8");
  }
}

}  // namespace
}  // namespace walstow
