// How many bytes a cluster may have, as stored: a put beyond is refused before its body is taken,
// and the server keeps its WAL and asks again. Blocking; errors as store/backend/backend.h.
//
// What it has is counted by a walk over its keys, and noted in a record, by which all processes go:
// a put over the local or an SSH link is one of its own. The note counts for kLeastCountAge, and
// longer where the walk took long, so that counting takes a fiftieth of the time at most. Then one
// put counts, and all others go by the old note until it has; before the first count ends, they are
// taken. By what is put meanwhile a cluster may go beyond its quota; a quota of the file system is
// exact.
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

// nullopt: it may have more.
std::optional<Refusal> refuse_over_quota(Backend& backend, const std::string& cluster, Time now);

}  // namespace walstow
