// Log lines for people, in PostgreSQL's message style, on standard error:
//
//   walstow-archive: error: could not read file "pg_wal/0000...": Input/output error
//   walstow-archive: hint: Check the disk.
//
// Each event has one line. Text from outside is escaped (unprintable bytes as \xNN), so that it
// cannot forge a line. Callers never pass in secrets. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/error.h"
#include "proto/base/suggestion.h"

namespace walstow {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// `program` starts each line. Lines below `lowest` are dropped. main() calls start_log() before it
// starts other threads; a later call changes both. Before the first call, all lines are dropped.
void start_log(std::string program, LogLevel lowest);

// From now on the log passes each hint through completed() (proto/base/suggestion.h). main() calls
// it before it starts other threads.
void complete_hints(Reach reach);

// `hint` (may be empty) adds a second line.
void log_line(LogLevel level, std::string_view message, std::string_view hint = {});
void log_error(const Error& error);

// Returns `text` as UTF-8, with the bytes of unprintable characters (utf8.h) as \xNN. Cuts it to
// `limit` bytes and appends "...".
std::string escaped(std::string_view text, std::size_t limit = 1024);

}  // namespace walstow
