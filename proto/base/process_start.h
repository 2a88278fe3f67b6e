// Which process a number means: numbers are used again, but never with the same start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {

// When the process began: in clock ticks since the machine was started, as the kernel writes it, so
// it is comparable until the next boot (boot_id.h). nullopt: there is no such process in sight, or
// it has ended and its parent has not heard yet.
std::optional<std::string> process_start(std::uint64_t process);

// The same, of the content of /proc/PROCESS/stat (proc(5)); nullopt also for anything else. One
// whose first thread has ended, while another is still in a call of the kernel, has not ended.
std::optional<std::string> parse_process_start(std::string_view stat);

}  // namespace walstow
