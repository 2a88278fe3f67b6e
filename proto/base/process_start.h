// Identifies a process by its number and its start. Numbers are reused, but never with the same
// start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

// Returns when the process began, in clock ticks since the machine's boot, as the kernel writes it.
// It is comparable until the next boot (boot_id.h). nullopt: /proc shows no such process, or it has
// ended and its parent has not waited for it yet. Throws Error{kStorage} when that is unknown.
std::optional<std::string> process_start(std::uint64_t process);

// The same, from the content of /proc/PROCESS/stat (proc(5)); throws for anything else. A process
// whose first thread has ended, while another thread is still in a system call, has not ended.
std::optional<std::string> parse_process_start(std::string_view stat);

// Returns whether /proc shows processes under the numbers by which this process knows them. In a
// PID namespace without a /proc mount of its own, /proc shows other numbers.
bool proc_shows_own_numbers();

}  // namespace walstow
