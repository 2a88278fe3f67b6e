// One archive on any backend: its marker, its clusters and their eras.
//
// An era is one cluster's life under one system identifier and segment size. The first put of a new
// cluster opens era 001; only an administrator opens later ones (`walstow cluster upgrade`). Each
// era record is created once, by number, so that two processes can never open the same number for
// two systems. Errors and threads: as store/backend/backend.h.
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

// Creates the marker with a fresh random id. Throws Error{kRefused} if there is a marker already.
// Returns the id: 32 lower-case hex digits.
std::string initialize_archive(Backend& backend);

class Archive {
 public:
  // Throws Error{kUnavailable} if there is no marker (an unmounted folder), and Error{kUsage} for a
  // marker of an unknown format.
  explicit Archive(std::unique_ptr<Backend> backend);

  const std::string& id() const { return id_; }
  Backend& backend() const { return *backend_; }

  // Throws Error{kUnavailable} unless the archive is in its place and its marker exists, unchanged,
  // right now. Part of every proof of absence.
  void verify_present() const;

  bool has_cluster(std::string_view cluster) const;
  // False: it existed already.
  bool create_cluster(std::string_view cluster) const;
  std::vector<std::string> clusters() const;

  // Oldest first, numbered from 1 without gaps. Throws Error{kDamaged} for a gap.
  std::vector<EraName> eras(std::string_view cluster) const;
  std::vector<EraName> eras_newest_first(std::string_view cluster) const;
  // Opens `number`, which must be the next one; durable on return. nullopt: another process has
  // opened the number first, and the next eras() returns that era.
  std::optional<EraName> open_era(std::string_view cluster, std::uint64_t system_identifier,
                                  std::uint32_t segment_size, std::uint32_t number) const;
  // Call before publishing anything in an era: another process may have opened it a moment ago, and
  // not have fsynced it yet. On return all records that lead to the era are durable. Throws
  // Error{kUnavailable} when one is missing.
  void make_era_durable(std::string_view cluster, const EraName& era) const;
  // Throws Error{kUnavailable} unless the era's own folder is there right now: a folder that was
  // moved away must not read as an empty one. Part of every proof of absence.
  void verify_era(std::string_view cluster, const EraName& era) const;

 private:
  std::unique_ptr<Backend> backend_;
  std::string id_;
};

// Of an existing era: its name always has a valid size.
SegmentSize segment_size_of(const EraName& era);
// The refusal of a name that no file of the era can have.
Refusal no_such_segment(std::string_view name, const EraName& era);
// nullopt: a file of the era can have this name.
std::optional<Refusal> refuse_name(const WalFileName& file, const EraName& era);

// The newest era of all. Refuses if nothing was ever put.
OrRefusal<EraName> newest_era(const Archive& archive, std::string_view cluster);
Refusal nothing_put_yet(std::string_view cluster);
Refusal unknown_system(std::string_view cluster, std::uint64_t system_identifier);
// Whether two eras are parts of one log: a server can continue from one to the other.
bool same_log(const EraName& one, const EraName& other);
// The newest era of one system identifier. nullopt: none.
std::optional<EraName> newest_era_of(const std::vector<EraName>& eras,
                                     std::uint64_t system_identifier);

}  // namespace walstow
