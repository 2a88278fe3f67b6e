// The output of a plugin for Nagios, Icinga and similar programs. Source: the Monitoring Plugins
// Development Guidelines, "Plugin Output for Nagios" and "Performance data". Pure.
#pragma once

#include <string>

#include "store/admin/check/check_result.h"

namespace walstow {

// Returns one line with the findings, the worst first, and the measurements. If nothing is wrong,
// the line contains all findings.
std::string nagios_text(const std::string& cluster, const CheckResult& result);

// Returns 0 for ok, 1 for warning, 2 for critical, 3 for unknown.
int nagios_code(Severity severity);

}  // namespace walstow
