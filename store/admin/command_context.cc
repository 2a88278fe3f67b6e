#include "store/admin/command_context.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <utility>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/client/reach.h"
#include "proto/program/exit_code.h"
#include "proto/wire/command.h"

namespace walstow {
namespace {

// A person waits for the answer; a store that is down will not return within that time.
constexpr Duration kPatience{5000};
// A daemon may be restarted during hours of verification. The first reading of a large archive on
// slow disks also takes long.
constexpr Duration kLongPatience{60000};

}  // namespace

std::string CommandContext::cluster() const {
  const std::string given = command.positional("CLUSTER");
  return given.empty() ? settings.required("cluster") : given;
}

std::string CommandContext::valid_cluster() const {
  std::string name = cluster();
  if (valid_cluster_name(name)) return name;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not the name of a cluster", escaped(name)),
              "A name has 1 to 63 letters, digits, \"-\" and \"_\", and starts with a letter or "
              "digit.");
}

Reach CommandContext::reach() const {
  Reach reach = reach_of(settings);
  const std::string given = command.positional("CLUSTER");
  if (!given.empty()) reach.cluster = given;
  return reach;
}

std::vector<std::string> CommandContext::options(std::string_view name) const {
  const auto found = command.options.find(name);
  return found == command.options.end() ? std::vector<std::string>() : found->second;
}

std::optional<Duration> CommandContext::duration(std::string_view name) const {
  const std::string text = command.option(name);
  if (text.empty()) return std::nullopt;
  if (const auto time = parse_duration(text)) return time;
  throw Error(ErrorKind::kUsage, fmt::format("invalid value \"{}\" for --{}", escaped(text), name),
              "Give a time like 90s, 10min or 2h.");
}

std::optional<std::uint32_t> CommandContext::jobs() const {
  const std::string text = command.option("jobs");
  if (text.empty()) return std::nullopt;
  const auto jobs = parse_decimal(text);
  if (jobs && *jobs > 0 && *jobs <= kMostJobs) return static_cast<std::uint32_t>(*jobs);
  throw Error(ErrorKind::kUsage, fmt::format("invalid value \"{}\" for --jobs", escaped(text)),
              fmt::format("Give a number from 1 to {}.", kMostJobs));
}

Patience patience() {
  return {.give_up = Deadline::after(kPatience), .on_failure = {}};
}

// The client copies the function, and the copies must know what the others have reported.
std::function<void(const Error&, Duration)> report_first_failure(Deadline give_up) {
  return [give_up, told = std::make_shared<bool>(false)](const Error& error, Duration) {
    if (std::exchange(*told, true)) return;
    const auto left = std::chrono::ceil<std::chrono::seconds>(give_up.remaining());
    log_line(LogLevel::kWarning,
             fmt::format("{}; trying again for {} s", error.what(), left.count()), error.hint());
  };
}

Patience long_patience() {
  const Deadline give_up = Deadline::after(kLongPatience);
  return {.give_up = give_up, .on_failure = report_first_failure(give_up)};
}

namespace {

// The reader has what it wanted ("| head -1"): end silently, as every other tool does.
[[noreturn]] void end_by_broken_pipe() {
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
  std::_Exit(exit_code::kFailed);
}

}  // namespace

void print(const std::string& text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) != EOF) return;
  if (errno == EPIPE) end_by_broken_pipe();
  throw_system_error("could not write the answer", errno);
}

void print(const std::string& text, const Reach& reach) {
  print(completed(text, reach));
}

}  // namespace walstow
