#include "proto/base/process_start.h"

#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace walstow {
namespace {

// Counted from the state on, which is field 3: the name before it may hold spaces and parentheses.
constexpr std::size_t kState = 0;
constexpr std::size_t kThreads = 17;
constexpr std::size_t kStart = 19;

}  // namespace

std::optional<std::string> parse_process_start(std::string_view stat) {
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream rest(std::string(stat.substr(name_end + 2)));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() <= kStart) return std::nullopt;
  const bool first_thread_ended = fields[kState] == "Z" || fields[kState] == "X";
  const bool others_live = fields[kThreads] != "0" && fields[kThreads] != "1";
  if (first_thread_ended && !others_live) return std::nullopt;
  return fields[kStart];
}

std::optional<std::string> process_start(std::uint64_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  return parse_process_start(stat);
}

}  // namespace walstow
