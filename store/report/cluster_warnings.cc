#include "store/report/cluster_warnings.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "store/report/plain_words.h"
#include "store/report/timeline_text.h"

namespace walstow {
namespace {

std::string break_text(const BreakReport& found, const std::string& cluster) {
  const auto accept = [&cluster](const std::string& file) {
    return suggestion({"conflict", "accept", cluster, file, "DIGEST"});
  };
  if (found.before.empty()) {
    return fmt::format(
        " in {} at {}, as its server had it: a recovery would end there. Take a new base backup, "
        "or put the whole segment from the pg_wal of another server that has it, with "
        "\"walstow-archive DIR/pg_wal/{}\", where DIR is its data directory. The archive keeps "
        "that content for your decision: {} gives it the name",
        found.file, found.at, found.file, accept(found.file));
  }
  return fmt::format(
      " between {} and {} at {}: a recovery would end there. One of the segments around that "
      "place is damaged, or comes from another server. Take a new base backup, or put them from "
      "the pg_wal of another server that has them, with \"walstow-archive DIR/pg_wal/{}\" and so "
      "on, where DIR is its data directory. The archive keeps content that differs from the "
      "damaged segment for your decision: {} gives it the name",
      found.before, found.file, found.at, found.before, accept("FILE"));
}

void add_breaks(std::vector<Warning>& warnings, const EraReport& era, const std::string& cluster) {
  for (const BreakReport& found : era.breaks)
    warnings.push_back({.mark = "LOG BREAKS OFF", .text = break_text(found, cluster)});
  if (era.more_breaks) {
    warnings.push_back(
        {.mark = "",
         .text = fmt::format("these are only the newest {}; there are more: {} finds all",
                             era.breaks.size(), suggestion({"verify", cluster, "--deep"}))});
  }
}

std::uint64_t percent_of_quota(const ClusterReport& report) {
  return report.stored_bytes / std::max<std::uint64_t>(*report.quota / 100, 1);
}

}  // namespace

std::vector<Warning> era_warnings(const EraReport& era, const std::string& cluster) {
  std::vector<Warning> warnings;
  if (!era.newer_magic.empty()) {
    warnings.push_back(
        {.mark = "NEWER RELEASE",
         .text = fmt::format(" its newest segment comes from a PostgreSQL release newer than this "
                             "walstow (page magic {}): update walstow",
                             era.newer_magic)});
  }
  add_breaks(warnings, era, cluster);
  for (const std::string& name : era.missing_histories) {
    warnings.push_back(
        {.mark = "HISTORY MISSING",
         .text = fmt::format(" {}: without it no server follows its timeline; put it with "
                             "\"walstow-archive DIR/pg_wal/{}\", where DIR is the data directory "
                             "of a server that is, or was, on that timeline",
                             name, name)});
  }
  if (era.forked) {
    warnings.push_back({.mark = "FORKED", .text = fmt::format(" {}", forked_text(*era.forked))});
  }
  if (era.missing > 0) {
    warnings.push_back(
        {.mark = fmt::format("{} missing", counted(era.missing, "segment")),
         .text = fmt::format(": no recovery gets past them. {} names the segments. Archive them "
                             "again from a server that still has them, or take a new base backup",
                             suggestion({"list", cluster, "--holes"}))});
  }
  if (era.conflicts > 0) {
    warnings.push_back(
        {.mark = counted(era.conflicts, "version"),
         .text = fmt::format(" for your decision: {}", suggestion({"conflict", "list", cluster}))});
  }
  for (const BranchReport& branch : era.branches) {
    warnings.push_back(
        {.mark = "TWO SERVERS", .text = fmt::format(" {}", branch_text(branch, cluster))});
  }
  return warnings;
}

std::optional<Warning> withdrawal_warning(const WithdrawnReport& file, const std::string& cluster) {
  if (file.state == "withdrawn" || file.state == "purged") return std::nullopt;
  const bool returns = file.state == "returning";
  Words words{"withdraw", cluster, file.name, "--digest", file.digest};
  if (returns) {
    words.emplace_back("--undo");
  } else {
    words.insert(words.end(), {"--reason", "TEXT"});
  }
  return Warning{
      .mark = returns ? "HALF RETURNED" : "HALF WITHDRAWN",
      .text = fmt::format(" {}: {}; complete it with {}", file.name,
                          returns ? "its withdrawal is being undone" : "it still has its name",
                          suggestion(words))};
}

std::optional<Warning> clock_warning(const RetentionReport& retention) {
  if (retention.clock.empty()) return std::nullopt;
  return Warning{.mark = "CLOCK", .text = fmt::format(" {}", retention.clock)};
}

std::string quota_text(const ClusterReport& report) {
  return fmt::format("{} of {} stored, {} %", size_text(report.stored_bytes),
                     size_text(*report.quota), percent_of_quota(report));
}

std::optional<Warning> quota_warning(const ClusterReport& report, std::uint64_t percent) {
  if (!report.quota || percent_of_quota(report) < percent) return std::nullopt;
  return Warning{.mark = "QUOTA", .text = fmt::format(" {}", quota_text(report))};
}

std::optional<Warning> shared_warning(const PositionReport& position) {
  if (position.others.empty()) return std::nullopt;
  return Warning{
      .mark = "SHARED",
      .text = fmt::format(
          " {} data directories seem to report under this id: copies of one machine, or one that "
          "was set back to an earlier state. The store keeps what each of them needs",
          position.others.size() + 1)};
}

std::string shared_hint(const PositionReport& position, const std::string& cluster) {
  return fmt::format(
      "Remove pg_wal/pgsql_tmp_walstow/instance in the copy's data directory: the copy gets an id "
      "of its own with its next request. Then run {}: the original is listed again with its next "
      "request",
      suggestion({"standby", "forget", cluster, position.instance}));
}

Warning damaged_warning(const std::string& record) {
  return {.mark = "DAMAGED", .text = fmt::format(" {}", record)};
}

}  // namespace walstow
