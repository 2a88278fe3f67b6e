#include "store/admin/file_range_options.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

std::optional<WalFileName> file_option(const CommandContext& call, std::string_view name) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  auto file = WalFileName::parse(text);
  if (file) return file;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not the name of a WAL file", escaped(text)),
              "Names look like 000000010000000A000000FF or 00000002.history.");
}

}  // namespace

std::optional<Timeline> timeline_option(const CommandContext& call) {
  const std::string text = call.command.option("timeline");
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text);
  if (!number || *number == 0 || *number > UINT32_MAX) {
    throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a timeline", text),
                "Give its number: 1, 2, ...");
  }
  return Timeline{static_cast<std::uint32_t>(*number)};
}

FileRange range_of(const CommandContext& call) {
  return {.timeline = timeline_option(call),
          .from = file_option(call, "from"),
          .to = file_option(call, "to")};
}

}  // namespace walstow
