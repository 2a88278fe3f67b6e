#include "store/admin/import/archive_scan.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>
#include <utility>

#include "proto/base/error.h"
#include "proto/wal/segment_header.h"
#include "store/admin/import/archived_name.h"
#include "store/admin/import/decompressed_file.h"

namespace walstow {
namespace {

constexpr std::size_t kSegmentDigits = 24;
constexpr std::string_view kArchiveStatus = "archive_status";

// A history sorts before the segments of its timeline, because '.' sorts before all digits.
auto order_of(const FoundFile& found) {
  const std::string& name = found.file.text();
  return std::tuple(has_pages(found.file) ? found.file.segment_text() : name, name, found.path);
}

// The digits of a name; its suffix stays.
std::string in_upper_case(std::string name) {
  const auto end = name.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                      {name.size(), name.find_first_of(".-"), kSegmentDigits}));
  std::transform(name.begin(), end, name.begin(), [](char digit) {
    return digit >= 'a' && digit <= 'f' ? static_cast<char>(digit - 'a' + 'A') : digit;
  });
  return name;
}

class Scan {
 public:
  explicit Scan(FileSystem& folder) : folder_(folder) {}

  ArchiveScan run() {
    add_folder(".");
    std::ranges::sort(scan_.files,
                      [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
    std::ranges::sort(scan_.findings, {}, &Finding::path);
    return std::move(scan_);
  }

 private:
  void add_folder(const std::string& folder);
  void add_entry(const std::string& path, const std::string& name, const FileStatus& status);
  void add_file(const std::string& path, const std::string& name, std::uint64_t size);
  void mark_pg_wal(const std::string& folder, std::size_t first);

  FileSystem& folder_;
  ArchiveScan scan_;
};

void Scan::add_folder(const std::string& folder) {
  const auto names = folder_.list(folder);
  if (!names) return;  // removed meanwhile
  const auto statuses = folder_.statuses(folder, *names);
  const std::size_t first = scan_.files.size();
  bool is_pg_wal = false;
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string& name = (*names)[i];
    if (!statuses[i]) continue;
    is_pg_wal |= name == kArchiveStatus && statuses[i]->type == FileStatus::Type::kFolder;
    add_entry(folder == "." ? name : fmt::format("{}/{}", folder, name), name, *statuses[i]);
  }
  if (is_pg_wal) mark_pg_wal(folder, first);
}

// `first`: the index of the folder's first file; the files of its sub-folders are among them.
void Scan::mark_pg_wal(const std::string& folder, std::size_t first) {
  for (FoundFile& found : std::span(scan_.files).subspan(first))
    found.is_of_pg_wal |= parent_folder(found.path) == folder;
}

void Scan::add_entry(const std::string& path, const std::string& name, const FileStatus& status) {
  switch (status.type) {
    case FileStatus::Type::kFile:
      return add_file(path, name, status.size);
    case FileStatus::Type::kOther:  // a link may lead to a folder of segments
      scan_.findings.push_back(
          {Finding::Kind::kLink, path, "it is a symbolic link or a special file"});
      return;
    case FileStatus::Type::kFolder:
      if (name == kArchiveStatus) return;  // PostgreSQL's notes about the files next to it
      try {
        add_folder(path);
      } catch (const Error& error) {
        scan_.findings.push_back({Finding::Kind::kUnreadable, path, error.what()});
      }
  }
}

void Scan::add_file(const std::string& path, const std::string& name, std::uint64_t size) {
  auto archived = parse_archived_name(name);
  if (!archived && parse_archived_name(in_upper_case(name))) {
    scan_.findings.push_back({Finding::Kind::kUnknownName, path,
                              "its digits are not in upper case, as PostgreSQL writes them"});
  } else if (!archived && has_prefixed_name(name)) {
    scan_.findings.push_back(
        {Finding::Kind::kUnknownName, path, "other text precedes the name of a WAL file"});
  } else if (!archived) {
    scan_.findings.push_back({Finding::Kind::kNotWal, path, {}});
  } else if (!archived->unknown_suffix.empty()) {
    scan_.findings.push_back(
        {Finding::Kind::kUnknownName, path,
         fmt::format("\"{}\" follows the name of a WAL file", archived->unknown_suffix)});
  } else {
    scan_.files.push_back({.path = path,
                           .file = std::move(archived->file),
                           .sha1 = std::move(archived->sha1),
                           .size = size});
  }
}

void read_header(FileSystem& folder, FoundFile& found) {
  std::unique_ptr<File> file = folder.open_file(found.path);
  if (file == nullptr) return;
  const OpenedContent opened = open_content(std::move(file));
  std::array<std::byte, kSegmentHeaderSize> bytes{};
  const std::size_t read = opened.content->read_at(0, bytes);
  const auto header = parse_segment_header(ByteView(bytes).first(read)).header;
  found.has_empty_page =
      std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
  if (!header) return;
  found.system_identifier = header->system_identifier;
  found.segment_size = header->segment_size;
  found.page_timeline = header->timeline;
  found.is_newer_release = header->is_newer_release();
  const SegmentExpectation of_its_name{.name = found.file,
                                       .file_size = header->segment_size.bytes(),
                                       .system_identifier = header->system_identifier};
  found.is_misnamed = check_segment_header(*header, of_its_name).has_value();
}

}  // namespace

bool has_pages(const WalFileName& file) {
  return file.kind() == FileKind::kSegment || file.kind() == FileKind::kPartial;
}

ArchiveScan scan_archive(FileSystem& folder) {
  return Scan(folder).run();
}

void read_headers(FileSystem& folder, std::span<FoundFile> files,
                  const std::function<bool()>& done) {
  for (FoundFile& found : files) {
    try {
      if (has_pages(found.file)) read_header(folder, found);
    } catch (const Error& error) {  // the check of the whole file reports why
      if (error.kind() == ErrorKind::kFatal) throw;
    }
    if (!done()) return;
  }
}

}  // namespace walstow
