#include "store/report/timeline_text.h"

#include <fmt/format.h>

#include "proto/base/suggestion.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

// "primary1"; if both clients have that name, "primary1 (instance c0ffee01...)".
std::string whose(const std::string& client, const std::string& instance,
                  const std::string& other_client) {
  if (client != other_client || instance.empty()) return foreign_text(client);
  return fmt::format("{} (instance {})", foreign_text(client), instance);
}

}  // namespace

std::string forked_text(const ForkedTimeline& fork) {
  const std::string origin =
      fork.left_at.empty()
          ? fmt::format("timeline {} does not descend from timeline {}", fork.highest, fork.in_use)
          : fmt::format("timeline {} branched off timeline {} at {}", fork.highest, fork.in_use,
                        fork.left_at);
  return fmt::format(
      "{0}. Timeline {2} has continued since, and has the newest segment. Servers follow the "
      "highest timeline: a standby or a recovery from a newer backup of timeline {2} ends with "
      "\"requested timeline {1} is not a child of this server's history\". Was timeline {1} only a "
      "trial? Then set recovery_target_timeline = '{2}' for each of them, until a promotion "
      "creates a higher timeline",
      origin, fork.highest, fork.in_use);
}

std::string branch_text(const BranchReport& branch, const std::string& cluster) {
  return fmt::format(
      "timeline {} of {} branched off timeline {} at {} on {}; since then {} has put {}{} of "
      "timeline {} after that point, the newest {}. Standbys follow timeline {}. Was it opened by "
      "mistake, by a copy or a trial? Then stop that server, and withdraw its history: {}",
      branch.timeline, whose(branch.client, branch.instance, branch.other_client), branch.parent,
      branch.left_at, to_iso8601(branch.put),
      whose(branch.other_client, branch.other_instance, branch.client),
      branch.more ? "more than " : "", counted(branch.segments, "segment"), branch.parent,
      branch.newest, branch.timeline,
      suggestion({"withdraw", cluster,
                  fmt::format("{}.history", to_hex8(Timeline{branch.timeline})), "--reason",
                  "TEXT"}));
}

}  // namespace walstow
