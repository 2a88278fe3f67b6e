// Records of versions that an administrator has withdrawn. There is one record for each version, in
// the era's folder. While a version is withdrawn, no put of it under that name is acknowledged.
// Blocking. Errors: as in store/backend/backend.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/withdraw_report.h"
#include "store/archive/archive.h"
#include "store/backend/entries.h"

namespace walstow {

struct WithdrawnRecord {
  enum class State {
    // The object of the version is below "_aside", or is being moved there.
    kWithdrawn,
    // The version is being put back, and clients may put it again.
    kReturning,
    // The version is withdrawn; its copies below "_aside" are removed, or about to be removed.
    kPurged,
  };
  State state = State::kWithdrawn;
  std::string name;  // the name under which the version was stored
  Digest digest;
  std::string client;  // the client that had put the version
  Time put;
  std::uint64_t stored_size = 0;  // bytes
  std::string by, reason;
  Time at;
};

// Returns whether puts of the version are refused.
inline bool refuses_puts(const WithdrawnRecord& record) {
  return record.state != WithdrawnRecord::State::kReturning;
}

std::string encode_withdrawn(const WithdrawnRecord& record);
// `record` is the name of the record for messages. Throws Error{kDamaged}.
WithdrawnRecord decode_withdrawn(std::string_view content, const std::string& record);

// Reads the record under layout::withdrawn_record(). Returns nullopt if that version was never
// withdrawn in that form. Throws Error{kDamaged} for an unreadable record.
std::optional<WithdrawnRecord> read_withdrawn(BackendReader& backend, const std::string& key);

// Returns why a put of that version is not acknowledged. Considers every form in which the version
// could be stored. Returns nullopt if it is not withdrawn.
std::optional<Refusal> refuse_withdrawn(BackendReader& backend, const std::string& cluster,
                                        const EraName& era, const WalFileName& file,
                                        const Digest& digest);
// Like the function above, but for versions in any era whose digests begin with these digits.
std::optional<Refusal> refuse_withdrawn(const Archive& archive, const std::string& cluster,
                                        const WalFileName& file, std::string_view digest_begin);

// Returns the withdrawn versions of one file, or all of them, as `list` requests. Versions that
// were not withdrawn are not included. For an unreadable record, the state is "unreadable", and the
// only other members are those that the record's key contains.
WithdrawnPage list_withdrawn(const Archive& archive, const ListWithdrawn& list);

// The number of withdrawn versions in an era, and the newest of them, at most `most`. Descriptions
// of unreadable records are added to `damaged`.
struct NewestWithdrawn {
  std::uint64_t count = 0;
  std::vector<WithdrawnReport> newest;
};
NewestWithdrawn newest_withdrawn(BackendReader& backend, const std::string& cluster,
                                 const EraName& era, std::size_t most, DamagedRecords& damaged);

WithdrawnReport report_of(BackendReader& backend, const std::string& cluster, const EraName& era,
                          const WithdrawnRecord& record);

// Returns the object under the key, positioned at its first byte, if its header names that content.
// Returns nullptr if it has other content, or is too damaged to tell.
std::unique_ptr<ObjectSource> open_content(BackendReader& backend, const std::string& key,
                                           const Digest& digest);

}  // namespace walstow
