#include "proto/base/process_start.h"

#include <fmt/format.h>
#include <iterator>
#include <sstream>
#include <unistd.h>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/proc_file.h"

namespace walstow {
namespace {

// Counted from the state, which is field 3: the name before it may contain spaces and parentheses.
constexpr std::size_t kState = 0;
constexpr std::size_t kThreads = 17;
constexpr std::size_t kStart = 19;

[[noreturn]] void throw_no_stat() {
  throw Error(ErrorKind::kStorage,
              "could not read the start time of a process: its format in /proc is unknown");
}

}  // namespace

std::optional<std::string> parse_process_start(std::string_view stat) {
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos) throw_no_stat();
  std::istringstream rest(std::string(stat.substr(name_end + 2)));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kStart) throw_no_stat();
  const bool first_thread_ended = fields[kState] == "Z" || fields[kState] == "X";
  const bool others_live = fields[kThreads] != "0" && fields[kThreads] != "1";
  if (first_thread_ended && !others_live) return std::nullopt;
  return fields[kStart];
}

std::optional<std::string> process_start(std::uint64_t process) {
  const auto stat = read_proc_file(fmt::format("/proc/{}/stat", process));
  return stat ? parse_process_start(*stat) : std::nullopt;
}

bool proc_shows_own_numbers() {
  boost::system::error_code error;
  return fs::read_symlink("/proc/self", error) == std::to_string(::getpid()) && !error;
}

}  // namespace walstow
