// Absence is a proof, established by asking the backend in this very request: the object is not
// there; what stands before and after it on its timeline was looked up; and after all of that, the
// marker, the cluster's and the era's records still stand where they were. Whatever goes wrong on
// the way is "unknown" (an Error), never "absent": PostgreSQL opens its database on "absent".
#include "store/get_file.h"

#include "proto/base/log.h"
#include "proto/codec/object.h"
#include "store/layout.h"
#include "store/standing_object.h"
#include "store/unfolded_object.h"

namespace walstow {
namespace {

constexpr const char* kHoleHint =
    "Some pg_wal may still have the file: the primary's, a standby's, a lost server's. Put it in "
    "from there with \"walstow-archive PATH\".";

class StoredDownload : public Download {
 public:
  explicit StoredDownload(std::unique_ptr<ObjectSource> source) : source_(std::move(source)) {}
  std::uint64_t size() const override { return source_->size(); }
  std::size_t read(MutableByteView out) override {
    const std::size_t size = source_->read(out);
    sent_ += size;
    if (size == 0 && sent_ < source_->size()) {
      throw Error(ErrorKind::kDamaged, "an object became shorter while it was sent");
    }
    return size;
  }

 private:
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
  if (!get.system_identifier) {
    return make_refusal(Code::kUnknownSystem, "cluster \"" + get.cluster + "\" holds nothing yet");
  }
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
  const Code code = kind_of_absence(archive.backend(), get, era);
  archive.verify_present();
  archive.verify_era(get.cluster, era);
  return to_reply({.code = code,
                   .message = "\"" + get.file.text() + "\" is not in cluster \"" + get.cluster +
                              "\", " + std::string(describe(code, get.file.kind())),
                   .hint = code == Code::kHole ? kHoleHint : "",
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
  if (auto source = key ? backend.open_object(*key) : nullptr) {
    // Head and body from one object: another may take its place at any moment (replace_object).
    DescribedObject object = describe_object(std::move(source));
    check_header(object.header, *key, get, *era);
    return present(*archive, get, *era, std::move(object.source), object.header);
  }
  return absent(*archive, get, *era);
}

}  // namespace walstow
