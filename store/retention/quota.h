// How many bytes a cluster may have, as stored: a put beyond is refused before its body is taken,
// and the server keeps its WAL and asks again. Blocking; errors as store/backend/backend.h.
//
// What it has is counted by a walk over its keys, and noted in a record, by which all processes go:
// a put over the local or an SSH link is one of its own. Each put adds its object to the note, in
// one step of all processes, right before the object gets its name. So the figure is of now, and a
// cluster goes beyond its quota by one object at most, whoever puts at the same time. A count mends
// what a crash between the two steps leaves, and sees what is removed and what else is written;
// only of objects that are getting their names in the moment in which it begins it may miss some,
// until the next one.
//
// A count stands for kLeastCountAge, and longer where the walk took long, so that counting takes a
// fiftieth of the time at most. Then one put counts, and all others go by the old note until it
// has; before the first count ends, by what was put since it began.
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

// nullopt: none is set. Throws Error{kDamaged}.
std::optional<std::uint64_t> read_quota(BackendReader& backend, std::string_view cluster);
// In the place of any other, also of a damaged one; 0: none. Durable on return.
void set_quota(Backend& backend, std::string_view cluster, std::uint64_t bytes,
               const std::string& by, Time now);

// Everything below the cluster, records too. As it was noted, or counted now. nullopt: somebody
// else counts, and nobody has before.
std::optional<std::uint64_t> stored_bytes_of(Backend& backend, std::string_view cluster, Time now);
// The same as it was noted, however long ago; nullopt: nobody has counted yet.
std::optional<std::uint64_t> noted_bytes_of(BackendReader& backend, std::string_view cluster);
// Something was removed: who asks next counts anew, and the note counts until then.
void forget_stored_bytes(Backend& backend, std::string_view cluster);

// One put and the quota of its cluster. Without a quota nothing is noted, and nothing costs
// anything but the look for it. `backend` outlives it. Threads: one at a time.
class QuotaUse {
 public:
  // Throws Error{kDamaged} for a quota that cannot be read.
  QuotaUse(Backend& backend, std::string cluster);

  bool is_limited() const { return quota_.has_value(); }
  // Before the body is taken. nullopt: the cluster may have more.
  std::optional<Refusal> refuse(Time now);
  // `bytes` are about to be stored. nullopt: they may be, and are noted, durably on return.
  std::optional<Refusal> add(std::uint64_t bytes);
  // Takes the last add() back: its bytes were not stored after all.
  void give_back();

 private:
  std::optional<Refusal> refusal_at(std::uint64_t stored) const;

  Backend& backend_;
  std::string cluster_;
  std::optional<std::uint64_t> quota_;
  std::uint64_t added_ = 0;   // bytes, by add()
  std::uint64_t period_ = 0;  // in which they were noted
};

}  // namespace walstow
