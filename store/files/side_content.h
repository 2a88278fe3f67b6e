// Objects that lie beside the one that has the name: pieces of a segment, and contents about which
// an administrator decides. Blocking. Errors: as store/backend/backend.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/codec/digest.h"
#include "proto/codec/object.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"

namespace walstow {

// Undecided contents that a cluster keeps: this many, and no further one once they have these
// bytes, as stored. Beyond, a newcomer is refused as ever, and not kept.
inline constexpr std::size_t kMostConflicts = 16;
inline constexpr std::size_t kMostConflictsOfOneClient = 8;
inline constexpr std::uint64_t kMostConflictBytes = std::uint64_t{1} << 30;

// One name in one era.
struct FileSlot {
  Archive& archive;
  std::string cluster;
  EraName era;
  WalFileName file;

  std::string incomplete(const Digest& digest) const {
    return layout::incomplete_key(cluster, era, file, digest);
  }
  std::string kept(layout::Kept kept, const Digest& digest) const {
    return layout::kept_key(cluster, era, kept, file, digest);
  }
};

// A content as a client names it. By itself a digest is no proof between two parties: XXH3 shows
// damage, and whoever wants to finds another content with the same one.
struct ClaimedContent {
  Digest digest;
  std::string client;            // who puts it
  StagedObject* body = nullptr;  // its bytes, proven to have the digest; nullptr: not there yet
};

// Whether a whole object, whose header is `header`, is known to be that content: the same client
// has put it, or all bytes are equal. False without a body: it is not known.
bool is_known_as(ObjectSource& object, const ObjectHeader& header, const ClaimedContent& claimed);

// The size of the object under `key`, where it is known to be that content; it is whole and durable
// on return. nullopt: there is none.
std::optional<std::uint64_t> find_content(BackendReader& backend, const std::string& key,
                                          const ClaimedContent& claimed);

// Makes `staged`, a proven content, durable under `key`, or finds it there. What stood there
// damaged is set aside.
enum class KeepResult {
  kKept,
  kStood,
  kOther,  // another content stands under the key; nothing was done
};
KeepResult keep(Backend& backend, StagedObject& staged, const std::string& key);

// A second object with the bytes of a first, staged, read back and proven. Throws Error{kDamaged}
// unless it is a whole object with `digest`.
std::unique_ptr<StagedObject> proven_copy_of(Backend& backend, ObjectSource& source,
                                             const Digest& digest);

// Puts `staged` in the place of a damaged object, whose bytes are kept below "_aside". At no moment
// is the key without an object: a damaged one is never told as an absent one. False: the damaged
// one does not stand there any more; the key is as it was, and a copy may be left below "_aside".
bool replace_damaged(Backend& backend, StagedObject& staged, const std::string& key,
                     ObjectSource& damaged, const std::string& problem);

// Every content of an era that is kept in one of the two ways, in the order of keys. Memory: all of
// them.
struct KeptContent {
  layout::KeptName name;
  Entry entry;
};
std::vector<KeptContent> list_kept(const Archive& archive, const std::string& cluster,
                                   const EraName& era, layout::Kept kept);

// Whether a cluster may keep one more undecided content, put by `client`.
bool has_room_for_conflict(const Archive& archive, const std::string& cluster,
                           const std::string& client);

}  // namespace walstow
