// Absence is a proof, established by asking the backend in this very request: the object is not
// there; what stands before and after it on its timeline was looked up; and after all of that, the
// marker, the cluster's and the era's records still stand where they were. Whatever goes wrong on
// the way is "unknown" (an Error), never "absent": PostgreSQL opens its database on "absent".
#include "store/get_file.h"

#include "proto/base/log.h"
#include "proto/codec/object.h"
#include "store/layout.h"
#include "store/standing_object.h"
#include "store/tombstones.h"
#include "store/unfolded_object.h"

namespace walstow {
namespace {

constexpr const char* kHoleHint =
    "Some pg_wal may still have the file: the primary's, a standby's, a lost server's. Put it in "
    "from there with \"walstow-archive PATH\".";

constexpr const char* kPrunedHint =
    "It does not come back. A standby that needs it must be built anew from a later base backup, "
    "or "
    "get it by streaming; a recovery must begin with a later one.";

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
      : object_(std::move(source)), raw_size_(raw_size) {}
  std::uint64_t size() const override { return raw_size_; }
  std::size_t read(MutableByteView out) override { return object_.read(out); }

 private:
  UnfoldedObject object_;
  std::uint64_t raw_size_;
};

Refusal unknown_system(const GetFile& get) {
  if (!get.system_identifier) return nothing_put_yet(get.cluster);
  return make_refusal(Code::kUnknownSystem,
                      "cluster \"" + get.cluster +
                          "\" has never held a file of system identifier " +
                          std::to_string(*get.system_identifier),
                      "Is this the right cluster name? Has the primary archived anything yet?");
}

// A .partial's key has a digest in it; asked for by name, the only one there is is meant.
std::variant<std::optional<std::string>, Refusal> find_key(Archive& archive, const GetFile& get,
                                                           const EraName& era) {
  if (auto key = layout::object_key(get.cluster, era, get.file)) return key;
  const std::string prefix = layout::partial_prefix(get.cluster, era, get.file);
  const std::vector<Entry> found = archive.backend().list_after(prefix, "", 2);
  if (found.size() > 1) {
    return make_refusal(Code::kBadName, "there are several contents of \"" + get.file.text() + "\"",
                        "Take the object that you want out of the archive with \"zstd -dc\"; "
                        "\"walstow list " +
                            get.cluster + "\" names them.");
  }
  if (found.empty()) return std::optional<std::string>();
  return std::optional<std::string>(found.front().key);
}

// Where the file would be, seen from its neighbours.
Code kind_of_absence(Backend& backend, const GetFile& get, const EraName& era) {
  if (get.file.kind() == FileKind::kHistory) {
    if (get.file.timeline() == Timeline{1})
      return Code::kAbsentBefore;  // PostgreSQL never makes it
    const std::string prefix = layout::history_prefix(get.cluster, era);
    const std::string key = *layout::object_key(get.cluster, era, get.file);
    return backend.list_after(prefix, key, 1).empty() ? Code::kAbsentEnd : Code::kHole;
  }
  const std::string prefix = layout::timeline_prefix(get.cluster, era, get.file.timeline());
  const std::string behind = layout::after_segment(get.cluster, era, get.file);
  if (backend.list_after(prefix, behind, 1).empty()) return Code::kAbsentEnd;
  const std::vector<Entry> first = backend.list_after(prefix, "", 1);
  const std::string own = layout::before_segment(get.cluster, era, get.file);
  return !first.empty() && first.front().key < own ? Code::kHole : Code::kAbsentBefore;
}

// What a prune has to do with an absence that was found before: it writes its floor before it
// removes anything, so an object that it took is never found absent without it.
struct Pruned {
  std::optional<Tombstone> tombstone;  // by which the file went
  bool beginnings_are_gone = false;    // of timelines, perhaps of this one
};

Pruned find_prune(Backend& backend, const GetFile& get, const EraName& era) {
  Pruned pruned;
  if (get.file.kind() == FileKind::kHistory) return pruned;  // those are never pruned
  const SegmentNumber number = get.file.number(segment_size_of(era));
  for (const Tombstone& one : list_tombstones(backend, get.cluster, era)) {
    if (!one.timeline && one.reached > SegmentNumber{}) pruned.beginnings_are_gone = true;
    if (!pruned.tombstone && one.covers(get.file.timeline(), number)) pruned.tombstone = one;
  }
  return pruned;
}

std::string_view describe(Code code, FileKind kind) {
  switch (code) {
    case Code::kAbsentEnd:
      return "and nothing later on its timeline";
    case Code::kAbsentBefore:
      return "and nothing earlier on its timeline, only later files";
    default:
      return kind == FileKind::kHistory
                 ? "although that of a higher timeline is"
                 : "although earlier and later files of its timeline are there";
  }
}

Reply absent(const Archive& archive, const GetFile& get, const EraName& era) {
  Code code = kind_of_absence(archive.backend(), get, era);
  const Pruned pruned = find_prune(archive.backend(), get, era);
  archive.verify_present();
  archive.verify_era(get.cluster, era);
  std::string message = "\"" + get.file.text() + "\" is not in cluster \"" + get.cluster + "\", ";
  // With the files below the floor went what told a hole right above it from a beginning.
  if (code == Code::kAbsentBefore && pruned.beginnings_are_gone) code = Code::kHole;
  if (pruned.tombstone) {
    code = Code::kPruned;
    message += describe(*pruned.tombstone, segment_size_of(era));
  } else if (code == Code::kHole && pruned.beginnings_are_gone) {
    message += "although it is not below the floor, and later files of its timeline are there";
  } else {
    message += describe(code, get.file.kind());
  }
  return to_reply({.code = code,
                   .message = std::move(message),
                   .hint = code == Code::kHole     ? kHoleHint
                           : code == Code::kPruned ? kPrunedHint
                                                   : "",
                   .proof = AbsenceProof{.archive = archive.id(),
                                         .cluster = get.cluster,
                                         .era = to_string(era),
                                         .file = get.file.text(),
                                         .request = get.request_id}});
}

// An object that describes another file than its key was put there by hand.
void check_header(const ObjectHeader& header, const std::string& key, const GetFile& get,
                  const EraName& era) {
  if (header.name == get.file.text() && header.system_identifier == era.system_identifier) return;
  throw Error(ErrorKind::kDamaged, "object \"" + key + "\" is of file \"" + escaped(header.name) +
                                       "\" of system identifier " +
                                       std::to_string(header.system_identifier));
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

}  // namespace

Reply get_file(const std::shared_ptr<Archive>& archive, const GetFile& get) {
  const std::vector<EraName> eras = archive->eras(get.cluster);
  std::optional<EraName> era;
  if (get.system_identifier) {
    era = newest_era_of(eras, *get.system_identifier);
  } else if (!eras.empty()) {
    era = eras.back();
  }
  if (!era) return to_reply(unknown_system(get));
  if (const auto refusal = refuse_name(get.file, *era)) return to_reply(*refusal);
  const auto found = find_key(*archive, get, *era);
  if (const auto* refusal = std::get_if<Refusal>(&found)) return to_reply(*refusal);
  const auto& key = std::get<std::optional<std::string>>(found);
  Backend& backend = archive->backend();
  if (auto source = key ? backend.open_to_send(*key) : nullptr) {
    // Head and body from one object: another may take its place at any moment (replace_object).
    DescribedObject object = describe_object(std::move(source));
    check_header(object.header, *key, get, *era);
    return present(*archive, get, *era, std::move(object.source), object.header);
  }
  return absent(*archive, get, *era);
}

}  // namespace walstow
