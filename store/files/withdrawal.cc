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
  for (const EraName& era : archive.eras(cluster)) {
    auto key = layout::key_of_stored(cluster, era, name);
    if (!key) continue;
    auto stored = layout::parse_object_key(cluster, *key);
    if (stored) slots.push_back({cluster, era, *std::move(key), *std::move(stored), digest});
  }
  std::ranges::reverse(slots);
  return slots;
}

// nullopt also for one that cannot be read: whoever withdraws anew replaces it.
std::optional<WithdrawnRecord> standing_record(BackendReader& backend, const Slot& slot) {
  try {
    return read_withdrawn(backend, slot.cluster, slot.era, slot.stored.file, slot.digest);
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    return std::nullopt;
  }
}

void write_record(Backend& backend, const Slot& slot, const WithdrawnRecord& record) {
  backend.update_record(slot.record(), [&](const std::optional<std::string>&) {
    return std::optional(encode_withdrawn(record));
  });
}

// A copy below "_aside", proven and durable; where it was made before, that one.
void copy_aside(Backend& backend, const std::string& key, const std::string& copy_key,
                const Digest& digest) {
  const auto source = backend.open_object(key);
  if (source == nullptr) return;
  const auto copy = proven_copy_of(backend, *source, digest);
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
    if (entry.key == copy_key || !has_digest(backend, entry.key, digest)) continue;
    const auto twin = backend.open_object(entry.key);
    const auto copy = backend.open_object(copy_key);
    if (twin && copy && same_content(*twin, *copy)) backend.remove_object(entry.key);
  }
}

// The content goes below "_aside", if it has the name. A move between two folders is no single step
// on every disk, so that a crash might lose both names: the copy is durable before. Durable on
// return.
void take_away(Backend& backend, const std::string& key, const Digest& digest) {
  const std::string copy_key = aside_key(key, to_string(digest));
  for (int attempt = 0; attempt < kWithdrawAttempts; ++attempt) {
    // The one that is taken is opened before the one that is looked into: where another one gets
    // the name between the two, nothing is taken.
    const auto object = backend.open_object(key);
    if (object == nullptr || !has_digest(backend, key, digest)) return;
    copy_aside(backend, key, copy_key, digest);
    if (!backend.set_aside(key, *object)) continue;
    remove_twins(backend, key, copy_key, digest);
    return;
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
std::unique_ptr<ObjectSource> find_aside(Backend& backend, const Slot& slot) {
  const std::string prefix = aside_key(slot.key, "");
  for (const Entry& entry : backend.list_after(prefix, "", kMostCopies)) {
    if (!has_digest(backend, entry.key, slot.digest)) continue;
    const auto object = backend.open_object(entry.key);
    if (object && examine_object(*object).whole) return backend.open_object(entry.key);
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
    if (backend.make_durable(slot.key)) return std::nullopt;
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
    auto record = standing_record(backend, slot);
    if (has_digest(backend, slot.key, slot.digest) &&
        !(record && record->state == State::kWithdrawn)) {
      const auto object = backend.open_object(slot.key);
      const Examined examined = object ? examine_object(*object) : Examined{};
      if (!examined.whole) {
        return make_refusal(
            Code::kDamaged,
            fmt::format("\"{}\" in cluster \"{}\" is damaged: {}", withdraw.name, withdraw.cluster,
                        examined.problem),
            "Put the file again: the whole one takes its place. Then it can be withdrawn.");
      }
      record = WithdrawnRecord{.state = State::kWithdrawn,
                               .name = withdraw.name,
                               .digest = slot.digest,
                               .client = examined.header.client,
                               .put = examined.header.time,
                               .stored_size = object->size(),
                               .by = by,
                               .reason = withdraw.reason,
                               .at = now};
      write_record(backend, slot, *record);
    }
    if (!record) continue;
    if (record->state == State::kReturning) {
      record->state = State::kWithdrawn;
      write_record(backend, slot, *record);
    }
    take_away(backend, slot.key, slot.digest);
    log_line(LogLevel::kWarning,
             fmt::format("\"{}\" with digest {}, put by client {}, is withdrawn from cluster "
                         "\"{}\" by \"{}\": {}",
                         withdraw.name, to_string(slot.digest), record->client, withdraw.cluster,
                         record->by, record->reason),
             "It lies below \"_aside\" in the archive.");
    return report_of(backend, withdraw.cluster, slot.era, *record);
  }
  return no_such_content(withdraw.cluster, withdraw.name, withdraw.digest);
}

OrRefusal<WithdrawnReport> return_file(const Archive& archive, const ReturnFile& back,
                                       const std::string& by) {
  Backend& backend = archive.backend();
  for (const Slot& slot : slots_of(archive, back.cluster, back.name, back.digest)) {
    auto record = read_withdrawn(backend, slot.cluster, slot.era, slot.stored.file, slot.digest);
    if (!record) continue;
    const bool stands = has_digest(backend, slot.key, slot.digest);
    const auto aside = stands ? nullptr : find_aside(backend, slot);
    if (aside && backend.open_object(slot.key) != nullptr) return name_is_taken(slot);
    record->state = State::kReturning;
    write_record(backend, slot, *record);
    if (aside) {
      if (auto refusal = give_name_back(archive, slot, *aside)) return *std::move(refusal);
    }
    backend.remove_record(slot.record());
    log_line(LogLevel::kWarning,
             fmt::format("the withdrawal of \"{}\" with digest {} from cluster \"{}\" is taken "
                         "back by \"{}\"",
                         back.name, to_string(slot.digest), back.cluster, by));
    WithdrawnReport report = report_of(backend, back.cluster, slot.era, *record);
    report.state = stands || aside ? "standing" : "lost";
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
  auto refusal = refuse_withdrawn(archive.backend(), put.cluster, era, put.file, put.digest);
  if (!refusal) return std::nullopt;
  if (const auto key = layout::key_of_stored(put.cluster, era, stored_name))
    take_away(archive.backend(), *key, put.digest);
  return refusal;
}

}  // namespace walstow
