#include "store/admin/import/own_segments.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "proto/base/error.h"
#include "proto/client/file_check.h"
#include "proto/wal/timeline_history.h"
#include "store/admin/import/decompressed_file.h"

namespace walstow {
namespace {

using Kind = Finding::Kind;

// Several folders of one scan may have histories of one timeline, also those of two systems.
using Histories = std::multimap<Timeline, TimelineHistory>;

// nullopt: it is absent or invalid. Its own unit reports why.
std::optional<TimelineHistory> read_history(FileSystem& folder, const FoundFile& found) {
  try {
    std::unique_ptr<File> file = folder.open_file(found.path);
    if (file == nullptr) return std::nullopt;
    const OpenedContent opened = open_content(std::move(file));
    std::string text;
    read_through(*opened.content, kLargestHistoryFile,
                 [&text](ByteView bytes) { text += as_text(bytes); });
    return parse_timeline_history(found.file.timeline(), text).history;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal) throw;
    return std::nullopt;
  }
}

Histories read_histories(FileSystem& folder, std::span<const FoundFile> files) {
  Histories histories;
  for (const FoundFile& found : files) {
    if (found.file.kind() != FileKind::kHistory) continue;
    if (auto history = read_history(folder, found))
      histories.emplace(found.file.timeline(), *std::move(history));
  }
  return histories;
}

// Why no history allows that page: the last one's reason. "": one allows it. nullopt: there is
// none.
std::optional<std::string> problem_of_page(const FoundFile& found, const Histories& histories) {
  std::optional<std::string> problem;
  const auto [begin, end] = histories.equal_range(found.file.timeline());
  for (auto at = begin; at != end; ++at) {
    problem = impossible_first_page(at->second, found.file.number(*found.segment_size),
                                    *found.segment_size, *found.page_timeline);
    if (problem->empty()) break;
  }
  return problem;
}

// nullopt: it may have log of its own.
std::optional<Finding> find_renamed(const FoundFile& found, const Histories& histories) {
  if (found.file.kind() != FileKind::kSegment) return std::nullopt;
  if (found.is_of_pg_wal && found.has_empty_page) return Finding{Kind::kRecycled, found.path, {}};
  // Without a header, the file is damaged, which its own check reports.
  if (!found.segment_size || !found.file.fits(*found.segment_size)) return std::nullopt;
  if (found.is_misnamed) {
    return found.is_of_pg_wal ? std::optional(Finding{Kind::kRecycled, found.path, {}})
                              : std::nullopt;
  }
  if (*found.page_timeline == found.file.timeline()) return std::nullopt;
  const auto problem = problem_of_page(found, histories);
  if (!problem && found.is_of_pg_wal) {
    return Finding{Kind::kNoHistory, found.path,
                   fmt::format("its first page is from timeline {}, and \"{}\", which shows "
                               "whether the server has written it, is not there",
                               found.page_timeline->value,
                               WalFileName::history(found.file.timeline()).text())};
  }
  if (!problem || problem->empty()) return std::nullopt;
  return found.is_of_pg_wal ? Finding{Kind::kRecycled, found.path, {}}
                            : Finding{Kind::kMisnamed, found.path, *problem};
}

// A file whose first page does not show that it is the server's own proves nothing.
bool has_later(const FoundFile& found, std::span<const FoundFile> files) {
  return std::ranges::any_of(files, [&found](const FoundFile& other) {
    return other.file.kind() == FileKind::kSegment && other.system_identifier &&
           other.file.timeline() == found.file.timeline() &&
           other.file.text() > found.file.text() &&
           parent_folder(other.path) == parent_folder(found.path);
  });
}

bool has_status(FileSystem& folder, const FoundFile& found) {
  const std::string parent = parent_folder(found.path);
  const std::string before = parent == "." ? "" : fmt::format("{}/", parent);
  return std::ranges::any_of(std::array{"ready", "done"}, [&](const char* const suffix) {
    return folder.status(fmt::format("{}archive_status/{}.{}", before, found.file.text(), suffix))
        .has_value();
  });
}

}  // namespace

void leave_out_renamed(FileSystem& folder, ArchiveScan& scan) {
  const Histories histories = read_histories(folder, scan.files);
  std::vector<FoundFile> kept;
  for (FoundFile& found : scan.files) {
    if (auto finding = find_renamed(found, histories)) {
      scan.findings.push_back(*std::move(finding));
    } else {
      kept.push_back(std::move(found));
    }
  }
  scan.files = std::move(kept);
}

JudgedSegment judge(const SegmentFacts& facts) {
  using End = SegmentEnd::Kind;
  const SegmentEnd& end = facts.end;
  if (!end.broken && (end.kind == End::kFull || end.kind == End::kSwitched)) {
    const bool may_be_torn = end.kind == End::kFull && facts.is_open && !facts.has_later;
    return {may_be_torn && !facts.has_status ? NodeSegment::kPerhapsUnfinished
                                             : NodeSegment::kWhole};
  }
  const bool unknown = end.kind == End::kUnclear;
  if (facts.has_later && unknown && !facts.has_known_records) return {NodeSegment::kWhole};
  const auto at = end.broken ? end.broken : unknown ? std::nullopt : std::optional(end.offset);
  const bool is_finished = facts.has_later || (end.broken && facts.has_status);
  return {is_finished ? NodeSegment::kDamaged : NodeSegment::kInUse, at};
}

std::optional<Finding> find_unfinished(FileSystem& folder, const FoundFile& found,
                                       const SegmentEndFinder& segment,
                                       std::span<const FoundFile> files) {
  const JudgedSegment judged =
      judge({.end = segment.end(),
             .is_open = segment.edges().finish == SegmentEdges::Finish::kOpen,
             .has_known_records = !found.is_newer_release,
             .has_later = has_later(found, files),
             .has_status = has_status(folder, found)});
  std::string at = " in it";
  if (judged.at) {
    const Lsn start = start_of(found.file.number(*found.segment_size), *found.segment_size);
    at = fmt::format(" at {}", to_string(Lsn{start.value + *judged.at}));
  }
  switch (judged.result) {
    case NodeSegment::kInUse:
      return Finding{Kind::kInUse, found.path, fmt::format("its log ends{}", at)};
    case NodeSegment::kPerhapsUnfinished:
      return Finding{Kind::kPerhapsUnfinished, found.path,
                     "its last record continues in a segment that is not there, and archive_status "
                     "does not show that the server has finished it"};
    case NodeSegment::kDamaged:
      return Finding{Kind::kDamaged, found.path,
                     fmt::format("its log breaks off{}", judged.at ? at : "")};
    case NodeSegment::kWhole:
      break;
  }
  return std::nullopt;
}

}  // namespace walstow
