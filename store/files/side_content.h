// Objects that exist in addition to the object that has a file's name: incomplete segments, and
// versions about which an administrator decides. Blocking. Errors: as in store/backend/backend.h.
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

// Limits for the undecided versions in a cluster: on their number, and on their stored bytes.
// Beyond either limit, an incoming version is refused as usual, but not kept.
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

// The content of a file as a client claims it. A digest alone proves nothing between two clients:
// XXH3 detects damage, but an attacker can create other content with the same digest.
struct ClaimedContent {
  Digest digest;
  std::string client;  // the client that puts the content
  // The client's bytes, which are proven to have the digest; nullptr if they have not been received
  // yet.
  StagedObject* body = nullptr;
  // The SHA-256 of the client's bytes, if the client has sent it. Nobody can construct other
  // content with the same SHA-256, so it proves as much as the bytes.
  std::optional<Sha256Digest> sha256 = {};
};

// Returns whether a whole object, whose header is `header`, is known to have that content, because
// the same client has put it, or because all bytes or the SHA-256 are equal. Without a body and a
// SHA-256, false may mean that this is unknown.
bool is_known_as(ObjectSource& object, const ObjectHeader& header, const ClaimedContent& claimed);

// Returns the size of the object under `key`, if it is known to have that content. That object is
// whole, and durable on return. Returns nullopt if there is no such object.
std::optional<std::uint64_t> find_content(BackendReader& backend, const std::string& key,
                                          const ClaimedContent& claimed);

// Makes `staged`, whose content is proven, durable under `key`, unless an object with that content
// is there already. Quarantines a damaged object under `key`.
enum class KeepResult {
  kKept,
  kExisted,
  kOther,  // the key has other content, so nothing was changed
};
KeepResult keep(Backend& backend, StagedObject& staged, const std::string& key);

// Returns a staged copy of an object, read back and proven. Throws Error{kDamaged} unless the copy
// is a whole object with `digest`.
std::unique_ptr<StagedObject> proven_copy_of(Backend& backend, ObjectSource& source,
                                             const Digest& digest);

// Replaces a damaged object with `staged`, and keeps the damaged bytes below "_aside". The key has
// an object at every moment: a damaged one is never reported as absent. Returns false if the key no
// longer has the damaged object. Then the object under the key is unchanged, and a copy may be left
// below "_aside".
bool replace_damaged(Backend& backend, StagedObject& staged, const std::string& key,
                     ObjectSource& damaged, const std::string& problem);

// One kept version: an open conflict, or a settled version.
struct KeptContent {
  layout::KeptName name;
  Entry entry;
};
// Returns the versions in `era` whose names have the kind `kept`, in the order of their keys. Holds
// the whole list in memory.
std::vector<KeptContent> list_kept(const Archive& archive, const std::string& cluster,
                                   const EraName& era, layout::Kept kept);

// Returns whether a cluster may keep one more undecided version from `client`.
bool has_room_for_conflict(const Archive& archive, const std::string& cluster,
                           const std::string& client);

}  // namespace walstow
