#include "restorer/spool/kept_histories.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/codec/object.h"
#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

std::string folder_of(const HistoryOwner& owner) {
  return in_spool(
      fmt::format("history/{}-{}-{}", owner.archive, owner.cluster, owner.system_identifier));
}

std::string path_of(const HistoryOwner& owner, const WalFileName& file) {
  return fmt::format("{}/{}.zst", folder_of(owner), file.text());
}

}  // namespace

void keep_history(FileSystem& wal_folder, const HistoryOwner& owner, const WalFileName& file,
                  std::string_view object) {
  // Also when it stands there already: it may be damaged, and whoever wrote it may have been killed
  // before it was durable. History files are rarely restored.
  make_folders_durably(wal_folder, folder_of(owner));
  write_durably(wal_folder, path_of(owner, file), object);
}

std::optional<std::string> find_kept_history(FileSystem& wal_folder, const HistoryOwner& owner,
                                             const WalFileName& file) {
  const std::string path = path_of(owner, file);
  const auto object = read_small_file(wal_folder, path, kLargestKeptObject);
  if (!object) return std::nullopt;
  std::string content;
  ObjectDecoder decoder([&content](ByteView bytes) { content += as_text(bytes); },
                        ObjectDecoder::TrailerHash::kCheck, kLargestHistoryFile);
  try {
    decoder.write(as_bytes(*object));
    decoder.finish();
  } catch (const Error& error) {
    throw Error(error.kind(),
                fmt::format("file \"{}\": {}", wal_folder.describe(path), error.what()),
                error.hint());
  }
  const ObjectHeader& header = *decoder.header();
  if (header.name != file.text() || header.system_identifier != owner.system_identifier) {
    throw Error(ErrorKind::kDamaged,
                fmt::format("file \"{}\" holds \"{}\" of system {}", wal_folder.describe(path),
                            header.name, header.system_identifier));
  }
  return content;
}

}  // namespace walstow
