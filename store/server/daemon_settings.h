// The settings of walstowd, declared once.
#pragma once

#include <span>

#include "proto/program/settings.h"
#include "store/server/daemon.h"
#include "store/server/stdio_server.h"

namespace walstow {

std::span<const Setting> walstowd_settings();

// What the file says, for `walstow` on the store's host: "" is walstowd's usual one, which may be
// absent. No variables: those are for the program that is called.
Settings read_walstowd_settings(const std::string& file);

// Throw Error{kUsage} for what is missing or out of its bounds.
StdioServer stdio_server_options(const Settings& settings);
DaemonOptions daemon_options(const Settings& settings);

// One log line for each setting that a reload changed, with whether it counts already.
void log_changes(const Settings& before, const Settings& after);

}  // namespace walstow
