#include "proto/client/command_settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "proto/client/client_settings.h"

namespace walstow {
namespace {

TEST(CommandSettingsTest, HoldsTheClientsSettingsAndNoNameTwice) {
  std::set<std::string_view> names;
  for (const Setting& setting : command_settings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
  }
  for (const Setting& setting : client_settings()) {
    EXPECT_TRUE(names.contains(setting.name)) << setting.name;
  }
}

TEST(CommandSettingsTest, DefaultsAreValid) {
  const std::vector<Setting> table = command_settings();
  Settings settings(table);
  for (const Setting& setting : table) {
    if (setting.default_value.empty()) continue;
    EXPECT_NO_THROW(settings.set(setting.name, std::string(setting.default_value), "test"))
        << setting.name;
  }
  EXPECT_EQ(settings.duration("standby_wait"), Duration(3000));
}

}  // namespace
}  // namespace walstow
