// Lines for people, in PostgreSQL's message style, on standard error:
//
//   walstow-archive: error: could not read file "pg_wal/0000...": Input/output error
//   walstow-archive: hint: Check the disk.
//
// One line per event; text that came from outside is escaped (what is not printable as \xNN), so
// that it cannot forge a line. Nothing secret is ever passed in. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/error.h"
#include "proto/base/suggestion.h"

namespace walstow {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// `program` stands at the head of each line. Lines below `lowest` are dropped. For main(), before
// there are other threads; a later call changes both. Before the first, all lines are dropped.
void start_log(std::string program, LogLevel lowest);

// From now on each hint is completed() for its reader (proto/base/suggestion.h). For main(), too.
void complete_hints(Reach reach);

// `hint` (may be empty) makes a second line.
void log_line(LogLevel level, std::string_view message, std::string_view hint = {});
void log_error(const Error& error);

// `text` as UTF-8, with the bytes of what is not printable (utf8.h) as \xNN, cut to `limit` bytes
// ("..." appended).
std::string escaped(std::string_view text, std::size_t limit = 1024);

}  // namespace walstow
