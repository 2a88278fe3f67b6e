#include "restorer/spool/prefetch_entries.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/buffer.h"
#include "proto/base/error.h"
#include "proto/pgdata/spool_folder.h"
#include "proto/wal/segment_header.h"
#include "restorer/file/incoming_file.h"

namespace walstow {
namespace {

constexpr std::string_view kFolder = "prefetch";

// A file that another user could have written to is not trusted.
constexpr std::uint32_t kWritableByOthers = 022;

std::string entry_path(const std::string& name) {
  return in_spool(fmt::format("{}/{}", kFolder, name));
}

bool is_trusted(const FileStatus& status, FileStatus::Type type, std::uint32_t user) {
  return status.type == type && status.owner == user && (status.mode & kWritableByOthers) == 0;
}

std::optional<FileStatus> trusted_folder(FileSystem& wal_folder, std::uint32_t user) {
  std::optional<FileStatus> status;
  for (const std::string& path : {std::string(kSpoolFolder), in_spool(kFolder)}) {
    status = wal_folder.status(path);
    if (!status || !is_trusted(*status, FileStatus::Type::kFolder, user)) return std::nullopt;
  }
  return status;
}

std::optional<EntryName> find_entry(FileSystem& wal_folder, const WantedEntry& wanted) {
  const auto names = wal_folder.list(in_spool(kFolder));
  if (!names) return std::nullopt;
  for (const std::string& text : *names) {
    if (!text.starts_with(wanted.segment.text()) || !text.ends_with(wanted.tag)) continue;
    auto name = parse_entry_name(text);
    if (name && name->segment == wanted.segment && name->tag == wanted.tag) return name;
  }
  return std::nullopt;
}

// Reads an entry completely, once, and passes each chunk to `sink` (may be empty). False: the
// content does not match its name.
bool is_sound(File& file, const EntryName& name, const WantedEntry& wanted, const ByteSink& sink) {
  const FileStatus status = file.status();
  if (!is_trusted(status, FileStatus::Type::kFile, wanted.user)) return false;
  Buffer buffer(kChunkSize);
  Hasher hasher;
  std::uint64_t size = 0;
  for (;;) {
    const ByteView piece = buffer.first(file.read_at(size, buffer));
    if (piece.empty()) break;
    if (size == 0) {
      const auto result = parse_segment_header(piece);
      if (!result.header) return false;
      const SegmentExpectation expected{.name = wanted.segment,
                                        .file_size = status.size,
                                        .system_identifier = wanted.system_identifier};
      if (check_segment_header(*result.header, expected)) return false;
    }
    hasher.update(piece);
    if (sink) sink(piece);
    size += piece.size();
  }
  return size == status.size && hasher.digest() == name.digest;
}

}  // namespace

void make_prefetch_folder(FileSystem& wal_folder, std::uint32_t user) {
  for (const std::string& path : {std::string(kSpoolFolder), in_spool(kFolder)})
    wal_folder.make_folder(path);
  if (trusted_folder(wal_folder, user)) return;
  throw Error(ErrorKind::kStorage,
              fmt::format("folder \"{}\" belongs to another user, or another user can write to it",
                          wal_folder.describe(in_spool(kFolder))),
              "Remove it. walstow-restore can fetch its content again.");
}

std::unique_ptr<FileSystem> open_prefetch_folder(const std::string& wal_folder) {
  return open_posix_file_system(fmt::format("{}/{}", wal_folder, in_spool(kFolder)),
                                {.temporary_folder = "tmp"});
}

std::optional<std::string> entry_tag(FileSystem& wal_folder, const PrefetchOwner& owner) {
  if (owner.boot.empty()) return std::nullopt;
  const auto folder = trusted_folder(wal_folder, owner.user);
  if (!folder) return std::nullopt;
  // The folder's own inode distinguishes a copy of the data directory from the original.
  const std::string whose =
      to_json(SpoolRecord{{"store", owner.key.store},
                          {"cluster", owner.key.cluster},
                          {"system", std::to_string(owner.key.system_identifier)},
                          {"archive", owner.archive},
                          {"boot", owner.boot},
                          {"folder", fmt::format("{} {}", folder->device, folder->inode)}});
  Hasher hasher;
  hasher.update(as_bytes(whose));
  return to_string(hasher.digest());
}

std::string to_string(const EntryName& name) {
  return fmt::format("{}.{}.{}", name.segment.text(), to_string(name.digest), name.tag);
}

std::optional<EntryName> parse_entry_name(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto segment = WalFileName::parse(text.substr(0, first));
  const auto digest = parse_digest(text.substr(first + 1, second - first - 1));
  const std::string_view tag = text.substr(second + 1);
  if (!segment || segment->kind() != FileKind::kSegment || !digest || !parse_digest(tag)) {
    return std::nullopt;
  }
  return EntryName{.segment = *segment, .digest = *digest, .tag = std::string(tag)};
}

std::vector<EntryName> clean_entries(FileSystem& prefetch_folder, std::string_view tag) {
  std::vector<EntryName> ours;
  prefetch_folder.remove_dead_temporaries();
  for (const std::string& text : prefetch_folder.list(".").value_or(std::vector<std::string>())) {
    const auto status = prefetch_folder.status(text);
    if (!status || status->type == FileStatus::Type::kFolder) continue;
    auto name = parse_entry_name(text);
    if (name && name->tag == tag) {
      ours.push_back(*std::move(name));
    } else {
      prefetch_folder.remove(text);
    }
  }
  std::ranges::sort(ours, {}, [](const EntryName& name) { return name.segment.text(); });
  return ours;
}

HandedOver hand_over_entry(FileSystem& wal_folder, const WantedEntry& wanted,
                           const std::string& name, const std::function<bool()>& abandoned) {
  const auto entry = find_entry(wal_folder, wanted);
  if (!entry) return HandedOver::kNone;
  const std::string path = entry_path(to_string(*entry));
  const std::unique_ptr<File> file = wal_folder.open_file(path);
  if (file == nullptr) return HandedOver::kNone;

  // If the spool is a mount of its own, no rename can leave it.
  std::optional<IncomingFile> copy;
  const auto own = wal_folder.status(".");
  if (own && own->device != file->status().device) copy.emplace(wal_folder);
  ByteSink sink;
  if (copy) sink = [&copy](ByteView piece) { copy->write(piece); };

  if (!is_sound(*file, *entry, wanted, sink)) {
    wal_folder.remove(path);
    return HandedOver::kDamaged;
  }
  if (abandoned && abandoned()) return HandedOver::kNone;
  if (copy) {
    copy->publish(name);
    wal_folder.remove(path);
    return HandedOver::kRestored;
  }
  try {
    wal_folder.rename(path, name);
  } catch (const Error&) {
    // A prefetcher that ends removes its entries.
    if (!wal_folder.status(path)) return HandedOver::kNone;
    throw;
  }
  return HandedOver::kRestored;
}

}  // namespace walstow
