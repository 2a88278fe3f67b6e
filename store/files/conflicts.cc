#include "store/files/conflicts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/backend/attempts.h"
#include "store/backend/entries.h"
#include "store/files/side_content.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

using layout::Kept;

constexpr std::size_t kMostPieces = 100;  // incomplete segments of one segment, in a report
constexpr int kDecisionAttempts = 3;

// States of a report.
constexpr std::string_view kOpen = "open";
constexpr std::string_view kSettled = "settled";
constexpr std::string_view kIncomplete = "incomplete";

// A version that is kept in addition to the one that has the name.
struct Beside {
  std::string key;
  WalFileName file;
  std::string digits;  // of its digest, as its key has them
  std::string_view state;
};

std::vector<Beside> beside_of(const Archive& archive, const std::string& cluster,
                              const EraName& era, const std::optional<WalFileName>& file) {
  std::vector<Beside> found;
  for (const Kept kept : {Kept::kConflict, Kept::kSettled}) {
    for (const KeptContent& content : list_kept(archive, cluster, era, kept)) {
      if (file && content.name.file != *file) continue;
      found.push_back({content.entry.key, content.name.file, content.name.digits,
                       kept == Kept::kConflict ? kOpen : kSettled});
    }
  }
  if (!file || file->kind() != FileKind::kSegment) return found;
  const std::string prefix = layout::incomplete_prefix(cluster, era, *file);
  for (const Entry& entry : archive.backend().list_after(prefix, "", kMostPieces)) {
    if (const auto stored = layout::parse_object_key(cluster, entry.key)) {
      found.push_back({entry.key, *file, stored->digits, kIncomplete});
    }
  }
  return found;
}

// nullopt: it was removed, or it is damaged, which a verification reports: it must not hide the
// others.
std::optional<DescribedObject> describe(Backend& backend, const std::string& key) {
  auto object = backend.open_object(key);
  if (!object) return std::nullopt;
  try {
    return describe_object(std::move(object));
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kWarning, fmt::format("object \"{}\": {}", key, error.what()), error.hint());
    return std::nullopt;
  }
}

// Reports where the two segments differ, if both can be read.
void compare(ObjectSource& existing, ObjectSource& other, const WalFileName& segment,
             SegmentSize size, ConflictReport& report) {
  try {
    const SegmentPair pair = compare_segments(existing, other);
    report.differs_at = lsn_text(segment, size, pair.first_difference);
    report.ends_at = lsn_text(segment, size, pair.incoming.offset);
    report.standing_ends_at = lsn_text(segment, size, pair.existing.offset);
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kWarning, error.what(), error.hint());
  }
}

// nullopt: it was removed, or it has the name already (a decision was interrupted).
std::optional<ConflictReport> report_on(const Archive& archive, const std::string& cluster,
                                        const EraName& era, const Beside& beside, bool comparing) {
  Backend& backend = archive.backend();
  const auto object = describe(backend, beside.key);
  if (!object) return std::nullopt;
  ConflictReport report{.era = to_string(era),
                        .file = beside.file.text(),
                        .digest = to_string(object->header.digest),
                        .state = std::string(beside.state),
                        .client = object->header.client,
                        .put = object->header.time,
                        .stored_size = object->source->size()};
  const auto existing = describe(backend, *layout::object_key(cluster, era, beside.file));
  if (!existing) return report;
  report.standing = to_string(existing->header.digest);
  report.standing_client = existing->header.client;
  if (report.standing == report.digest && same_content(*existing->source, *object->source))
    return std::nullopt;
  if (comparing && beside.file.kind() == FileKind::kSegment)
    compare(*existing->source, *object->source, beside.file, segment_size_of(era), report);
  return report;
}

// --- a decision ---

class Decision {
 public:
  Decision(Archive& archive, const AcceptContent& accept, const EraName& era)
      : accept_(accept),
        archive_(archive),
        backend_(archive.backend()),
        place_{archive, accept.cluster, era, accept.file},
        key_(*layout::object_key(accept.cluster, era, accept.file)),
        beside_(beside_of(archive, accept.cluster, era, accept.file)) {}

  // False: the digits match no version in this era.
  bool carry_out();

 private:
  bool exists() const;
  bool is_meant(const Beside& beside) const;
  bool has_name(const Beside& beside) const;
  void refuse_ambiguous() const;
  const Beside* find_chosen() const;
  void give_name(const Beside& chosen);
  bool try_to_give_name(StagedObject& staged);
  void settle(StagedObject& copy, const Digest& digest);
  void settle_others();

  const AcceptContent& accept_;
  Archive& archive_;
  Backend& backend_;
  FileSlot place_;
  std::string key_;
  std::vector<Beside> beside_;
};

bool Decision::carry_out() {
  refuse_ambiguous();
  const Beside* const chosen = find_chosen();
  if (chosen != nullptr) {
    give_name(*chosen);
  } else if (!exists()) {
    return false;
  }
  settle_others();
  return true;
}

bool Decision::is_meant(const Beside& beside) const {
  if (!beside.digits.starts_with(accept_.digits) && !accept_.digits.starts_with(beside.digits))
    return false;
  const auto object = describe(backend_, beside.key);
  return object && layout::are_digits_of(accept_.digits, object->header.digest);
}

// Whether `beside` is chosen and that version already has the name.
bool Decision::has_name(const Beside& beside) const {
  if (!is_meant(beside)) return false;
  const auto existing = backend_.open_object(key_);
  const auto object = backend_.open_object(beside.key);
  return existing && object && same_content(*existing, *object);
}

// No accident creates two versions of one file with the same first digits, but an attacker may.
void Decision::refuse_ambiguous() const {
  std::set<std::string> digests;
  for (const Beside& beside : beside_) {
    if (!is_meant(beside)) continue;
    if (const auto object = describe(backend_, beside.key))
      digests.insert(to_string(object->header.digest));
  }
  if (digests.size() < 2) return;
  throw Error(ErrorKind::kRefused,
              fmt::format("the digests of several versions of \"{}\" begin with {}: {}",
                          accept_.file.text(), accept_.digits, fmt::join(digests, ", ")),
              "Give all digits of the right digest.");
}

// nullptr: none, or it already has the name. If the existing version and an undecided one have the
// same digest, the undecided one is chosen.
const Beside* Decision::find_chosen() const {
  const bool has_name_already = exists();
  for (const Beside& beside : beside_) {
    if (!is_meant(beside)) continue;
    if (!has_name_already || (beside.state == kOpen && !has_name(beside))) return &beside;
  }
  return nullptr;
}

// Whether a version with these digits already has the name, and is whole.
bool Decision::exists() const {
  const auto object = backend_.open_object(key_);
  if (!object) return false;
  const Examined examined = examine_object(*object);
  return examined.whole && layout::are_digits_of(accept_.digits, examined.header.digest) &&
         backend_.make_durable(key_);
}

void Decision::give_name(const Beside& chosen) {
  const auto object = describe(backend_, chosen.key);
  if (!object) throw Error(ErrorKind::kUnavailable, fmt::format("\"{}\" was removed", chosen.key));
  const auto staged = proven_copy_of(backend_, *object->source, object->header.digest);
  archive_.make_era_durable(place_.cluster, place_.era);
  for (int attempt = 0; attempt < kDecisionAttempts; ++attempt) {
    if (!try_to_give_name(*staged)) continue;
    log_line(LogLevel::kWarning,
             fmt::format(
                 "an administrator chose the version with digest {} for \"{}\" in cluster \"{}\"",
                 to_string(object->header.digest), accept_.file.text(), accept_.cluster));
    return;
  }
  throw_gave_up(key_);
}

bool Decision::try_to_give_name(StagedObject& staged) {
  const auto existing = backend_.open_object(key_);
  if (!existing) return backend_.publish(staged, key_) == PublishResult::kPublished;
  const Examined examined = examine_object(*existing);
  if (!examined.whole) {
    return replace_damaged(backend_, staged, key_, *existing, examined.problem);
  }
  const Digest& digest = examined.header.digest;
  const auto copy = proven_copy_of(backend_, *existing, digest);
  settle(*copy, digest);
  return backend_.replace_object(staged, key_, *existing);
}

void Decision::settle(StagedObject& copy, const Digest& digest) {
  const std::string key = place_.kept(Kept::kSettled, digest);
  if (keep(backend_, copy, key) != KeepResult::kOther) return;
  throw Error(
      ErrorKind::kRefused,
      fmt::format("another version of \"{}\" with the same digest was settled already",
                  accept_.file.text()),
      "Two versions with one digest do not arise by accident: find out which client put them.");
}

void Decision::settle_others() {
  for (const Beside& beside : beside_) {
    const bool chosen = has_name(beside);
    if (beside.state == kIncomplete || (beside.state == kSettled && !chosen)) continue;
    if (!chosen) {
      const auto object = describe(backend_, beside.key);
      if (!object) continue;
      const Digest digest = object->header.digest;
      const auto copy = proven_copy_of(backend_, *object->source, digest);
      settle(*copy, digest);
    }
    backend_.remove_object(beside.key);
  }
}

}  // namespace

std::vector<ConflictReport> list_conflicts(const Archive& archive, const ListConflicts& list) {
  std::vector<ConflictReport> reports;
  if (list.file && list.file->kind() == FileKind::kPartial) return reports;
  for (const EraName& era : archive.eras_newest_first(list.cluster)) {
    for (const Beside& beside : beside_of(archive, list.cluster, era, list.file)) {
      if (auto report = report_on(archive, list.cluster, era, beside, list.file.has_value()))
        reports.push_back(std::move(*report));
    }
  }
  return reports;
}

bool accept_content(Archive& archive, const AcceptContent& accept) {
  if (accept.file.kind() == FileKind::kPartial) return false;
  for (const EraName& era : archive.eras_newest_first(accept.cluster)) {
    if (Decision(archive, accept, era).carry_out()) return true;
  }
  return false;
}

}  // namespace walstow
