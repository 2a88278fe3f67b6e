#include "store/archive/archive.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"

namespace walstow {
namespace {

constexpr std::size_t kArchiveIdSize = 16;  // bytes
constexpr std::size_t kListPage = 1000;     // more than kMostEras

std::string now() {
  return to_iso8601(std::chrono::system_clock::now());
}

std::string marker_text(std::string_view id) {
  return to_line({{"format", kArchiveFormat}, {"archive", id}, {"created", now()}});
}

std::string cluster_text(std::string_view cluster) {
  return to_line({{"format", kArchiveFormat}, {"cluster", cluster}, {"created", now()}});
}

// The system identifier is text: many readers of JSON have no integers beyond 53 bits.
std::string era_text(const EraName& era) {
  return to_line({{"format", kArchiveFormat},
                  {"era", to_string(era)},
                  {"system_identifier", std::to_string(era.system_identifier)},
                  {"segment_size", era.segment_size},
                  {"opened", now()}});
}

// nullopt: no such record.
std::optional<EraName> read_era(Backend& backend, const std::string& key) {
  const auto text = backend.read_record(key);
  if (!text) return std::nullopt;
  const std::string place = record_name(backend, key);
  const auto name = text_member(parse_record(*text, place), "era");
  const auto era = name ? parse_era_name(*name) : std::nullopt;
  if (!era) throw_damaged_record(place);
  return era;
}

// nullopt: no marker.
std::optional<std::string> read_archive_id(Backend& backend) {
  const std::string key(layout::kMarker);
  const auto text = backend.read_record(key);
  if (!text) return std::nullopt;
  const std::string place = record_name(backend, key);
  auto id = text_member(parse_record(*text, place), "archive");
  std::array<std::byte, kArchiveIdSize> bytes{};
  if (!id || !from_hex(*id, bytes)) throw_damaged_record(place);
  return id;
}

std::string present_archive_id(Backend& backend) {
  if (auto id = read_archive_id(backend)) return *std::move(id);
  if (backend.read_record(std::string(layout::kMovedMarker))) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} was moved by \"walstow copy\"", backend.describe()),
                "Use the archive at its new location.");
  }
  if (backend.read_record(std::string(layout::kCopyMarker))) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} is an unfinished copy", backend.describe()),
                "\"walstow copy --finish\" makes it the archive.");
  }
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("could not find {}: it has no \"{}\"", backend.describe(), layout::kMarker),
      "Mount it, or correct its path. Only if no archive exists yet, create one with \"walstow "
      "init\".");
}

}  // namespace

std::string initialize_archive(Backend& backend) {
  std::string id = random_hex(kArchiveIdSize);
  if (backend.create_record(std::string(layout::kMarker), marker_text(id))) return id;
  throw Error(ErrorKind::kRefused, fmt::format("{} exists already", backend.describe()),
              "Use it as it is, or choose another location for a new one.");
}

Archive::Archive(std::unique_ptr<Backend> backend)
    : backend_(std::move(backend)), id_(present_archive_id(*backend_)) {}

void Archive::verify_present() const {
  backend_->verify_in_place();
  const std::string id = present_archive_id(*backend_);
  if (id == id_) return;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("{} is a different archive now: its id is {}, but it was {}",
                          backend_->describe(), id, id_),
              "Mount the right archive. If this one is the right one, restart walstowd.");
}

// --- clusters ---

bool Archive::has_cluster(std::string_view cluster) const {
  const std::string key = layout::cluster_record(cluster);
  const auto text = backend_->read_record(key);
  if (!text) return false;
  const std::string place = record_name(*backend_, key);
  if (text_member(parse_record(*text, place), "cluster") != cluster) throw_damaged_record(place);
  return true;
}

bool Archive::create_cluster(std::string_view cluster) const {
  return backend_->create_record(layout::cluster_record(cluster), cluster_text(cluster));
}

std::vector<std::string> Archive::clusters() const {
  std::vector<std::string> names;
  std::string after;
  for (;;) {
    const auto next = backend_->list_after("", after, 1);
    if (next.empty()) break;
    const std::string& key = next.front().key;
    const std::size_t slash = key.find('/');
    after = key;
    if (slash == std::string::npos) continue;
    const std::string name = key.substr(0, slash);
    if (has_cluster(name)) names.push_back(name);
    after = fmt::format("{}0", name);  // the character after '/': skips everything in this folder
  }
  // Keys sort in another order than names ("a-b/" before "a/").
  std::sort(names.begin(), names.end());
  return names;
}

// --- eras ---

std::vector<EraName> Archive::eras(std::string_view cluster) const {
  std::vector<EraName> eras;
  for (const Entry& entry : backend_->list_after(layout::era_records(cluster), "", kListPage)) {
    const auto number = static_cast<std::uint32_t>(eras.size() + 1);
    const std::string expected = layout::era_record(cluster, number);
    const auto era = read_era(*backend_, entry.key);
    if (!era || entry.key != expected || era->number != number) {
      throw_damaged_record(record_name(*backend_, expected));
    }
    eras.push_back(*era);
  }
  return eras;
}

std::vector<EraName> Archive::eras_newest_first(std::string_view cluster) const {
  std::vector<EraName> newest_first = eras(cluster);
  std::ranges::reverse(newest_first);
  return newest_first;
}

std::optional<EraName> Archive::open_era(std::string_view cluster, std::uint64_t system_identifier,
                                         std::uint32_t segment_size, std::uint32_t number) const {
  if (number == 0 || number > layout::kMostEras ||
      (number > 1 && !read_era(*backend_, layout::era_record(cluster, number - 1)))) {
    throw Error(ErrorKind::kRefused,
                fmt::format("era {} cannot be the next one in cluster \"{}\"", number, cluster),
                fmt::format("Eras are numbered from 1 to {}, without gaps.", layout::kMostEras));
  }
  const EraName era{number, system_identifier, segment_size};
  const std::string text = era_text(era);
  // The folder first: once the numbered record exists, a missing folder means that it was taken
  // away.
  const std::string folder_record = layout::era_folder_record(cluster, era);
  backend_->create_record(folder_record, text);
  const std::string record = layout::era_record(cluster, number);
  if (backend_->create_record(record, text)) return era;
  // The number is taken permanently. If another system has it, nothing will ever be put into this
  // folder.
  if (read_era(*backend_, record) != era) backend_->remove_record(folder_record);
  return std::nullopt;
}

void Archive::make_era_durable(std::string_view cluster, const EraName& era) const {
  // The publisher of the existing object has done this already. That spares all later puts the
  // fsyncs.
  if (!backend_->list_after(layout::wal_prefix(cluster, era), "", 1).empty()) return;
  verify_era(cluster, era);
  for (const std::string& key :
       {layout::cluster_record(cluster), layout::era_record(cluster, era.number),
        layout::era_folder_record(cluster, era)}) {
    if (backend_->make_durable(key)) continue;
    throw Error(ErrorKind::kUnavailable, fmt::format("{} is missing", record_name(*backend_, key)),
                "Restore this file from a copy of the archive.");
  }
}

void Archive::verify_era(std::string_view cluster, const EraName& era) const {
  const std::string key = layout::era_folder_record(cluster, era);
  const auto existing = read_era(*backend_, key);
  if (!existing) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("era folder \"{}\" is missing from {}",
                            layout::era_prefix(cluster, era), backend_->describe()),
                "Move it back, or restore it from a copy of the archive.");
  }
  if (*existing != era) throw_damaged_record(record_name(*backend_, key));
}

SegmentSize segment_size_of(const EraName& era) {
  return SegmentSize::from_bytes(era.segment_size).value();
}

Refusal no_such_segment(std::string_view name, const EraName& era) {
  return make_refusal(Code::kBadName, fmt::format("\"{}\" is not the name of a segment in an era "
                                                  "with segments of {}",
                                                  name, to_string(segment_size_of(era))));
}

std::optional<Refusal> refuse_name(const WalFileName& file, const EraName& era) {
  if (file.fits(segment_size_of(era))) return std::nullopt;
  return no_such_segment(file.text(), era);
}

OrRefusal<EraName> newest_era(const Archive& archive, std::string_view cluster) {
  const auto eras = archive.eras(cluster);
  if (!eras.empty()) return eras.back();
  return nothing_put_yet(cluster);
}

Refusal nothing_put_yet(std::string_view cluster) {
  return make_refusal(Code::kUnknownSystem,
                      fmt::format("cluster \"{}\" does not contain any files yet", cluster));
}

Refusal unknown_system(std::string_view cluster, std::uint64_t system_identifier) {
  return make_refusal(
      Code::kUnknownSystem,
      fmt::format("cluster \"{}\" has never contained a file of system identifier {}", cluster,
                  system_identifier),
      "Is the name of the cluster right? Has the primary archived anything yet?");
}

bool same_log(const EraName& one, const EraName& other) {
  return one.system_identifier == other.system_identifier && one.segment_size == other.segment_size;
}

std::optional<EraName> newest_era_of(const std::vector<EraName>& eras,
                                     std::uint64_t system_identifier) {
  const auto found = std::find_if(eras.rbegin(), eras.rend(), [&](const EraName& era) {
    return era.system_identifier == system_identifier;
  });
  if (found == eras.rend()) return std::nullopt;
  return *found;
}

}  // namespace walstow
