// Identifies a process by its number and the time of its start. Numbers are reused, but never with
// the same start time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

// Returns when the process began, in clock ticks since the machine's boot, as the kernel writes it.
// The value is comparable until the next boot (boot_id.h). Returns nullopt if /proc shows no such
// process, or if the process has ended and its parent has not waited for it yet. Throws
// Error{kStorage} if /proc cannot be read.
std::optional<std::string> process_start(std::uint64_t process);

// Like process_start(), but reads `stat`, the content of /proc/PROCESS/stat (proc(5)). Throws if
// the content has another form. While one thread of a process is still in a system call, the
// process has not ended, even if its first thread has.
std::optional<std::string> parse_process_start(std::string_view stat);

// Returns whether /proc shows processes under the numbers by which this process knows them. In a
// PID namespace without a /proc mount of its own, /proc shows other numbers.
bool proc_shows_own_numbers();

}  // namespace walstow
