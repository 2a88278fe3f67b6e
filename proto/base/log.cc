// Each program creates its own log in main(); nothing is written before that.
#define SPDLOG_DISABLE_DEFAULT_LOGGER

#include "proto/base/log.h"

#include <fmt/format.h>
#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "proto/base/utf8.h"

namespace walstow {
namespace {

// Long enough for any message with two paths in it.
constexpr std::size_t kLongestText = 8192;

// As main() set it, before it started other threads.
Reach& reach_of_reader() {
  static Reach reach;
  return reach;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

void start_log(std::string program, LogLevel lowest) {
  auto logger = std::make_shared<spdlog::logger>(std::move(program),
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%n: %l: %v");
  logger->set_level(to_spdlog(lowest));
  spdlog::set_default_logger(std::move(logger));
}

void complete_hints(Reach reach) {
  reach_of_reader() = std::move(reach);
}

void log_line(LogLevel level, std::string_view message, std::string_view hint) {
  spdlog::logger* const logger = spdlog::default_logger_raw();
  if (logger == nullptr) return;
  std::string text = escaped(message, kLongestText);
  // One event, so that lines of other threads and processes cannot get in between.
  if (!hint.empty()) {
    const std::string shown = completed(hint, reach_of_reader());
    text += fmt::format("\n{}: hint: {}", logger->name(), escaped(shown, kLongestText));
  }
  logger->log(to_spdlog(level), text);
}

void log_error(const Error& error) {
  log_line(LogLevel::kError, error.what(), error.hint());
}

std::string escaped(std::string_view text, std::size_t limit) {
  std::string result;
  result.reserve(std::min(text.size(), limit));
  while (!text.empty()) {
    const auto [size, printable] = first_character(text);
    std::string piece;
    for (const char byte : text.substr(0, size)) {
      piece += printable ? std::string(1, byte)
                         : fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    if (result.size() + piece.size() > limit) return fmt::format("{}...", result);
    result += piece;
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace walstow
