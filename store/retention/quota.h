// How many stored bytes a cluster may have. A put beyond the quota is refused before its body is
// accepted; the server keeps its WAL and tries again. Blocking. Errors: as in
// store/backend/backend.h.
//
// A walk over the cluster's keys counts its bytes. A record contains the result for all processes,
// because each put over the local link or an SSH link has its own process. Each put adds the size
// of its object to the record, atomically for all processes, right before the object gets its name.
// So the number is current, and simultaneous puts exceed the quota by at most one object. The next
// count corrects the number if a crash happened between these two steps, and includes bytes that
// were removed or written in other ways. A count may miss objects that get their names at the
// moment when it begins; the count after it includes them.
//
// A count is valid for kLeastCountAge, or longer if the walk took long, so that counting takes at
// most a fiftieth of the time. After that, one put counts, while all others use the old number.
// Until the first count has ended, the other puts use the bytes that were put since that count
// began.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/utc_time.h"
#include "proto/wire/refusal.h"
#include "store/archive/archive.h"

namespace walstow {

inline constexpr std::chrono::seconds kLeastCountAge{10};

// Returns nullopt if no quota is set. Throws Error{kDamaged}.
std::optional<std::uint64_t> read_quota(BackendReader& backend, std::string_view cluster);
// Replaces any other quota, even a damaged one. 0 removes the quota. The quota is durable on
// return.
void set_quota(Backend& backend, std::string_view cluster, std::uint64_t bytes,
               const std::string& by, Time now);

// Returns the stored bytes of everything below the cluster, including records. They come from the
// record, or are counted now. Returns nullopt if another caller is counting for the first time.
std::optional<std::uint64_t> stored_bytes_of(Backend& backend, std::string_view cluster, Time now);
// Returns the stored bytes from the record, however old it is, or nullopt if they were never
// counted.
std::optional<std::uint64_t> noted_bytes_of(BackendReader& backend, std::string_view cluster);
// Call it after something was removed. The next caller counts again; until then, the record is
// used.
void forget_stored_bytes(Backend& backend, std::string_view cluster);

// One put in relation to the quota of its cluster. Without a quota, it records nothing, and only
// checks whether a quota exists. `backend` must outlive this object. Only one thread at a time may
// use it.
class QuotaUse {
 public:
  // Throws Error{kDamaged} if the quota cannot be read.
  QuotaUse(Backend& backend, std::string cluster);

  bool is_limited() const { return quota_.has_value(); }
  // Call it before accepting the body. Returns nullopt if the cluster may store more.
  std::optional<Refusal> refuse(Time now);
  // Call it when `bytes` are about to be stored. Returns nullopt if they may be stored. They are
  // then recorded, and the record is durable on return.
  std::optional<Refusal> add(std::uint64_t bytes);
  // Undoes the last add(): its bytes were not stored after all.
  void give_back();

 private:
  std::optional<Refusal> refusal_at(std::uint64_t stored) const;

  Backend& backend_;
  std::string cluster_;
  std::optional<std::uint64_t> quota_;
  std::uint64_t added_ = 0;   // bytes that add() has recorded
  std::uint64_t period_ = 0;  // the period in which they were recorded
};

}  // namespace walstow
