// Objects in addition to the one that has the name: incomplete segments, and contents about which
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

// Bounds for the undecided contents of a cluster: this many, and no further one once they have
// these bytes, as stored. Beyond them an incoming file is refused as before, and not kept.
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

// A content as a client names it. A digest alone is no proof between two clients: XXH3 detects
// damage, but an attacker can create another content with the same digest.
struct ClaimedContent {
  Digest digest;
  std::string client;            // who puts it
  StagedObject* body = nullptr;  // its bytes, proven to have the digest; nullptr: not received yet
};

// Whether a whole object, whose header is `header`, is known to have that content: the same client
// has put it, or all bytes are equal. Without a body, false may mean unknown.
bool is_known_as(ObjectSource& object, const ObjectHeader& header, const ClaimedContent& claimed);

// The size of the object under `key`, if it is known to have that content. The object is whole and
// durable on return. nullopt: no such object.
std::optional<std::uint64_t> find_content(BackendReader& backend, const std::string& key,
                                          const ClaimedContent& claimed);

// Makes `staged`, a proven content, durable under `key`, or finds it there. Quarantines a damaged
// object under `key`.
enum class KeepResult {
  kKept,
  kStood,
  kOther,  // another content exists under the key; nothing was done
};
KeepResult keep(Backend& backend, StagedObject& staged, const std::string& key);

// A staged copy of an object, read back and proven. Throws Error{kDamaged} unless the copy is a
// whole object with `digest`.
std::unique_ptr<StagedObject> proven_copy_of(Backend& backend, ObjectSource& source,
                                             const Digest& digest);

// Replaces a damaged object with `staged`, and keeps the damaged bytes below "_aside". The key has
// an object at every moment: a damaged one is never reported as absent. False: the key no longer
// has the damaged object; it is unchanged, and a copy may be left below "_aside".
bool replace_damaged(Backend& backend, StagedObject& staged, const std::string& key,
                     ObjectSource& damaged, const std::string& problem);

// All contents of an era that are kept in one of the two ways, in the order of keys. Holds all of
// them in memory.
struct KeptContent {
  layout::KeptName name;
  Entry entry;
};
std::vector<KeptContent> list_kept(const Archive& archive, const std::string& cluster,
                                   const EraName& era, layout::Kept kept);

// Whether a cluster may keep one more undecided content from `client`.
bool has_room_for_conflict(const Archive& archive, const std::string& cluster,
                           const std::string& client);

}  // namespace walstow
