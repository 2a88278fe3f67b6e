// The settings of walstowd, declared once.
#pragma once

#include <span>

#include "proto/program/settings.h"
#include "store/server/daemon.h"
#include "store/server/stdio_server.h"

namespace walstow {

std::span<const Setting> walstowd_settings();

// Reads only the settings file of walstowd, for `walstow` on the store's host. With "", it reads
// walstowd's usual file, which may be absent. Does not read environment variables: they are meant
// for the program that was called.
Settings read_walstowd_settings(const std::string& file);

// Both throw Error{kUsage} if a setting is missing or outside its bounds.
StdioServer stdio_server_options(const Settings& settings);
DaemonOptions daemon_options(const Settings& settings);

// Logs one line for each setting that a reload changed, and whether the change is in effect
// already.
void log_changes(const Settings& before, const Settings& after);

}  // namespace walstow
