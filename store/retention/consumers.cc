#include "store/retention/consumers.h"

#include <fmt/format.h>

#include "proto/base/suggestion.h"

namespace walstow {

std::string describe(const PositionReport& position) {
  const std::string host = foreign_text(position.host);
  if (position.standby.empty()) {
    return fmt::format("standby {} of {} on {}", position.instance, position.client, host);
  }
  return fmt::format("standby \"{}\" of {} on {}", foreign_text(position.standby), position.client,
                     host);
}

std::vector<Consumer> consumers_of(const PositionReport& position, SegmentSize size) {
  if (position.retired) return {};
  std::vector<Consumer> consumers;
  const auto add = [&](const std::string& restartpoint, const std::string& lowest_handed,
                       const std::optional<Time>& seen) {
    Consumer consumer{.name = describe(position), .from = {}, .timeline = {}, .seen = seen};
    if (!position.others.empty()) consumer.name += " (one of those that share its id)";
    const auto name = WalFileName::parse(restartpoint.empty() ? lowest_handed : restartpoint);
    if (name && name->kind() == FileKind::kSegment && name->fits(size)) {
      consumer.from = name->number(size);
      consumer.timeline = name->timeline();
    }
    consumers.push_back(std::move(consumer));
  };
  add(position.restartpoint, position.lowest_handed, position.seen);
  for (const SharedPosition& other : position.others)
    add(other.restartpoint, other.lowest_handed, other.seen);
  return consumers;
}

std::string days_text(std::chrono::system_clock::duration duration) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(duration).count();
  return hours < 48 ? fmt::format("{} hours", hours) : fmt::format("{} days", hours / 24);
}

}  // namespace walstow
