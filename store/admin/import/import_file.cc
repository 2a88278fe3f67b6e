#include "store/admin/import/import_file.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/client/confirm.h"
#include "proto/client/file_check.h"
#include "proto/wal/segment_header.h"
#include "proto/wal/timeline_history.h"
#include "store/admin/import/decompressed_file.h"
#include "store/admin/import/own_segments.h"
#include "store/admin/import/segment_comparison.h"

namespace walstow {
namespace {

std::string unit_of(const WalFileName& file) {
  return has_pages(file) ? file.segment_text() : file.text();
}

// The hint is needed only where the message names no remedy of its own.
std::string clause_of(const Error& error) {
  return error.hint().empty() ? error.what() : fmt::format("{} ({})", error.what(), error.hint());
}

// --- to whom a file belongs ---

std::string systems_text(const std::set<std::uint64_t>& systems) {
  std::string text;
  for (const std::uint64_t system : systems)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", system);
  return text;
}

// nullopt: to the target's system.
std::optional<std::string> other_system(const FoundFile& found, const ImportTarget& target,
                                        const FileOwners& owners) {
  const std::uint64_t system = target.system.system_identifier.value();
  if (has_pages(found.file)) {
    if (found.system_identifier && *found.system_identifier != system) {
      return fmt::format("its system identifier is {}, but the cluster's is {}",
                         *found.system_identifier, system);
    }
    if (found.segment_size && target.system.segment_size &&
        *found.segment_size != *target.system.segment_size) {
      return fmt::format("its segment size is {}, but the cluster's is {}",
                         to_string(*found.segment_size), to_string(*target.system.segment_size));
    }
    return std::nullopt;
  }
  const auto next_to_it = owners.owners_of(found);
  if (next_to_it.empty() || (next_to_it.size() == 1 && next_to_it.contains(system)))
    return std::nullopt;
  if (next_to_it.contains(FileOwners::kUnidentified)) {
    return "no segment next to it shows to which system it belongs; if it belongs to this cluster, "
           "put it with walstow-archive --system ID PATH";
  }
  return fmt::format("the segments next to it have system identifier {}, but the cluster's is {}",
                     systems_text(next_to_it), system);
}

// --- the content of a file ---

// The size that the decompressed file must have. It comes from the header of a segment, so
// a decompression bomb stops there.
std::uint64_t expected_size(const FoundFile& found, FileContent& content,
                            const ServerIdentity& system) {
  if (!has_pages(found.file)) {
    return read_through(content, std::max(kLargestHistoryFile, kLargestBackupFile)).size;
  }
  std::array<std::byte, kSegmentHeaderSize> bytes{};
  const ByteView beginning = ByteView(bytes).first(content.read_at(0, bytes));
  const auto header = parse_segment_header(beginning).header;
  if (header) return header->segment_size.bytes();
  precheck({.name = found.file, .size = 0, .beginning = beginning}, system);  // throws
  return 0;
}

void check_sha1(const FoundFile& found, Sha1& sha1) {
  const std::string digest = to_hex(sha1.finish());
  if (found.sha1.empty() || digest == found.sha1) return;
  throw Error(ErrorKind::kDamaged,
              fmt::format("its SHA-1 is {}, but its name contains {}", digest, found.sha1));
}

SoundFile check(FileSystem& folder, const FoundFile& found, const ServerIdentity& system) {
  std::unique_ptr<File> file = folder.open_file(found.path);
  if (file == nullptr) throw Error(ErrorKind::kStorage, "it was removed meanwhile");
  std::uint64_t size = file->status().size;
  OpenedContent opened = open_content(std::move(file));
  if (opened.decompressed != nullptr) size = expected_size(found, *opened.content, system);
  const Checked checked = check_file(*opened.content, found.file, size, system);
  Sha1 sha1;
  const auto add_to_sha1 = [&sha1](ByteView bytes) { sha1.update(bytes); };
  ReadThrough read =
      read_through(*opened.content, size, found.sha1.empty() ? ByteSink() : ByteSink(add_to_sha1));
  if (read.size > size) {
    throw Error(ErrorKind::kDamaged, fmt::format("it has more than {} bytes", size));
  }
  check_sha1(found, sha1);
  if (read.size < size) {
    const bool is_compressed_partial =
        found.file.kind() == FileKind::kPartial && opened.decompressed != nullptr;
    if (!is_compressed_partial) {
      throw Error(ErrorKind::kDamaged,
                  fmt::format("it ends after {} of {} bytes", read.size, size));
    }
    opened.decompressed->pad_to(size);
    read = read_through(*opened.content, size);
  }
  return {.found = &found,
          .owner = checked.owner,
          .size = size,
          .digest = read.digest,
          .content = std::move(opened.content)};
}

// nullopt: nothing shows that its server has not finished it.
std::optional<Finding> unfinished(FileSystem& folder, SoundFile& file,
                                  std::span<const FoundFile> files) {
  const FoundFile& found = *file.found;
  if (!found.is_of_pg_wal || found.file.kind() != FileKind::kSegment) return std::nullopt;
  SegmentEndFinder segment;
  read_through(*file.content, file.size, [&segment](ByteView bytes) { segment.add(bytes); });
  return find_unfinished(folder, found, segment, files);
}

// --- one unit ---

// Returns whether a reader of `whole` gets all of the log in `part`, a segment of the same size.
bool contains(const SoundFile& whole, const SoundFile& part) {
  if (whole.digest == part.digest) return true;
  if (!has_pages(whole.found->file) || whole.size != part.size) return false;
  const SegmentPair pair = compare(*whole.content, *part.content);
  const SegmentEnd& end = pair.existing;
  const SegmentEnd& part_end = pair.incoming;
  if (end.kind == SegmentEnd::Kind::kUnclear || pair.first_difference < part_end.offset)
    return false;
  return part_end.kind == SegmentEnd::Kind::kUnfinished
             ? end.offset >= part_end.offset
             : end.kind != SegmentEnd::Kind::kUnfinished && end.offset == part_end.offset;
}

class Selecting {
 public:
  Selecting(FileSystem& folder, const ImportTarget& target, const FileOwners& owners,
            std::span<const FoundFile> files)
      : folder_(folder), target_(target), owners_(owners), files_(files) {}

  // The one of `files`, which have one name, that contains all others. nullopt: there is none.
  std::optional<SoundFile> choose(std::span<const FoundFile> files);
  void leave_out(const FoundFile& found, Finding::Kind kind, std::string problem) {
    selection_.findings.push_back({kind, found.path, std::move(problem)});
  }
  void put(SoundFile file) { selection_.files.push_back(std::move(file)); }
  Selection& selection() { return selection_; }

 private:
  std::vector<SoundFile> sound_ones(std::span<const FoundFile> files);

  FileSystem& folder_;
  const ImportTarget& target_;
  const FileOwners& owners_;
  std::span<const FoundFile> files_;
  Selection selection_;
};

std::vector<SoundFile> Selecting::sound_ones(std::span<const FoundFile> files) {
  std::vector<SoundFile> sound;
  for (const FoundFile& found : files) {
    if (const auto other = other_system(found, target_, owners_)) {
      leave_out(found, Finding::Kind::kOtherSystem, *other);
      continue;
    }
    try {
      SoundFile file = check(folder_, found, target_.system);
      if (auto finding = unfinished(folder_, file, files_)) {
        selection_.findings.push_back(*std::move(finding));
      } else {
        sound.push_back(std::move(file));
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal || error.kind() == ErrorKind::kUsage) throw;
      selection_.findings.push_back(finding_of(found, error));
    }
  }
  return sound;
}

std::optional<SoundFile> Selecting::choose(std::span<const FoundFile> files) {
  std::vector<SoundFile> sound = sound_ones(files);
  if (sound.empty()) return std::nullopt;
  const auto contains_all = [&sound](const SoundFile& one) {
    return std::ranges::all_of(
        sound, [&one](const SoundFile& other) { return &one == &other || contains(one, other); });
  };
  const auto best = std::ranges::find_if(sound, contains_all);
  for (const SoundFile& one : sound) {
    if (best == sound.end()) {
      leave_out(*one.found, Finding::Kind::kContents,
                fmt::format("{} files of this name differ; its digest is {}", sound.size(),
                            to_string(one.digest)));
    } else if (&one != &*best && one.digest == best->digest) {
      ++selection_.duplicates;
    } else if (&one != &*best) {
      leave_out(*one.found, Finding::Kind::kSuperseded,
                fmt::format("\"{}\" contains all of its log", best->found->path));
    }
  }
  return best == sound.end() ? std::nullopt : std::optional(std::move(*best));
}

}  // namespace

Finding finding_of(const FoundFile& found, const Error& error) {
  using Kind = Finding::Kind;
  const Kind kind = error.kind() == ErrorKind::kStorage   ? Kind::kUnreadable
                    : error.kind() == ErrorKind::kRefused ? Kind::kRefused
                    : found.is_misnamed                   ? Kind::kMisnamed
                                                          : Kind::kDamaged;
  return {kind, found.path, kind == Kind::kRefused ? clause_of(error) : error.what()};
}

std::vector<ImportUnit> units_of(std::span<const FoundFile> files) {
  std::vector<ImportUnit> units;
  while (!files.empty()) {
    const std::string unit = unit_of(files.front().file);
    const auto end = std::ranges::find_if(
        files, [&unit](const FoundFile& found) { return unit_of(found.file) != unit; });
    const auto size = static_cast<std::size_t>(end - files.begin());
    units.push_back({files.first(size)});
    files = files.subspan(size);
  }
  return units;
}

Selection select_files(FileSystem& folder, const ImportUnit& unit, const ImportTarget& target,
                       const FileOwners& owners, std::span<const FoundFile> files) {
  Selecting selecting(folder, target, owners, files);
  const auto first_partial = std::ranges::find(
      unit.files, FileKind::kPartial, [](const FoundFile& found) { return found.file.kind(); });
  const auto wholes = static_cast<std::size_t>(first_partial - unit.files.begin());
  std::optional<SoundFile> whole = selecting.choose(unit.files.first(wholes));
  const std::size_t findings = selecting.selection().findings.size();
  std::optional<SoundFile> partial = selecting.choose(unit.files.subspan(wholes));
  if (whole) {
    const std::string why =
        fmt::format("the complete segment is there as \"{}\"", whole->found->path);
    for (Finding& finding : std::span(selecting.selection().findings).subspan(findings)) {
      if (finding.kind != Finding::Kind::kDamaged) continue;
      finding = {Finding::Kind::kSuperseded, finding.path,
                 fmt::format("{}; {}", why, finding.problem)};
    }
    if (partial && contains(*whole, *partial)) {
      selecting.leave_out(*partial->found, Finding::Kind::kSuperseded, why);
      partial.reset();
    }
    selecting.put(std::move(*whole));
  }
  if (partial) selecting.put(std::move(*partial));
  return std::move(selecting.selection());
}

ImportResult put_file(SoundFile& file, const ImportTarget& target, StoreClient& store,
                      const Patience& patience) {
  ImportResult result;
  const FoundFile& found = *file.found;
  PutFile put{.cluster = target.cluster,
              .file = found.file,
              .system_identifier = file.owner.system_identifier.value(),
              .segment_size = file.owner.segment_size,
              .raw_size = file.size,
              .digest = file.digest,
              .encoding = target.encoding,
              .instance = {},
              .ask_first = true};
  try {
    if (file.sha256)
      result.done = confirm_or_unknown({.put = put, .sha256 = *file.sha256}, store, patience).done;
    if (!result.done) result.done = store.put(std::move(put), *file.content, patience);
  } catch (const Error& error) {
    const bool is_about_file =
        error.kind() == ErrorKind::kRefused || error.kind() == ErrorKind::kDamaged ||
        error.kind() == ErrorKind::kInvalid || error.kind() == ErrorKind::kStorage;
    if (!is_about_file) throw;
    result.findings.push_back(finding_of(found, error));
    return result;
  }
  const PutReport& report = result.done->report;
  if (report.name.find(".incomplete.") != std::string::npos) {
    result.findings.push_back({Finding::Kind::kIncomplete, found.path,
                               fmt::format("the store keeps it as \"{}\"", report.name)});
  }
  if (!report.warning.empty()) {
    result.findings.push_back({Finding::Kind::kWarning, found.path, report.warning});
  }
  return result;
}

}  // namespace walstow
