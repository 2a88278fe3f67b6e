#include "store/admin/import/node_files.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "proto/base/error.h"
#include "proto/client/file_check.h"
#include "proto/wal/segment_end.h"
#include "store/admin/import/own_segments.h"

namespace walstow {
namespace {

using Kind = Finding::Kind;

// nullopt: it is a candidate.
std::optional<Finding> not_for_the_archive(const FoundFile& found, const ServerIdentity& server) {
  if (found.file.kind() == FileKind::kPartial)
    return Finding{Kind::kInUse, found.path, "it is the unfinished last segment of a timeline"};
  if (!found.system_identifier || found.system_identifier == server.system_identifier)
    return std::nullopt;
  return Finding{Kind::kOtherSystem, found.path,
                 fmt::format("its system identifier is {}, the server's is {}",
                             *found.system_identifier, *server.system_identifier)};
}

// The candidates; everything else becomes a finding.
void take(std::vector<FoundFile> found, const ServerIdentity& server, ArchiveScan& scan) {
  for (FoundFile& one : found) {
    if (auto finding = not_for_the_archive(one, server)) {
      scan.findings.push_back(*std::move(finding));
    } else {
      scan.files.push_back(std::move(one));
    }
  }
}

class NodeSelection {
 public:
  NodeSelection(FileSystem& wal_folder, const FoundFile& found, const ImportTarget& target,
                std::span<const FoundFile> files)
      : wal_folder_(wal_folder), found_(found), target_(target), files_(files) {}

  Selection run() {
    try {
      select();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal || error.kind() == ErrorKind::kUsage) throw;
      // A running server renames old segments, and then writes to them.
      if (opened_ && wal_folder_.status(found_.path) != opened_) return recycled();
      selection_.findings.push_back(finding_of(found_, error));
    }
    return std::move(selection_);
  }

 private:
  void select();
  Selection recycled() {
    leave_out(Kind::kRecycled);
    return std::move(selection_);
  }
  void leave_out(Kind kind, std::string problem = {}) {
    selection_.findings.push_back({kind, found_.path, std::move(problem)});
  }

  FileSystem& wal_folder_;
  const FoundFile& found_;
  const ImportTarget& target_;
  std::span<const FoundFile> files_;
  std::optional<FileStatus> opened_;  // the status before the file was read
  Selection selection_;
};

void NodeSelection::select() {
  std::unique_ptr<File> file = wal_folder_.open_file(found_.path);
  if (file == nullptr) return leave_out(Kind::kRecycled);
  opened_ = file->status();
  const std::uint64_t size = opened_->size;
  const Checked checked = check_file(*file, found_.file, size, target_.system);
  SegmentEndFinder segment;
  Sha256 sha256;
  const ReadThrough read = read_through(*file, size, [&](ByteView bytes) {
    segment.add(bytes);
    sha256.update(bytes);
  });
  if (read.size != size) {
    throw Error(ErrorKind::kDamaged, fmt::format("it ends after {} of {} bytes", read.size, size));
  }
  if (found_.file.kind() == FileKind::kSegment) {
    if (auto finding = find_unfinished(wal_folder_, found_, segment, files_)) {
      selection_.findings.push_back(*std::move(finding));
      return;
    }
  }
  selection_.files.push_back({.found = &found_,
                              .owner = checked.owner,
                              .size = size,
                              .digest = read.digest,
                              .sha256 = sha256.finish(),
                              .content = std::move(file)});
}

}  // namespace

ArchiveScan scan_node(FileSystem& wal_folder, const ServerIdentity& server) {
  std::vector<std::string> names = wal_folder.list(".").value_or(std::vector<std::string>());
  std::ranges::sort(names);
  const auto statuses = wal_folder.statuses(".", names);
  ArchiveScan scan;
  std::vector<FoundFile> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto file = WalFileName::parse(names[i]);
    if (!file || !statuses[i]) continue;
    if (statuses[i]->type != FileStatus::Type::kFile) {
      scan.findings.push_back({Kind::kLink, names[i], "it is a symbolic link or a special file"});
      continue;
    }
    all.push_back({.path = names[i],
                   .file = *std::move(file),
                   .sha1 = {},
                   .size = statuses[i]->size,
                   .is_of_pg_wal = true});
  }
  read_headers(wal_folder, all, [] { return true; });
  take(std::move(all), server, scan);
  leave_out_renamed(wal_folder, scan);
  return scan;
}

Selection select_of_node(FileSystem& wal_folder, const ImportUnit& unit, const ImportTarget& target,
                         std::span<const FoundFile> files) {
  return NodeSelection(wal_folder, unit.files.front(), target, files).run();
}

}  // namespace walstow
