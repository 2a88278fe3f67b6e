// Records of contents that an administrator has withdrawn, one for each, in the era's folder. While
// one says so, no put of that content under that name is acknowledged. Blocking. Errors: as
// store/backend/backend.h.
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
    kWithdrawn,  // its object is below "_aside", or on the way there
    kReturning,  // it is being put back, and may be put again
    kPurged,     // withdrawn, and what was below "_aside" is removed, or about to be
  };
  State state = State::kWithdrawn;
  std::string name;  // as it was stored
  Digest digest;
  std::string client;  // who had put it
  Time put;
  std::uint64_t stored_size = 0;  // bytes
  std::string by, reason;
  Time at;
};

// Whether puts of the content are refused.
inline bool refuses_puts(const WithdrawnRecord& record) {
  return record.state != WithdrawnRecord::State::kReturning;
}

std::string encode_withdrawn(const WithdrawnRecord& record);
// `record` names it in the message. Throws Error{kDamaged}.
WithdrawnRecord decode_withdrawn(std::string_view content, const std::string& record);

// Under layout::withdrawn_record(). nullopt: that content was never withdrawn in that form. Throws
// Error{kDamaged} for one that cannot be read.
std::optional<WithdrawnRecord> read_withdrawn(BackendReader& backend, const std::string& key);

// Why a put of that content is not acknowledged, whatever form it would get; nullopt: nobody has
// withdrawn it.
std::optional<Refusal> refuse_withdrawn(BackendReader& backend, const std::string& cluster,
                                        const EraName& era, const WalFileName& file,
                                        const Digest& digest);
// The same of a digest that begins with these digits, in any era.
std::optional<Refusal> refuse_withdrawn(const Archive& archive, const std::string& cluster,
                                        const WalFileName& file, std::string_view digest_begin);

// Those of one file, or of all, as `list` asks; without what stands. Of one that cannot be read,
// what its key says: its state is "unreadable".
WithdrawnPage list_withdrawn(const Archive& archive, const ListWithdrawn& list);

// How many there are in an era, and the newest of them, `most` at most. One that cannot be read
// goes into `damaged`.
struct NewestWithdrawn {
  std::uint64_t count = 0;
  std::vector<WithdrawnReport> newest;
};
NewestWithdrawn newest_withdrawn(BackendReader& backend, const std::string& cluster,
                                 const EraName& era, std::size_t most, DamagedRecords& damaged);

WithdrawnReport report_of(BackendReader& backend, const std::string& cluster, const EraName& era,
                          const WithdrawnRecord& record);

// The object under the key, where it has that content by its header; from its first byte on.
// nullptr: it has not, or is too damaged to tell.
std::unique_ptr<ObjectSource> open_content(BackendReader& backend, const std::string& key,
                                           const Digest& digest);

}  // namespace walstow
