// A file that is in none of the relevant eras is absent, and absence needs a proof
// (store/files/absence_proof.h). Any failure means "unknown" (an Error), never "absent": PostgreSQL
// opens its database on "absent".
#include "store/files/get_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/codec/object.h"
#include "store/archive/layout.h"
#include "store/files/absence_proof.h"
#include "store/object/decompressed_object.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

constexpr const char* kPrunedHint =
    "The file cannot be brought back. A standby that needs it must be rebuilt from a later base "
    "backup, or receive its WAL by streaming. A recovery must start from a later backup.";

class StoredDownload : public Download {
 public:
  explicit StoredDownload(std::unique_ptr<ObjectSource> source) : source_(std::move(source)) {}
  std::uint64_t size() const override { return source_->size(); }
  std::size_t read(MutableByteView out) override { return counted(source_->read(out)); }
  std::optional<std::size_t> read_cached(MutableByteView out) override {
    const auto size = source_->read_cached(out);
    return size ? std::optional(counted(*size)) : std::nullopt;
  }

 private:
  std::size_t counted(std::size_t size) {
    sent_ += size;
    if (size == 0 && sent_ < source_->size()) {
      throw Error(ErrorKind::kDamaged, "an object became shorter while it was sent");
    }
    return size;
  }

  std::unique_ptr<ObjectSource> source_;
  std::uint64_t sent_ = 0;
};

class UnfoldedDownload : public Download {
 public:
  UnfoldedDownload(std::unique_ptr<ObjectSource> source, std::uint64_t raw_size)
      : source_(std::move(source)), object_(*source_), raw_size_(raw_size) {}
  std::uint64_t size() const override { return raw_size_; }
  std::size_t read(MutableByteView out) override { return object_.read(out); }

 private:
  std::unique_ptr<ObjectSource> source_;
  DecompressedObject object_;
  std::uint64_t raw_size_;
};

std::string sizes_of(const std::vector<EraName>& eras) {
  std::set<SegmentSize> sizes;
  for (const EraName& era : eras)
    sizes.insert(segment_size_of(era));
  std::string text;
  for (const SegmentSize size : sizes)
    text += fmt::format("{}{}", text.empty() ? "" : " and ", to_string(size));
  return text;
}

// The eras that may have the file, oldest first, at least one: all of one log.
OrRefusal<std::vector<EraName>> choose_eras(const GetFile& get, std::vector<EraName> eras) {
  if (eras.empty() && !get.system_identifier) return nothing_put_yet(get.cluster);
  if (!get.system_identifier) {
    const EraName newest = eras.back();
    std::erase_if(eras, [&](const EraName& era) { return !same_log(era, newest); });
    return eras;
  }
  const std::string owner = fmt::format("system identifier {}", *get.system_identifier);
  const std::string cluster = fmt::format("cluster \"{}\"", get.cluster);
  std::erase_if(
      eras, [&](const EraName& era) { return era.system_identifier != *get.system_identifier; });
  if (eras.empty()) return unknown_system(get.cluster, *get.system_identifier);
  const std::string sizes = sizes_of(eras);
  if (get.segment_size) {
    std::erase_if(
        eras, [&](const EraName& era) { return era.segment_size != get.segment_size->bytes(); });
    if (!eras.empty()) return eras;
    return make_refusal(
        Code::kUnknownSystem,
        fmt::format("{} has never contained a file of {} with segments of {}, but only of {}",
                    cluster, owner, to_string(*get.segment_size), sizes),
        "Has the primary archived anything since its segment size was changed?");
  }
  const bool one_log =
      std::ranges::all_of(eras, [&](const EraName& era) { return same_log(era, eras.front()); });
  if (one_log) return eras;
  return make_refusal(
      Code::kBadRequest,
      fmt::format("{} contains segments of {} from {}, but the request does not name a size",
                  cluster, sizes, owner),
      "Update walstow on the host that sends the request, or give the data directory with "
      "--pgdata.");
}

// A .partial's key contains a digest. A get by name finds it if there is only one version.
OrRefusal<std::optional<std::string>> find_key(const Archive& archive, const GetFile& get,
                                               const EraName& era) {
  if (auto key = layout::object_key(get.cluster, era, get.file)) return key;
  const std::string prefix = layout::partial_prefix(get.cluster, era, get.file);
  const std::vector<Entry> found = archive.backend().list_after(prefix, "", 2);
  if (found.size() > 1) {
    return make_refusal(
        Code::kBadName, fmt::format("there are several versions of \"{}\"", get.file.text()),
        fmt::format(
            "Decompress the object of the version that you want with \"zstd -dc\"; {} names them.",
            suggestion({"list", get.cluster})));
  }
  if (found.empty()) return std::optional<std::string>();
  return std::optional<std::string>(found.front().key);
}

std::string history_name(Timeline timeline) {
  return fmt::format("{}.history", to_hex8(timeline));
}

std::string history_hint(Timeline timeline) {
  return fmt::format(
      "Put it with \"walstow-archive DIR/pg_wal/{}\", where DIR is the data directory of a server "
      "that is, or was, on that timeline.",
      history_name(timeline));
}

// A clause that continues `"FILE" is not in cluster "NAME", `.
std::string describe_absence(const ProvenAbsence& proven, const WalFileName& file,
                             SegmentSize size) {
  const bool is_history = file.kind() == FileKind::kHistory;
  const std::optional<Timeline>& other = proven.absence.because_of;
  const std::string number = std::to_string(other.value_or(file.timeline()).value);
  switch (proven.absence.kind) {
    case AbsenceKind::kBefore:
      return is_history ? "no server ever writes it" : "its timeline began in a later segment";
    case AbsenceKind::kEnd:
      return "and nothing later in its history is known";
    case AbsenceKind::kPruned:
      return describe(*proven.tombstone, size);
    case AbsenceKind::kHole:
      if (is_history) return fmt::format("although timeline {}, which is higher, is known", number);
      if (proven.absence.was_kept) return "although a prune has kept it for a backup";
      return other ? fmt::format(
                         "although timeline {} branched off this file's timeline at a later point",
                         number)
             : proven.later
                 ? fmt::format("although later files of its timeline exist, such as \"{}\"",
                               proven.later->text())
                 : "although later files of its timeline exist";
    case AbsenceKind::kHistoryMissing:
      if (is_history) return "although files of its timeline exist";
      return fmt::format(
          "and \"{}\" is missing, too, so it is unknown whether the file was ever written",
          history_name(other.value_or(file.timeline())));
    case AbsenceKind::kUnknown:
      break;
  }
  return {};
}

Code code_of(AbsenceKind kind) {
  switch (kind) {
    case AbsenceKind::kBefore:
      return Code::kAbsentBefore;
    case AbsenceKind::kEnd:
      return Code::kAbsentEnd;
    case AbsenceKind::kHole:
      return Code::kHole;
    case AbsenceKind::kPruned:
      return Code::kPruned;
    case AbsenceKind::kHistoryMissing:
      return Code::kHistoryMissing;
    case AbsenceKind::kUnknown:
      break;
  }
  return Code::kDamaged;
}

// A later file may not be part of the log: a made-up history, or a server that was started by
// mistake.
std::string hole_hint(const ProvenAbsence& proven, const std::string& cluster) {
  const std::string source =
      "The pg_wal of the primary, of a standby or of a lost server may still contain the file. Put "
      "it from there with \"walstow-archive PATH\".";
  if (proven.absence.was_kept) return source;
  const std::string later = proven.absence.because_of ? history_name(*proven.absence.because_of)
                            : proven.later            ? proven.later->text()
                                                      : "FILE";
  return fmt::format(
      "{} If \"{}\" does not belong to this log, an administrator can withdraw it: {}.", source,
      later, suggestion({"withdraw", cluster, later, "--reason", "TEXT"}));
}

std::string hint_for(const ProvenAbsence& proven, const std::string& cluster,
                     const WalFileName& file) {
  const Absence& absence = proven.absence;
  if (absence.kind == AbsenceKind::kHole) return hole_hint(proven, cluster);
  if (absence.kind == AbsenceKind::kPruned) return kPrunedHint;
  if (absence.kind == AbsenceKind::kHistoryMissing) {
    return history_hint(absence.because_of.value_or(file.timeline()));
  }
  return {};
}

Reply absent(const Archive& archive, const GetFile& get, const std::vector<EraName>& eras) {
  const EraName& newest = eras.back();
  const ProvenAbsence proven = prove_absence(archive, get.cluster, eras, get.file);
  const std::string file = fmt::format("\"{}\"", get.file.text());
  if (proven.absence.kind == AbsenceKind::kUnknown) {
    const Timeline timeline = proven.absence.because_of.value_or(get.file.timeline());
    return to_reply(
        make_refusal(Code::kDamaged,
                     fmt::format("\"{}\" in cluster \"{}\" is damaged or contradicts another "
                                 "history, so nothing proves that there is no {}",
                                 history_name(timeline), get.cluster, file),
                     history_hint(timeline)));
  }
  return to_reply(
      {.code = code_of(proven.absence.kind),
       .message = fmt::format("{} is not in cluster \"{}\", {}", file, get.cluster,
                              describe_absence(proven, get.file, segment_size_of(newest))),
       .hint = hint_for(proven, get.cluster, get.file),
       .proof = AbsenceProof{.archive = archive.id(),
                             .cluster = get.cluster,
                             .era = to_string(newest),
                             .file = get.file.text(),
                             .request = get.request_id}});
}

// A header for another file than the key's means that somebody put the object there by hand.
void check_header(const ObjectHeader& header, const std::string& key, const GetFile& get,
                  const EraName& era) {
  if (header.name == get.file.text() && header.system_identifier == era.system_identifier) return;
  throw Error(ErrorKind::kDamaged,
              fmt::format("object \"{}\" contains file \"{}\" of system identifier {}, which does "
                          "not match its key",
                          key, escaped(header.name), header.system_identifier));
}

Reply present(const Archive& archive, const GetFile& get, const EraName& era,
              std::unique_ptr<ObjectSource> source, const ObjectHeader& header) {
  Reply reply;
  reply.head.status = 200;
  Fields& fields = reply.head.fields;
  fields.set(field::kContentType, "application/octet-stream");
  fields.set(field::kArchive, archive.id());
  fields.set(field::kEra, to_string(era));
  fields.set(field::kDigest, to_digest_field(header.digest));
  fields.set(field::kSize, std::to_string(header.raw_size));
  fields.set("Vary", "Accept-Encoding");
  const bool stored_form = get.accept == Encoding::kZstd;
  if (stored_form) fields.set(field::kContentEncoding, "zstd");
  if (get.head_only) {
    reply.announced_size = stored_form ? source->size() : header.raw_size;
  } else if (stored_form) {
    reply.download = std::make_unique<StoredDownload>(std::move(source));
  } else {
    reply.download = std::make_unique<UnfoldedDownload>(std::move(source), header.raw_size);
  }
  return reply;
}

// Takes head and body from one object: another may replace it at any moment (replace_object).
std::optional<Reply> find_file(const Archive& archive, const GetFile& get, const EraName& era) {
  const auto found = find_key(archive, get, era);
  if (!found) return to_reply(found.error());
  const auto& key = found.value();
  auto source = key ? archive.backend().open_to_send(*key) : nullptr;
  if (source == nullptr) return std::nullopt;
  DescribedObject object = describe_object(std::move(source));
  check_header(object.header, *key, get, era);
  return present(archive, get, era, std::move(object.source), object.header);
}

}  // namespace

Reply get_file(const std::shared_ptr<Archive>& archive, const GetFile& get) {
  const auto chosen = choose_eras(get, archive->eras(get.cluster));
  if (!chosen) return to_reply(chosen.error());
  const auto& eras = chosen.value();
  if (const auto refusal = refuse_name(get.file, eras.back())) return to_reply(*refusal);
  // The newest era first: it is the one that grows.
  for (auto era = eras.rbegin(); era != eras.rend(); ++era) {
    if (auto reply = find_file(*archive, get, *era)) return *std::move(reply);
  }
  return absent(*archive, get, eras);
}

}  // namespace walstow
