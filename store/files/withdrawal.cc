#include "store/files/withdrawal.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "store/archive/layout.h"
#include "store/backend/attempts.h"
#include "store/files/side_content.h"
#include "store/files/withdrawn_copies.h"
#include "store/inventory/log_files.h"
#include "store/inventory/withdrawn_records.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"
#include "store/retention/quota.h"

namespace walstow {
namespace {

using State = WithdrawnRecord::State;

// After this many attempts, the request is given up: other requests keep changing the name.
constexpr int kReturnAttempts = 3;

// One version of a file in one era.
struct Slot {
  std::string cluster;
  EraName era;
  std::string key;
  layout::StoredName stored;
  Digest digest;

  std::string record() const {
    return layout::withdrawn_record(cluster, era, stored.file, stored.form, digest);
  }
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

// The record of a slot. An unreadable record refuses every put of its version, so it counts as
// existing; a repeated withdrawal or return replaces it.
struct ExistingRecord {
  std::optional<WithdrawnRecord> record;  // if it can be read
  bool damaged = false;

  bool says(State state) const { return record && record->state == state; }
};

ExistingRecord existing_record(BackendReader& backend, const Slot& slot) {
  try {
    return {read_withdrawn(backend, slot.record())};
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

// nullopt: there is none, or it cannot be read.
std::optional<WithdrawnRecord> readable(const std::optional<std::string>& content,
                                        const Slot& slot) {
  try {
    return content ? std::optional(decode_withdrawn(*content, slot.record())) : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    return std::nullopt;
  }
}

// Atomic with the check that the record still refuses puts. nullopt: it no longer does.
std::optional<WithdrawnRecord> mark_purged(Backend& backend, const Slot& slot) {
  std::optional<WithdrawnRecord> purged;
  backend.update_record(slot.record(), [&](const std::optional<std::string>& content) {
    purged = readable(content, slot);
    if (purged && !refuses_puts(*purged)) purged.reset();
    if (!purged) return std::optional<std::string>();
    purged->state = State::kPurged;
    return std::optional(encode_withdrawn(*purged));
  });
  return purged;
}

// Gives the name back to the content. Throws Error{kUnavailable} if it was purged since `record`
// was read: its copies are being removed then.
void mark_returning(Backend& backend, const Slot& slot, WithdrawnRecord record) {
  const bool was_purged = record.state == State::kPurged;
  record.state = State::kReturning;
  backend.update_record(slot.record(), [&](const std::optional<std::string>& content) {
    const auto now = readable(content, slot);
    if (!was_purged && now && now->state == State::kPurged) {
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("another administrator is permanently removing \"{}\"",
                              layout::to_string(slot.stored)),
                  "Try again.");
    }
    return std::optional(encode_withdrawn(record));
  });
}

WithdrawnReport existing_report(BackendReader& backend, const Slot& slot,
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

// The object that has the name, if it is whole and has that content; otherwise nullptr.
std::unique_ptr<ObjectSource> open_whole_content(BackendReader& backend, const Slot& slot) {
  auto object = open_content(backend, slot.key, slot.digest);
  return object && examine_object(*object).whole ? std::move(object) : nullptr;
}

// The name does not have the withdrawn content. Other content with the same digest may have it.
bool is_taken_away(BackendReader& backend, const Slot& slot) {
  if (open_content(backend, slot.key, slot.digest) == nullptr) return true;
  const auto existing = open_whole_content(backend, slot);
  return existing && find_copy(backend, slot.key, slot.digest) &&
         !has_copy_of(backend, slot.key, slot.digest, *existing);
}

// A damaged object makes way, as it does for a put.
bool other_has_name(BackendReader& backend, const Slot& slot) {
  const auto object = backend.open_object(slot.key);
  if (object == nullptr) return false;
  const Examined examined = examine_object(*object);
  return examined.whole && examined.header.digest != slot.digest;
}

// nullopt: it is damaged, and there are others to show.
std::optional<DescribedObject> try_describe(std::unique_ptr<ObjectSource> object, bool is_all) {
  try {
    return describe_object(std::move(object));
  } catch (const Error& error) {
    if (is_all || error.kind() != ErrorKind::kDamaged) throw;
    log_line(LogLevel::kWarning, error.what(), error.hint());
    return std::nullopt;
  }
}

Refusal not_withdrawn(const std::string& cluster, const std::string& name, const Digest& digest) {
  return make_refusal(Code::kNoSuchRecord,
                      fmt::format("\"{}\" with digest {} is not withdrawn from cluster \"{}\"",
                                  name, to_string(digest), cluster),
                      fmt::format("{} shows all withdrawn versions.",
                                  suggestion({"list", cluster, "--withdrawn"})));
}

Refusal not_wholly_withdrawn(const Slot& slot) {
  const std::string name = layout::to_string(slot.stored);
  return make_refusal(Code::kDamaged,
                      fmt::format("the withdrawal of \"{}\" from cluster \"{}\" is not complete",
                                  name, slot.cluster),
                      fmt::format("Complete it first: {}.",
                                  suggestion({"withdraw", slot.cluster, name, "--digest",
                                              to_string(slot.digest), "--reason", "TEXT"})));
}

Refusal name_is_taken(const Slot& slot) {
  const std::string name = layout::to_string(slot.stored);
  return make_refusal(
      Code::kOtherContent,
      fmt::format("\"{}\" now has other content in cluster \"{}\"", name, slot.cluster),
      fmt::format("Decide which content is right. To withdraw the existing content first, run {}.",
                  suggestion({"withdraw", slot.cluster, name, "--reason", "TEXT"})));
}

Refusal damaged_object(const WithdrawFile& withdraw, const std::string& problem) {
  return make_refusal(
      Code::kDamaged,
      fmt::format("\"{}\" in cluster \"{}\" is damaged: {}", withdraw.name, withdraw.cluster,
                  problem),
      "Put the file again: the whole file replaces the damaged one. Then it can be withdrawn.");
}

// Without the name of the administrator and the reason.
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

// Replaces an unreadable record. `object`: nullptr if it no longer exists.
WithdrawnRecord record_from(const Slot& slot, ObjectSource* object) {
  if (object == nullptr) return record_of(slot, {}, 0);
  return record_of(slot, examine_object(*object).header, object->size());
}

// Always uses its own object: an existing one may belong to a put that has read the withdrawal, and
// takes that object away in a moment.
std::optional<Refusal> give_name_back(const Archive& archive, const Slot& slot,
                                      ObjectSource& source) {
  Backend& backend = archive.backend();
  const auto staged = proven_copy_of(backend, source, slot.digest);
  archive.make_era_durable(slot.cluster, slot.era);
  for (int attempt = 0; attempt < kReturnAttempts; ++attempt) {
    if (backend.publish(*staged, slot.key) == PublishResult::kPublished) return std::nullopt;
    const auto existing = backend.open_object(slot.key);
    if (existing == nullptr) continue;
    if (const Examined examined = examine_object(*existing); !examined.whole) {
      if (replace_damaged(backend, *staged, slot.key, *existing, examined.problem))
        return std::nullopt;
      continue;
    }
    if (!same_content(*existing, *staged->read_back())) return name_is_taken(slot);
    if (backend.replace_object(*staged, slot.key, *existing)) return std::nullopt;
  }
  throw_gave_up(slot.key);
}

}  // namespace

WithdrawnPage show_withdrawn(const Archive& archive, const ListWithdrawn& list) {
  WithdrawnPage page = list_withdrawn(archive, list);
  if (list.name.empty() || !list.page.after.empty()) return page;
  for (const Slot& slot : slots_of(archive, list.cluster, list.name, {})) {
    auto object = archive.backend().open_object(slot.key);
    if (object == nullptr) continue;
    const auto described = try_describe(std::move(object), page.files.empty());
    if (!described) continue;
    const std::string digest = to_string(described->header.digest);
    const bool is_told = std::ranges::any_of(page.files, [&](const WithdrawnReport& report) {
      return report.era == to_string(slot.era) && report.digest == digest;
    });
    if (is_told) continue;
    page.files.insert(page.files.begin(), existing_report(archive.backend(), slot, *described));
  }
  return page;
}

OrRefusal<WithdrawnReport> withdraw_file(const Archive& archive, const WithdrawFile& withdraw,
                                         const std::string& by, Time now) {
  Backend& backend = archive.backend();
  for (const Slot& slot : slots_of(archive, withdraw.cluster, withdraw.name, withdraw.digest)) {
    ExistingRecord existing = existing_record(backend, slot);
    if (!existing.says(State::kWithdrawn)) {
      auto object = open_content(backend, slot.key, slot.digest);
      if (object == nullptr && existing.damaged) object = find_copy(backend, slot.key, slot.digest);
      if (object != nullptr) {
        const Examined examined = examine_object(*object);
        if (!examined.whole) return damaged_object(withdraw, examined.problem);
        existing.record = record_of(slot, examined.header, object->size());
        existing.record->by = by;
        existing.record->reason = withdraw.reason;
        existing.record->at = now;
        write_record(backend, slot, *existing.record);
      }
    }
    if (!existing.record) continue;
    WithdrawnRecord& record = *existing.record;
    if (record.state == State::kReturning) {
      record.state = State::kWithdrawn;
      write_record(backend, slot, record);
    }
    take_away(backend, slot.key, slot.digest);
    forget_stored_bytes(backend, withdraw.cluster);
    log_line(LogLevel::kWarning,
             fmt::format("\"{}\" with digest {}, put by client {}, is withdrawn from cluster "
                         "\"{}\" by \"{}\": {}",
                         withdraw.name, to_string(slot.digest), record.client, withdraw.cluster,
                         record.by, record.reason),
             "It is kept below \"_aside\" in the archive.");
    return report_of(backend, withdraw.cluster, slot.era, record);
  }
  return no_such_content(withdraw.cluster, withdraw.name, withdraw.digest);
}

OrRefusal<WithdrawnReport> return_file(const Archive& archive, const ReturnFile& back,
                                       const std::string& by) {
  Backend& backend = archive.backend();
  for (const Slot& slot : slots_of(archive, back.cluster, back.name, back.digest)) {
    ExistingRecord existing = existing_record(backend, slot);
    if (!existing.record && !existing.damaged) continue;
    const auto object = open_whole_content(backend, slot);
    const auto aside = object ? nullptr : find_copy(backend, slot.key, slot.digest);
    if (aside && other_has_name(backend, slot)) return name_is_taken(slot);
    ObjectSource* const source = object ? object.get() : aside.get();
    if (!existing.record) existing.record = record_from(slot, source);
    const WithdrawnRecord& record = *existing.record;
    mark_returning(backend, slot, record);
    if (source != nullptr) {
      if (auto refusal = give_name_back(archive, slot, *source)) return *std::move(refusal);
    }
    backend.remove_record(slot.record());
    log_line(LogLevel::kWarning,
             fmt::format(
                 "the withdrawal of \"{}\" with digest {} from cluster \"{}\" is undone by \"{}\"",
                 back.name, to_string(slot.digest), back.cluster, by));
    WithdrawnReport report = report_of(backend, back.cluster, slot.era, record);
    report.state = source != nullptr ? "standing" : "lost";
    return report;
  }
  return not_withdrawn(back.cluster, back.name, back.digest);
}

OrRefusal<WithdrawnReport> purge_file(const Archive& archive, const PurgeFile& purge,
                                      const std::string& by) {
  Backend& backend = archive.backend();
  for (const Slot& slot : slots_of(archive, purge.cluster, purge.name, purge.digest)) {
    const ExistingRecord existing = existing_record(backend, slot);
    if (existing.damaged) return not_wholly_withdrawn(slot);
    if (!existing.record) continue;
    if (!is_taken_away(backend, slot)) return not_wholly_withdrawn(slot);
    // A simultaneous undo reads the copies that would be removed.
    const auto purged = mark_purged(backend, slot);
    if (!purged && existing_record(backend, slot).record) return not_wholly_withdrawn(slot);
    if (!purged) continue;
    remove_copies(backend, slot.key, slot.digest);
    backend.hold_reserve();
    log_line(LogLevel::kWarning,
             fmt::format("\"{}\" with digest {}, withdrawn from cluster \"{}\", is permanently "
                         "deleted by \"{}\"",
                         purge.name, to_string(slot.digest), purge.cluster, by));
    return report_of(backend, purge.cluster, slot.era, *purged);
  }
  return not_withdrawn(purge.cluster, purge.name, purge.digest);
}

std::optional<Refusal> take_back_withdrawn(const Archive& archive, const EraName& era,
                                           const PutFile& put, const std::string& stored_name) {
  Backend& backend = archive.backend();
  const auto still_withdrawn = [&] {
    return refuse_withdrawn(backend, put.cluster, era, put.file, put.digest);
  };
  const auto key = layout::key_of_stored(put.cluster, era, stored_name);
  // Opened before the record is read. So it is not an object that an undo of the withdrawal puts
  // back later.
  const auto object = key ? open_content(backend, *key, put.digest) : nullptr;
  auto refusal = still_withdrawn();
  if (!refusal || object == nullptr) return refusal;
  take_away(backend, *key, put.digest, *object);
  // A bucket cannot tell two objects with the same bytes apart.
  if (auto again = still_withdrawn()) return again;
  const Slot slot{put.cluster, era, *key, *layout::parse_object_key(put.cluster, *key), put.digest};
  if (const auto aside = find_copy(backend, slot.key, slot.digest))
    return give_name_back(archive, slot, *aside);
  return refusal;
}

}  // namespace walstow
