#include "store/files/placement.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "store/backend/attempts.h"
#include "store/files/put_bounds.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

using layout::Kept;

// After this many attempts, the request is given up: other requests keep changing the name.
constexpr int kPlaceAttempts = 3;

// Why an object does not belong under the key of `put`; "" if it does. A reader refuses such an
// object, so it must not count as an existing file.
std::string problem_of(const Examined& examined, const PutFile& put) {
  const ObjectHeader& header = examined.header;
  if (!examined.whole) return examined.problem;
  if (header.name != put.file.text()) return fmt::format("its header names \"{}\"", header.name);
  if (header.system_identifier != put.system_identifier) {
    return fmt::format("its header contains system identifier {}", header.system_identifier);
  }
  return {};
}

bool is_unfinished(const SegmentEnd& end) {
  return end.kind == SegmentEnd::Kind::kUnfinished;
}

// The objects in the archive that concern one put, once its era is known. It changes nothing.
class Lookup {
 public:
  Lookup(BackendReader& backend, const EraName& era, const PutFile& put, ClaimedContent claimed)
      : put_(put),
        backend_(backend),
        era_(era),
        key_(layout::object_key(put.cluster, era, put.file, put.digest)),
        claimed_(std::move(claimed)) {}

  // The existing object under the name, read completely.
  struct Existing {
    std::unique_ptr<ObjectSource> object;
    ObjectHeader header;  // if there is no problem
    std::string problem;  // of a damaged object
  };
  std::optional<Existing> look();
  std::optional<Placement> known(const Existing& existing);
  std::optional<Placement> find_known();
  bool has_whole();

  const std::string& key() const { return key_; }
  bool is_segment() const { return put_.file.kind() == FileKind::kSegment; }
  std::string own_name() const { return layout::stored_name(put_.file, put_.digest); }
  std::string incomplete_name() const { return layout::incomplete_name(put_.file, put_.digest); }
  std::string hint() const;
  PlacedFile placed(PlacedFile::Result result, std::string name, std::uint64_t stored_size) const {
    return {.result = result,
            .digest = put_.digest,
            .name = std::move(name),
            .stored_size = stored_size};
  }
  std::string digests(const ObjectHeader& existing) const {
    if (existing.digest == put_.digest)
      return fmt::format("both have digest {}, which does not happen by accident",
                         to_string(put_.digest));
    return fmt::format("digest {} in the archive, {} here", to_string(existing.digest),
                       to_string(put_.digest));
  }

 private:
  std::optional<Placement> known_piece();
  std::optional<std::uint64_t> find(const layout::ContentKeys& keys);

  const PutFile& put_;
  BackendReader& backend_;
  EraName era_;
  std::string key_;
  ClaimedContent claimed_;
};

std::optional<Lookup::Existing> Lookup::look() {
  auto object = backend_.open_object(key_);
  if (!object) return std::nullopt;
  Examined examined = examine_object(*object);
  std::string problem = problem_of(examined, put_);
  return Existing{std::move(object), std::move(examined.header), std::move(problem)};
}

// The result of an earlier put of the same content, or of an administrator's decision.
std::optional<Placement> Lookup::known(const Existing& existing) {
  if (is_known_as(*existing.object, existing.header, claimed_)) {
    if (!backend_.make_durable(key_)) return std::nullopt;
    return placed(PlacedFile::Result::kExisted, own_name(), existing.object->size());
  }
  if (auto placement = known_piece()) return placement;
  const auto find_kept = [this](Kept kept) {
    return find(layout::kept_keys(put_.cluster, era_, kept, put_.file, put_.digest));
  };
  if (const auto size = find_kept(Kept::kSettled)) {
    return placed(PlacedFile::Result::kExisted,
                  fmt::format("{}.{}", put_.file.text(), to_string(put_.digest)), *size);
  }
  if (find_kept(Kept::kConflict)) {
    return make_refusal(Code::kOtherContent,
                        fmt::format("\"{}\" exists in cluster \"{}\" with other content: {}; the "
                                    "new content is kept until an administrator decides",
                                    put_.file.text(), put_.cluster, digests(existing.header)),
                        hint());
  }
  return std::nullopt;
}

// Whether a whole object has the name.
bool Lookup::has_whole() {
  const auto existing = look();
  return existing && existing->problem.empty();
}

std::optional<Placement> Lookup::find_known() {
  const auto existing = look();
  return existing && existing->problem.empty() ? known(*existing) : std::nullopt;
}

// Its size, if it exists.
std::optional<std::uint64_t> Lookup::find(const layout::ContentKeys& keys) {
  for (const std::string& key : keys) {
    if (const auto size = find_content(backend_, key, claimed_)) return size;
  }
  return std::nullopt;
}

std::optional<Placement> Lookup::known_piece() {
  if (!is_segment()) return std::nullopt;
  const auto size = find(layout::incomplete_keys(put_.cluster, era_, put_.file, put_.digest));
  if (!size) return std::nullopt;
  return placed(PlacedFile::Result::kExisted, incomplete_name(), *size);
}

std::string Lookup::hint() const {
  const std::string& file = put_.file.text();
  return fmt::format(
      "Does another server archive into this cluster? Give that server its own cluster. Otherwise "
      "compare both with {}, and choose the right one with {}; the servers can then continue to "
      "archive.",
      suggestion({"conflict", "show", put_.cluster, file}),
      suggestion({"conflict", "accept", put_.cluster, file, "DIGEST"}));
}

// One proven file and its name.
class Placer {
 public:
  Placer(Archive& archive, const EraName& era, const PutFile& put, const std::string& client,
         StagedObject& staged)
      : put_(put),
        backend_(archive.backend()),
        place_{archive, put.cluster, era, put.file},
        client_(client),
        lookup_(archive.backend(), era, put,
                {.digest = put.digest, .client = client, .body = &staged}),
        staged_(staged) {}

  Placement run(const std::optional<SegmentEnd>& end);
  bool is_stored() const { return is_stored_; }

 private:
  using Existing = Lookup::Existing;
  std::optional<Placement> settle(const Existing& existing);
  Placement keep_incomplete(const Existing* existing, const SegmentEnd& end);
  enum class TakeOver { kDone, kAgain, kRefused };
  TakeOver take_over(const Existing& existing);
  Placement refuse(const ObjectHeader& existing, const std::string& difference);

  std::string lsn(std::uint64_t offset) const {
    return lsn_text(put_.file, segment_size_of(place_.era), offset);
  }
  PlacedFile placed_new() {
    is_stored_ = true;
    return lookup_.placed(PlacedFile::Result::kNew, lookup_.own_name(), staged_.size());
  }

  const PutFile& put_;
  Backend& backend_;
  FileSlot place_;
  const std::string& client_;
  Lookup lookup_;
  StagedObject& staged_;
  bool is_stored_ = false;
};

Placement Placer::run(const std::optional<SegmentEnd>& end) {
  const bool gets_free_name = !end || may_have_name(*end);
  // An unfinished segment that gets the name is kept as an incomplete one once a longer one
  // replaces it, so it counts, too.
  if (end && is_unfinished(*end) && !lookup_.has_whole()) {
    if (auto refusal = refuse_too_many_pieces(backend_, place_.era, put_, client_)) return *refusal;
  }
  for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
    if (gets_free_name && backend_.publish(staged_, lookup_.key()) == PublishResult::kPublished)
      return placed_new();
    const auto existing = lookup_.look();
    const bool whole = existing && existing->problem.empty();
    if (!whole && !gets_free_name) return keep_incomplete(nullptr, *end);
    if (!existing) continue;
    if (!whole) {
      if (replace_damaged(backend_, staged_, lookup_.key(), *existing->object, existing->problem))
        return placed_new();
      continue;
    }
    if (auto placement = lookup_.known(*existing)) return std::move(*placement);
    if (auto placement = settle(*existing)) return std::move(*placement);
  }
  throw_gave_up(lookup_.key());
}

// Other content has the name. nullopt: it no longer has.
std::optional<Placement> Placer::settle(const Existing& existing) {
  if (!lookup_.is_segment()) {
    // It was withdrawn or quarantined a moment ago.
    if (existing.header.digest == put_.digest &&
        same_content(*existing.object, *staged_.read_back()))
      return std::nullopt;
    return refuse(existing.header, "");
  }
  const SegmentPair pair = compare_segments(*existing.object, *staged_.read_back());
  switch (relation_of(pair)) {
    case SegmentRelation::kSame:
      if (!backend_.make_durable(lookup_.key())) return std::nullopt;
      log_line(LogLevel::kInfo, fmt::format("segment \"{}\" was put again, equal up to its end at "
                                            "{}, with other stale pages after it",
                                            put_.file.text(), lsn(pair.incoming.offset)));
      return PlacedFile{.result = PlacedFile::Result::kExisted,
                        .digest = existing.header.digest,
                        .name = lookup_.own_name(),
                        .stored_size = existing.object->size()};
    case SegmentRelation::kIncomingUnfinished:
      return keep_incomplete(&existing, pair.incoming);
    case SegmentRelation::kExistingUnfinished: {
      if (is_unfinished(pair.incoming)) {
        auto refusal = refuse_too_many_pieces(backend_, place_.era, put_, client_);
        if (refusal) return *std::move(refusal);
      }
      const TakeOver taken = take_over(existing);
      if (taken == TakeOver::kAgain) return std::nullopt;
      if (taken == TakeOver::kRefused) break;
      log_line(LogLevel::kWarning,
               fmt::format("segment \"{}\" was unfinished and ended at {}; a segment that "
                           "continues it has replaced it",
                           put_.file.text(), lsn(pair.existing.offset)),
               fmt::format("The unfinished segment is kept as \"{}\".",
                           layout::incomplete_name(put_.file, existing.header.digest)));
      return placed_new();
    }
    case SegmentRelation::kDifferent:
      break;
  }
  return refuse(existing.header, fmt::format(", from {} on", lsn(pair.first_difference)));
}

// `existing`: the object that has the name; nullptr: no whole object has it.
Placement Placer::keep_incomplete(const Existing* existing, const SegmentEnd& end) {
  if (auto refusal = refuse_too_many_pieces(backend_, place_.era, put_, client_)) return *refusal;
  const KeepResult kept = keep(backend_, staged_, place_.incomplete(put_.digest));
  if (kept == KeepResult::kOther) {
    const ObjectHeader same{.digest = put_.digest};
    return refuse(existing != nullptr ? existing->header : same, " as an incomplete segment");
  }
  log_line(LogLevel::kWarning,
           fmt::format(
               "segment \"{}\" is unfinished and ends at {}; it is kept as \"{}\" and never served",
               put_.file.text(), lsn(end.offset), lookup_.incomplete_name()),
           fmt::format("The timeline ended there. After a switchover, the old primary archives "
                       "such a segment, and so does a standby with archive_mode = always: then "
                       "nothing is wrong. But if the rest of the timeline is lost together with "
                       "its server, make the store serve the segment: {}.",
                       suggestion({"conflict", "accept", put_.cluster, put_.file.text(),
                                   to_string(put_.digest)})));
  is_stored_ = kept == KeepResult::kKept;
  const auto result = is_stored_ ? PlacedFile::Result::kNew : PlacedFile::Result::kExisted;
  return lookup_.placed(result, lookup_.incomplete_name(), staged_.size());
}

// kAgain: another object has taken the name. kRefused: the existing object cannot be kept
// elsewhere.
Placer::TakeOver Placer::take_over(const Existing& existing) {
  const Digest& digest = existing.header.digest;
  const auto copy = proven_copy_of(backend_, *existing.object, digest);
  if (keep(backend_, *copy, place_.incomplete(digest)) == KeepResult::kOther)
    return TakeOver::kRefused;
  return backend_.replace_object(staged_, lookup_.key(), *existing.object) ? TakeOver::kDone
                                                                           : TakeOver::kAgain;
}

Placement Placer::refuse(const ObjectHeader& existing, const std::string& difference) {
  std::string what_becomes =
      "; the new content is not kept, because too many files already wait for a decision";
  if (put_.file.kind() == FileKind::kPartial) {
    what_becomes = "; the new content is not kept";  // each other content has a name of its own
  } else if (has_room_for_conflict(place_.archive, put_.cluster, client_)) {
    const auto kept = keep(backend_, staged_, place_.kept(Kept::kConflict, put_.digest));
    is_stored_ = kept == KeepResult::kKept;
    what_becomes = kept == KeepResult::kOther
                       ? "; the new content is not kept, because content with the same digest "
                         "already waits for a decision"
                       : "; the new content is kept until an administrator decides";
  }
  return make_refusal(
      Code::kOtherContent,
      fmt::format("\"{}\" exists in cluster \"{}\" with other content{}: {}{}", put_.file.text(),
                  put_.cluster, difference, lookup_.digests(existing), what_becomes),
      lookup_.hint());
}

}  // namespace

std::optional<Placement> find_placement(BackendReader& backend, const EraName& era,
                                        const PutFile& put, ClaimedContent claimed) {
  return Lookup(backend, era, put, std::move(claimed)).find_known();
}

bool has_name(BackendReader& backend, const EraName& era, const PutFile& put) {
  return backend.open_object(layout::object_key(put.cluster, era, put.file, put.digest)) != nullptr;
}

Placing place(Archive& archive, const EraName& era, const PutFile& put, const std::string& client,
              StagedObject& staged, const std::optional<SegmentEnd>& end) {
  Placer placer(archive, era, put, client, staged);
  Placement answer = placer.run(end);
  return {.answer = std::move(answer), .is_stored = placer.is_stored()};
}

}  // namespace walstow
