// Possible recoveries as text for people and as JSON for programs. The texts are aligned, and end
// with a newline. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

#include "store/admin/recovery_logs.h"
#include "store/recovery/recovery_rule.h"

namespace walstow {

// A target of `walstow when`, and the recoveries that reach it.
struct TargetAnswer {
  RecoveryTarget target;
  RecoveryAnswer answer;
};

// The windows of one log. `windows` come from recovery_windows().
std::string windows_text(const RecoveryLog& log, const std::vector<RecoveryWindow>& windows);
boost::json::object windows_object(const RecoveryLog& log,
                                   const std::vector<RecoveryWindow>& windows);

// `restore_command`: the setting of a server that recovers.
std::string answer_text(const RecoveryLog& log, const TargetAnswer& answer,
                        const std::string& cluster, const std::string& restore_command);
boost::json::object answer_object(const RecoveryLog& log, const TargetAnswer& answer,
                                  const std::string& restore_command);

}  // namespace walstow
