// One archive on any backend: its marker, its clusters and their eras.
//
// An era is the part of a cluster's life with one system identifier and segment size. The first put
// of a new cluster opens era 001; only an administrator opens later ones (`walstow cluster
// upgrade`). Each era record is created once, by number. So two processes can never open eras with
// the same number for two systems. Errors and threads: as in store/backend/backend.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wal/file_name.h"
#include "proto/wire/or_refusal.h"
#include "store/backend/backend.h"

namespace walstow {

// Creates the marker with a fresh random id, and returns the id: 32 lower-case hex digits. Throws
// Error{kRefused} if there is a marker already.
std::string initialize_archive(Backend& backend);

class Archive {
 public:
  // Throws Error{kUnavailable} if there is no marker (as in an unmounted folder), and Error{kUsage}
  // if the marker's format is unknown.
  explicit Archive(std::unique_ptr<Backend> backend);

  const std::string& id() const { return id_; }
  Backend& backend() const { return *backend_; }

  // Throws Error{kUnavailable} unless, during this call, the archive is in its place and its marker
  // is unchanged. Every proof of absence includes this check.
  void verify_present() const;

  bool has_cluster(std::string_view cluster) const;
  // Returns false if the cluster existed already.
  bool create_cluster(std::string_view cluster) const;
  std::vector<std::string> clusters() const;

  // Returns the eras, oldest first, numbered from 1 without gaps. Throws Error{kDamaged} if there
  // is a gap.
  std::vector<EraName> eras(std::string_view cluster) const;
  std::vector<EraName> eras_newest_first(std::string_view cluster) const;
  // Opens the era `number`, which must be the next one; durable on return. Returns nullopt if
  // another process has opened that number first; the next eras() then returns the era of that
  // process.
  std::optional<EraName> open_era(std::string_view cluster, std::uint64_t system_identifier,
                                  std::uint32_t segment_size, std::uint32_t number) const;
  // Call it before anything is published in an era: another process may have just opened the era
  // without having fsynced it. On return, all records that lead to the era are durable. Throws
  // Error{kUnavailable} if one of them is missing.
  void make_era_durable(std::string_view cluster, const EraName& era) const;
  // Throws Error{kUnavailable} unless the era's own folder exists during this call: a folder that
  // was moved away must not be taken for an empty one. Every proof of absence includes this check.
  void verify_era(std::string_view cluster, const EraName& era) const;

 private:
  std::unique_ptr<Backend> backend_;
  std::string id_;
};

// Returns the segment size of an existing era. The name of such an era always contains a valid
// size.
SegmentSize segment_size_of(const EraName& era);
// Refuses a name that no file of the era can have.
Refusal no_such_segment(std::string_view name, const EraName& era);
// Returns nullopt if a file of the era can have this name.
std::optional<Refusal> refuse_name(const WalFileName& file, const EraName& era);

// Returns the cluster's newest era. Refuses if no file was ever put into the cluster.
OrRefusal<EraName> newest_era(const Archive& archive, std::string_view cluster);
Refusal nothing_put_yet(std::string_view cluster);
Refusal unknown_system(std::string_view cluster, std::uint64_t system_identifier);
// Returns whether two eras are parts of one log: a server can continue from one to the other.
bool same_log(const EraName& one, const EraName& other);
// Returns the newest era of one system identifier, or nullopt if there is none.
std::optional<EraName> newest_era_of(const std::vector<EraName>& eras,
                                     std::uint64_t system_identifier);

}  // namespace walstow
