#include "store/files/side_content.h"

#include <fmt/format.h>

#include "proto/base/buffer.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/backend/attempts.h"
#include "store/backend/entries.h"
#include "store/backend/key_rules.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// After this many attempts, another writer keeps taking the name.
constexpr int kKeepAttempts = 3;

std::unique_ptr<StagedObject> copy_of(Backend& backend, ObjectSource& source) {
  auto staged = backend.stage();
  Buffer buffer(kChunkSize);
  source.rewind();
  while (const std::size_t size = source.read(buffer))
    staged->write(buffer.first(size));
  return staged;
}

// nullopt: the object is not whole.
std::optional<Sha256Digest> sha256_of(ObjectSource& object) {
  Sha256 sha256;
  const Examined examined = examine_object(object, [&sha256](ByteView raw) { sha256.update(raw); });
  return examined.whole ? std::optional(sha256.finish()) : std::nullopt;
}

}  // namespace

bool is_known_as(ObjectSource& object, const ObjectHeader& header, const ClaimedContent& claimed) {
  if (header.digest != claimed.digest) return false;
  if (header.client == claimed.client) return true;
  if (claimed.body != nullptr) return same_content(object, *claimed.body->read_back());
  return claimed.sha256 && sha256_of(object) == claimed.sha256;
}

std::optional<std::uint64_t> find_content(BackendReader& backend, const std::string& key,
                                          const ClaimedContent& claimed) {
  const auto object = backend.open_object(key);
  if (!object) return std::nullopt;
  const Examined examined = examine_object(*object);
  if (!examined.whole || !is_known_as(*object, examined.header, claimed)) return std::nullopt;
  return backend.make_durable(key) ? std::optional(object->size()) : std::nullopt;
}

KeepResult keep(Backend& backend, StagedObject& staged, const std::string& key) {
  for (int attempt = 0; attempt < kKeepAttempts; ++attempt) {
    if (backend.publish(staged, key) == PublishResult::kPublished) return KeepResult::kKept;
    const auto object = backend.open_object(key);
    if (!object) continue;
    const Examined examined = examine_object(*object);
    if (examined.whole) {
      if (!same_content(*object, *staged.read_back())) return KeepResult::kOther;
      if (backend.make_durable(key)) return KeepResult::kExisted;
      continue;
    }
    log_line(LogLevel::kWarning,
             fmt::format("object \"{}\" was quarantined: {}", key, examined.problem),
             "It is kept below \"_aside\" in the archive.");
    backend.set_aside(key, *object);
  }
  throw_gave_up(key);
}

std::unique_ptr<StagedObject> proven_copy_of(Backend& backend, ObjectSource& source,
                                             const Digest& digest) {
  auto staged = copy_of(backend, source);
  const auto back = staged->read_back();
  const Examined examined = examine_object(*back);
  if (examined.whole && examined.header.digest == digest) return staged;
  throw Error(
      ErrorKind::kDamaged,
      fmt::format("a copy of \"{}\" within the archive is damaged: {}", examined.header.name,
                  examined.whole ? "it has other content" : examined.problem));
}

bool replace_damaged(Backend& backend, StagedObject& staged, const std::string& key,
                     ObjectSource& damaged, const std::string& problem) {
  const auto copy = copy_of(backend, damaged);
  if (backend.publish(*copy, aside_key(key, random_hex(4))) == PublishResult::kExists) {
    return false;
  }
  if (!backend.replace_object(staged, key, damaged)) return false;
  log_line(LogLevel::kWarning,
           fmt::format("object \"{}\" was damaged and is replaced: {}", key, problem),
           "The damaged object is kept below \"_aside\" in the archive.");
  return true;
}

std::vector<KeptContent> list_kept(const Archive& archive, const std::string& cluster,
                                   const EraName& era, layout::Kept kept) {
  std::vector<KeptContent> found;
  const std::string prefix = layout::kept_prefix(cluster, era, kept);
  for_each_entry(archive.backend(), prefix, [&](const Entry& entry) {
    if (auto name = layout::parse_kept_key(cluster, era, kept, entry.key))
      found.push_back({std::move(*name), entry});
  });
  return found;
}

bool has_room_for_conflict(const Archive& archive, const std::string& cluster,
                           const std::string& client) {
  std::size_t count = 0;
  std::size_t of_client = 0;
  std::uint64_t bytes = 0;
  for (const EraName& era : archive.eras(cluster)) {
    for (const KeptContent& kept : list_kept(archive, cluster, era, layout::Kept::kConflict)) {
      ++count;
      bytes += kept.entry.size;
      const auto header = readable_header(archive.backend(), kept.entry.key);
      if (header && header->client == client) ++of_client;
    }
  }
  return count < kMostConflicts && of_client < kMostConflictsOfOneClient &&
         bytes < kMostConflictBytes;
}

}  // namespace walstow
