#include "store/inventory/withdrawn_records.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

namespace json = boost::json;
using Form = layout::StoredName::Form;
using State = WithdrawnRecord::State;

using StateText = std::pair<State, std::string_view>;
constexpr std::array kStates{StateText{State::kWithdrawn, "withdrawn"},
                             StateText{State::kReturning, "returning"},
                             StateText{State::kPurged, "purged"}};

std::string_view text_of(State state) {
  return std::ranges::find(kStates, state, &StateText::first)->second;
}

constexpr std::uint32_t kLargestWithdrawnPage = 500;  // so that a page fits into a JSON body

// The forms in which a put of it may be stored.
std::vector<Form> forms_of(const WalFileName& file) {
  if (file.kind() == FileKind::kSegment) return {Form::kFile, Form::kIncomplete};
  return {Form::kFile};
}

Refusal withdrawn_refusal(const std::string& cluster, const WalFileName& file,
                          const WithdrawnRecord& record) {
  return make_refusal(
      Code::kWithdrawn,
      fmt::format("this version of \"{}\", digest {}, was withdrawn from cluster \"{}\" by \"{}\" "
                  "on {}: {}",
                  file.text(), to_string(record.digest), cluster, record.by, to_iso8601(record.at),
                  record.reason),
      fmt::format("Does this server belong to the cluster? If not, set archive_mode = off there, "
                  "or give it a cluster of its own. If the version is right after all, an "
                  "administrator can undo the withdrawal: {}.",
                  suggestion({"withdraw", cluster, record.name, "--undo"})));
}

// The facts in a record's key, for a record whose content cannot be read. nullopt: `name` is not
// "", and the key belongs to another stored name.
std::optional<WithdrawnReport> report_of_key(const std::string& cluster, const EraName& era,
                                             const std::string& key, const std::string& name) {
  const auto withdrawn = layout::parse_withdrawn_record(cluster, era, key);
  const auto digest = withdrawn ? parse_digest(withdrawn->digits) : std::nullopt;
  if (!digest) return std::nullopt;
  WithdrawnReport report;
  report.era = to_string(era);
  report.name = withdrawn->form == Form::kIncomplete
                    ? layout::incomplete_name(withdrawn->file, *digest)
                    : layout::stored_name(withdrawn->file, *digest);
  report.digest = withdrawn->digits;
  report.state = "unreadable";
  if (name.empty()) return report;
  const auto stored_key = layout::key_of_stored(cluster, era, name);
  const auto stored = stored_key ? layout::parse_object_key(cluster, *stored_key) : std::nullopt;
  const bool is_it = stored && stored->form == withdrawn->form &&
                     (stored->digits.empty() || layout::are_digits_of(stored->digits, *digest));
  if (!is_it) return std::nullopt;
  report.name = name;
  return report;
}

// What a list shows for one record; nullopt: nothing.
std::optional<WithdrawnReport> report_at(BackendReader& backend, const ListWithdrawn& list,
                                         const EraName& era, const std::string& key) {
  try {
    const auto record = read_withdrawn(backend, key);
    if (!record || (!list.name.empty() && record->name != list.name)) return std::nullopt;
    return report_of(backend, list.cluster, era, *record);
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kWarning, error.what(), error.hint());
    return report_of_key(list.cluster, era, key, list.name);
  }
}

}  // namespace

WithdrawnRecord decode_withdrawn(std::string_view content, const std::string& record) {
  const json::object object = parse_record(content, record);
  const auto text = [&](std::string_view name) {
    auto value = text_member(object, name);
    if (!value) throw_damaged_record(record);
    return *std::move(value);
  };
  const auto* const state = std::ranges::find(kStates, text("state"), &StateText::second);
  const auto digest = parse_digest(text("digest"));
  const auto put = parse_iso8601(text("put"));
  const auto at = parse_iso8601(text("at"));
  const auto size = number_member(object, "stored_size");
  if (state == kStates.end() || !digest || !put || !at || !size) throw_damaged_record(record);
  return {.state = state->first,
          .name = text("name"),
          .digest = *digest,
          .client = text("client"),
          .put = *put,
          .stored_size = *size,
          .by = text("by"),
          .reason = text("reason"),
          .at = *at};
}

std::string encode_withdrawn(const WithdrawnRecord& record) {
  return to_line({{"format", kArchiveFormat},
                  {"state", text_of(record.state)},
                  {"name", record.name},
                  {"digest", to_string(record.digest)},
                  {"client", escaped(record.client)},
                  {"put", to_iso8601(record.put)},
                  {"stored_size", record.stored_size},
                  {"by", escaped(record.by)},
                  {"reason", record.reason},
                  {"at", to_iso8601(record.at)}});
}

std::optional<WithdrawnRecord> read_withdrawn(BackendReader& backend, const std::string& key) {
  const auto content = backend.read_record(key);
  if (!content) return std::nullopt;
  return decode_withdrawn(*content, record_name(backend, key));
}

std::optional<Refusal> refuse_withdrawn(BackendReader& backend, const std::string& cluster,
                                        const EraName& era, const WalFileName& file,
                                        const Digest& digest) {
  for (const Form form : forms_of(file)) {
    const auto record =
        read_withdrawn(backend, layout::withdrawn_record(cluster, era, file, form, digest));
    if (record && refuses_puts(*record)) return withdrawn_refusal(cluster, file, *record);
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_withdrawn(const Archive& archive, const std::string& cluster,
                                        const WalFileName& file, std::string_view digest_begin) {
  for (const EraName& era : archive.eras(cluster)) {
    for (const Form form : forms_of(file)) {
      const std::string prefix = layout::withdrawn_records(cluster, era, file, form, digest_begin);
      for (const Entry& entry : archive.backend().list_after(prefix, "", kLargestWithdrawnPage)) {
        const auto record = read_withdrawn(archive.backend(), entry.key);
        if (record && refuses_puts(*record)) return withdrawn_refusal(cluster, file, *record);
      }
    }
  }
  return std::nullopt;
}

WithdrawnPage list_withdrawn(const Archive& archive, const ListWithdrawn& list) {
  WithdrawnPage page;
  const std::size_t limit = std::min(list.page.limit, kLargestWithdrawnPage);
  // Where the previous page ended: the era's number comes first, so that the token identifies the
  // era.
  const auto after_era = parse_era_name(list.page.after.substr(0, list.page.after.find('/')));
  for (const EraName& era : archive.eras_newest_first(list.cluster)) {
    if (after_era && era.number > after_era->number) continue;
    std::string prefix = layout::withdrawn_records(list.cluster, era);
    if (!list.name.empty()) {
      const auto key = layout::key_of_stored(list.cluster, era, list.name);
      if (!key) continue;
      prefix = layout::withdrawn_records(list.cluster, era,
                                         layout::parse_object_key(list.cluster, *key)->file);
    }
    const bool goes_on = after_era && *after_era == era;
    const std::string cluster = layout::cluster_prefix(list.cluster);
    std::string after = goes_on ? cluster + list.page.after : std::string();
    for (std::size_t size = limit; size == limit;) {
      const std::vector<Entry> found = archive.backend().list_after(prefix, after, limit);
      size = found.size();
      for (const Entry& entry : found) {
        after = entry.key;
        auto report = report_at(archive.backend(), list, era, entry.key);
        if (!report) continue;
        page.files.push_back(*std::move(report));
        if (page.files.size() < limit) continue;
        page.next = after.substr(cluster.size());
        return page;
      }
    }
  }
  return page;
}

NewestWithdrawn newest_withdrawn(BackendReader& backend, const std::string& cluster,
                                 const EraName& era, std::size_t most, DamagedRecords& damaged) {
  std::vector<Entry> entries;
  for_each_entry(backend, layout::withdrawn_records(cluster, era),
                 [&](const Entry& entry) { entries.push_back(entry); });
  NewestWithdrawn found{.count = entries.size(), .newest = {}};
  std::ranges::sort(entries, [](const Entry& one, const Entry& other) {
    return std::tie(other.modified, one.key) < std::tie(one.modified, other.key);
  });
  entries.resize(std::min(entries.size(), most));
  for (const Entry& entry : entries) {
    try {
      const auto record = read_withdrawn(backend, entry.key);
      if (record) found.newest.push_back(report_of(backend, cluster, era, *record));
    } catch (const Error& error) {
      if (!is_of_one_record(error)) throw;
      damaged.emplace_back(error.what());
    }
  }
  return found;
}

WithdrawnReport report_of(BackendReader& backend, const std::string& cluster, const EraName& era,
                          const WithdrawnRecord& record) {
  WithdrawnReport report{.era = to_string(era),
                         .name = record.name,
                         .digest = to_string(record.digest),
                         .state = std::string(text_of(record.state)),
                         .client = record.client,
                         .put = record.put,
                         .stored_size = record.stored_size,
                         .followed = false,
                         .by = record.by,
                         .reason = record.reason,
                         .at = record.at};
  const auto key = layout::key_of_stored(cluster, era, record.name);
  if (refuses_puts(record) && key && open_content(backend, *key, record.digest))
    report.state = "unfinished";
  return report;
}

std::unique_ptr<ObjectSource> open_content(BackendReader& backend, const std::string& key,
                                           const Digest& digest) {
  auto object = backend.open_object(key);
  const auto header = object ? readable_header(*object) : std::nullopt;
  return header && header->digest == digest ? std::move(object) : nullptr;
}

}  // namespace walstow
