#include "store/files/withdrawal.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "store/archive/layout.h"
#include "store/backend/key_rules.h"
#include "store/files/side_content.h"
#include "store/inventory/log_files.h"
#include "store/inventory/withdrawn_records.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

using State = WithdrawnRecord::State;

// Beyond this, somebody is fighting over the name.
constexpr int kWithdrawAttempts = 3;
// Copies of one key below "_aside" that are looked into.
constexpr std::size_t kMostCopies = 1000;

// One content of one name in one era.
struct Slot {
  std::string cluster;
  EraName era;
  std::string key;
  layout::StoredName stored;
  Digest digest;

  std::string record() const { return layout::withdrawn_record(cluster, era, stored.file, digest); }
};

// The name in each era that can have it, newest first.
std::vector<Slot> slots_of(const Archive& archive, const std::string& cluster,
                           const std::string& name, const Digest& digest) {
  std::vector<Slot> slots;
  for (const EraName& era : archive.eras_newest_first(cluster)) {
    auto key = layout::key_of_stored(cluster, era, name);
    if (!key) continue;
    auto stored = layout::parse_object_key(cluster, *key);
    if (stored) slots.push_back({cluster, era, *std::move(key), *std::move(stored), digest});
  }
  return slots;
}

// The record of a slot. One that cannot be read refuses every put of its content, so it counts as
// one that is there; whoever withdraws anew or gives back replaces it.
struct StandingRecord {
  std::optional<WithdrawnRecord> record;  // where it can be read
  bool damaged = false;

  bool says(State state) const { return record && record->state == state; }
};

StandingRecord standing_record(BackendReader& backend, const Slot& slot) {
  try {
    return {read_withdrawn(backend, slot.cluster, slot.era, slot.stored.file, slot.digest)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    log_line(LogLevel::kWarning, error.what(), error.hint());
    return {.record = {}, .damaged = true};
  }
}

void write_record(Backend& backend, const Slot& slot, const WithdrawnRecord& record) {
  backend.update_record(slot.record(), [&](const std::optional<std::string>&) {
    return std::optional(encode_withdrawn(record));
  });
}

// A copy of the object below "_aside", proven and durable; where it was made before, that one.
void copy_aside(Backend& backend, ObjectSource& object, const std::string& key,
                const std::string& copy_key, const Digest& digest) {
  const auto copy = proven_copy_of(backend, object, digest);
  if (keep(backend, *copy, copy_key) != KeepResult::kOther) return;
  throw Error(ErrorKind::kRefused,
              fmt::format("another content of \"{}\" with digest {} was withdrawn already", key,
                          to_string(digest)),
              "No accident makes two such contents: find out who has put them.");
}

// What set_aside() moved there is a second copy.
void remove_twins(Backend& backend, const std::string& key, const std::string& copy_key,
                  const Digest& digest) {
  for (const Entry& entry : backend.list_after(aside_key(key, ""), "", kMostCopies)) {
    if (entry.key == copy_key) continue;
    const auto twin = open_content(backend, entry.key, digest);
    const auto copy = backend.open_object(copy_key);
    if (twin && copy && same_content(*twin, *copy)) backend.remove_object(entry.key);
  }
}

// This object with that content goes below "_aside", if it has the name. A move between two folders
// is no single step on every disk, so that a crash might lose both names: the copy is durable
// before. False: it does not have the name any more. Durable on return.
bool take_away(Backend& backend, const std::string& key, const Digest& digest,
               ObjectSource& object) {
  const std::string copy_key = aside_key(key, to_string(digest));
  copy_aside(backend, object, key, copy_key, digest);
  const bool taken = backend.set_aside(key, object);
  remove_twins(backend, key, copy_key, digest);
  return taken;
}

// Whichever object with that content has the name.
void take_away(Backend& backend, const std::string& key, const Digest& digest) {
  for (int attempt = 0; attempt < kWithdrawAttempts; ++attempt) {
    // Where another one gets the name meanwhile, nothing is taken.
    const auto object = open_content(backend, key, digest);
    if (object == nullptr) {
      // It was taken before; a crash may have come between that and this.
      remove_twins(backend, key, aside_key(key, to_string(digest)), digest);
      return;
    }
    if (take_away(backend, key, digest, *object)) return;
  }
  throw Error(ErrorKind::kUnavailable, fmt::format("\"{}\" is being put by others", key),
              "Withdraw it once more.");
}

WithdrawnReport standing_report(BackendReader& backend, const Slot& slot,
                                const DescribedObject& object) {
  const std::string prefix =
      slot.stored.file.kind() == FileKind::kHistory
          ? std::string()
          : layout::timeline_prefix(slot.cluster, slot.era, slot.stored.file.timeline());
  const bool followed = !prefix.empty() && next_of_log(backend, slot.cluster, prefix,
                                                       layout::after_segment(slot.cluster, slot.era,
                                                                             slot.stored.file));
  return {.era = to_string(slot.era),
          .name = layout::to_string(slot.stored),
          .digest = to_string(object.header.digest),
          .state = "standing",
          .client = object.header.client,
          .put = object.header.time,
          .stored_size = object.source->size(),
          .followed = followed,
          .by = {},
          .reason = {},
          .at = {}};
}

Refusal no_such_content(const std::string& cluster, const std::string& name, const Digest& digest) {
  return make_refusal(
      Code::kNoSuchContent,
      fmt::format("cluster \"{}\" has no \"{}\" with digest {}", cluster, name, to_string(digest)),
      fmt::format("{} names the files, and {} those that were withdrawn.",
                  suggestion({"list", cluster}), suggestion({"list", cluster, "--withdrawn"})));
}

// The whole object with that content below "_aside"; nullptr: there is none any more.
std::unique_ptr<ObjectSource> find_aside(BackendReader& backend, const Slot& slot) {
  const std::string prefix = aside_key(slot.key, "");
  for (const Entry& entry : backend.list_after(prefix, "", kMostCopies)) {
    auto object = open_content(backend, entry.key, slot.digest);
    if (object && examine_object(*object).whole) return object;
  }
  return nullptr;
}

Refusal name_is_taken(const Slot& slot) {
  const std::string name = layout::to_string(slot.stored);
  return make_refusal(
      Code::kOtherContent,
      fmt::format("\"{}\" has another content in cluster \"{}\" by now", name, slot.cluster),
      fmt::format("Which is the right one? The one that stands can be withdrawn first, with {}.",
                  suggestion({"withdraw", slot.cluster, name, "--reason", "TEXT"})));
}

Refusal damaged_object(const WithdrawFile& withdraw, const std::string& problem) {
  return make_refusal(
      Code::kDamaged,
      fmt::format("\"{}\" in cluster \"{}\" is damaged: {}", withdraw.name, withdraw.cluster,
                  problem),
      "Put the file again: the whole one takes its place. Then it can be withdrawn.");
}

// Without who has withdrawn it, and why.
WithdrawnRecord record_of(const Slot& slot, const ObjectHeader& header, std::uint64_t stored_size) {
  return {.name = layout::to_string(slot.stored),
          .digest = slot.digest,
          .client = header.client,
          .put = header.time,
          .stored_size = stored_size,
          .by = {},
          .reason = {},
          .at = {}};
}

// In the place of one that cannot be read. `object`: nullptr where there is none any more.
WithdrawnRecord record_from(const Slot& slot, ObjectSource* object) {
  if (object == nullptr) return record_of(slot, {}, 0);
  return record_of(slot, examine_object(*object).header, object->size());
}

// Always by an object of its own: one that stands already may be that of a put which has read of
// the withdrawal, and takes it away in a moment.
std::optional<Refusal> give_name_back(const Archive& archive, const Slot& slot,
                                      ObjectSource& source) {
  Backend& backend = archive.backend();
  const auto staged = proven_copy_of(backend, source, slot.digest);
  archive.make_era_durable(slot.cluster, slot.era);
  for (int attempt = 0; attempt < kWithdrawAttempts; ++attempt) {
    if (backend.publish(*staged, slot.key) == PublishResult::kPublished) return std::nullopt;
    const auto standing = backend.open_object(slot.key);
    if (standing == nullptr) continue;
    if (!same_content(*standing, *staged->read_back())) return name_is_taken(slot);
    if (backend.replace_object(*staged, slot.key, *standing)) return std::nullopt;
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("\"{}\" is being put and withdrawn by others", slot.key));
}

}  // namespace

WithdrawnPage show_withdrawn(const Archive& archive, const ListWithdrawn& list) {
  WithdrawnPage page = list_withdrawn(archive, list);
  if (list.name.empty() || !list.page.after.empty()) return page;
  for (const Slot& slot : slots_of(archive, list.cluster, list.name, {})) {
    auto object = archive.backend().open_object(slot.key);
    if (object == nullptr) continue;
    const DescribedObject described = describe_object(std::move(object));
    const std::string digest = to_string(described.header.digest);
    const bool is_told = std::ranges::any_of(page.files, [&](const WithdrawnReport& report) {
      return report.era == to_string(slot.era) && report.digest == digest;
    });
    if (is_told) continue;
    page.files.insert(page.files.begin(), standing_report(archive.backend(), slot, described));
  }
  return page;
}

OrRefusal<WithdrawnReport> withdraw_file(const Archive& archive, const WithdrawFile& withdraw,
                                         const std::string& by, Time now) {
  Backend& backend = archive.backend();
  for (const Slot& slot : slots_of(archive, withdraw.cluster, withdraw.name, withdraw.digest)) {
    StandingRecord standing = standing_record(backend, slot);
    if (!standing.says(State::kWithdrawn)) {
      auto object = open_content(backend, slot.key, slot.digest);
      if (object == nullptr && standing.damaged) object = find_aside(backend, slot);
      if (object != nullptr) {
        const Examined examined = examine_object(*object);
        if (!examined.whole) return damaged_object(withdraw, examined.problem);
        standing.record = record_of(slot, examined.header, object->size());
        standing.record->by = by;
        standing.record->reason = withdraw.reason;
        standing.record->at = now;
        write_record(backend, slot, *standing.record);
      }
    }
    if (!standing.record) continue;
    WithdrawnRecord& record = *standing.record;
    if (record.state == State::kReturning) {
      record.state = State::kWithdrawn;
      write_record(backend, slot, record);
    }
    take_away(backend, slot.key, slot.digest);
    log_line(LogLevel::kWarning,
             fmt::format("\"{}\" with digest {}, put by client {}, is withdrawn from cluster "
                         "\"{}\" by \"{}\": {}",
                         withdraw.name, to_string(slot.digest), record.client, withdraw.cluster,
                         record.by, record.reason),
             "It lies below \"_aside\" in the archive.");
    return report_of(backend, withdraw.cluster, slot.era, record);
  }
  return no_such_content(withdraw.cluster, withdraw.name, withdraw.digest);
}

OrRefusal<WithdrawnReport> return_file(const Archive& archive, const ReturnFile& back,
                                       const std::string& by) {
  Backend& backend = archive.backend();
  for (const Slot& slot : slots_of(archive, back.cluster, back.name, back.digest)) {
    StandingRecord standing = standing_record(backend, slot);
    if (!standing.record && !standing.damaged) continue;
    const auto object = open_content(backend, slot.key, slot.digest);
    const auto aside = object ? nullptr : find_aside(backend, slot);
    const bool is_taken = aside && backend.open_object(slot.key) != nullptr;
    if (is_taken && open_content(backend, slot.key, slot.digest) == nullptr)
      return name_is_taken(slot);
    ObjectSource* const source = object ? object.get() : aside.get();
    if (!standing.record) standing.record = record_from(slot, source);
    WithdrawnRecord& record = *standing.record;
    record.state = State::kReturning;
    write_record(backend, slot, record);
    if (source != nullptr) {
      if (auto refusal = give_name_back(archive, slot, *source)) return *std::move(refusal);
    }
    backend.remove_record(slot.record());
    log_line(LogLevel::kWarning,
             fmt::format("the withdrawal of \"{}\" with digest {} from cluster \"{}\" is taken "
                         "back by \"{}\"",
                         back.name, to_string(slot.digest), back.cluster, by));
    WithdrawnReport report = report_of(backend, back.cluster, slot.era, record);
    report.state = source != nullptr ? "standing" : "lost";
    return report;
  }
  return make_refusal(
      Code::kNoSuchRecord,
      fmt::format("\"{}\" with digest {} is not withdrawn from cluster \"{}\"", back.name,
                  to_string(back.digest), back.cluster),
      fmt::format("{} shows all that are.", suggestion({"list", back.cluster, "--withdrawn"})));
}

std::optional<Refusal> take_back_withdrawn(const Archive& archive, const EraName& era,
                                           const PutFile& put, const std::string& stored_name) {
  Backend& backend = archive.backend();
  const auto still_withdrawn = [&] {
    return refuse_withdrawn(backend, put.cluster, era, put.file, put.digest);
  };
  const auto key = layout::key_of_stored(put.cluster, era, stored_name);
  // Before the record is read. So this is no object by which the withdrawal is taken back later.
  const auto object = key ? open_content(backend, *key, put.digest) : nullptr;
  auto refusal = still_withdrawn();
  if (!refusal || object == nullptr) return refusal;
  take_away(backend, *key, put.digest, *object);
  // A bucket cannot tell two objects with the same bytes apart.
  if (auto again = still_withdrawn()) return again;
  const Slot slot{put.cluster, era, *key, *layout::parse_object_key(put.cluster, *key), put.digest};
  if (const auto aside = find_aside(backend, slot)) return give_name_back(archive, slot, *aside);
  return refusal;
}

}  // namespace walstow
