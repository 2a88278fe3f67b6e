// Which process a number means: numbers are used again, but never with the same start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

// When the process began: in clock ticks since the machine was started, as the kernel writes it, so
// it is comparable until the next boot (boot_id.h). nullopt: /proc shows no such process, or it has
// ended and its parent has not heard yet. Throws Error{kStorage} when that cannot be told.
std::optional<std::string> process_start(std::uint64_t process);

// The same, of the content of /proc/PROCESS/stat (proc(5)); throws for anything else. One whose
// first thread has ended, while another is still in a call of the kernel, has not ended.
std::optional<std::string> parse_process_start(std::string_view stat);

// Whether /proc shows processes by the numbers by which this process knows them. In a PID namespace
// that has mounted no /proc of its own, it shows others.
bool proc_shows_own_numbers();

}  // namespace walstow
