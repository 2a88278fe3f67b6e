#include "store/files/placement.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "store/files/put_bounds.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

using layout::Kept;

// Beyond this, somebody is fighting over the name and the client had better try again.
constexpr int kPlaceAttempts = 3;

// Why an object is not the one that belongs under the key of `put`; "" when it is. A reader refuses
// it for each of these, so it must not count as a file that stands already.
std::string problem_of(const Examined& examined, const PutFile& put) {
  const ObjectHeader& header = examined.header;
  if (!examined.whole) return examined.problem;
  if (header.name != put.file.text()) return fmt::format("its header names \"{}\"", header.name);
  if (header.system_identifier != put.system_identifier) {
    return fmt::format("its header says system identifier {}", header.system_identifier);
  }
  return {};
}

bool is_unfinished(const SegmentEnd& end) {
  return end.kind == SegmentEnd::Kind::kUnfinished;
}

// What one put meets in the archive, once its era is known. It only looks.
class Lookup {
 public:
  // `body`: nullptr before it is there.
  Lookup(BackendReader& backend, const EraName& era, const PutFile& put, const std::string& client,
         StagedObject* body)
      : put_(put),
        backend_(backend),
        era_(era),
        key_(layout::object_key(put.cluster, era, put.file, put.digest)),
        claimed_{.digest = put.digest, .client = client, .body = body} {}

  // What stands under the name, read through.
  struct Standing {
    std::unique_ptr<ObjectSource> object;
    ObjectHeader header;  // where there is no problem
    std::string problem;  // of a damaged one
  };
  std::optional<Standing> look();
  std::optional<Placement> known(const Standing& standing);
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
  std::string digests(const ObjectHeader& standing) const {
    if (standing.digest == put_.digest)
      return fmt::format("both have digest {}, which does not happen by accident",
                         to_string(put_.digest));
    return fmt::format("digest {} there, {} here", to_string(standing.digest),
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

std::optional<Lookup::Standing> Lookup::look() {
  auto object = backend_.open_object(key_);
  if (!object) return std::nullopt;
  Examined examined = examine_object(*object);
  std::string problem = problem_of(examined, put_);
  return Standing{std::move(object), std::move(examined.header), std::move(problem)};
}

// What an earlier put of the same content has led to, or an administrator has decided.
std::optional<Placement> Lookup::known(const Standing& standing) {
  if (is_known_as(*standing.object, standing.header, claimed_)) {
    if (!backend_.make_durable(key_)) return std::nullopt;
    return placed(PlacedFile::Result::kStood, own_name(), standing.object->size());
  }
  if (auto placement = known_piece()) return placement;
  const auto find_kept = [this](Kept kept) {
    return find(layout::kept_keys(put_.cluster, era_, kept, put_.file, put_.digest));
  };
  if (const auto size = find_kept(Kept::kSettled)) {
    return placed(PlacedFile::Result::kStood,
                  fmt::format("{}.{}", put_.file.text(), to_string(put_.digest)), *size);
  }
  if (find_kept(Kept::kConflict)) {
    return make_refusal(Code::kOtherContent,
                        fmt::format("\"{}\" exists in cluster \"{}\" with other content: {}; this "
                                    "one is kept until an administrator decides",
                                    put_.file.text(), put_.cluster, digests(standing.header)),
                        hint());
  }
  return std::nullopt;
}

// Whether a whole object has the name.
bool Lookup::has_whole() {
  const auto standing = look();
  return standing && standing->problem.empty();
}

std::optional<Placement> Lookup::find_known() {
  const auto standing = look();
  return standing && standing->problem.empty() ? known(*standing) : std::nullopt;
}

// The size, where it is there.
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
  return placed(PlacedFile::Result::kStood, incomplete_name(), *size);
}

std::string Lookup::hint() const {
  const std::string& file = put_.file.text();
  return fmt::format(
      "Does another server archive into this cluster? Give it one of its own. Otherwise compare "
      "both with {}, and choose the right one with {}; the servers then receive their answer.",
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
        lookup_(archive.backend(), era, put, client, &staged),
        staged_(staged) {}

  Placement run(const std::optional<SegmentEnd>& end);
  bool is_stored() const { return is_stored_; }

 private:
  using Standing = Lookup::Standing;
  std::optional<Placement> settle(const Standing& standing);
  Placement keep_incomplete(const Standing* standing, const SegmentEnd& end);
  enum class TakeOver { kDone, kAgain, kRefused };
  TakeOver take_over(const Standing& standing);
  Placement refuse(const ObjectHeader& standing, const std::string& difference);

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
  const bool may_have_name = !end || may_stand(*end);
  // One that gets the name is a piece, too, as soon as a longer one takes it over.
  if (end && is_unfinished(*end) && !lookup_.has_whole()) {
    if (auto refusal = refuse_too_many_pieces(backend_, place_.era, put_, client_)) return *refusal;
  }
  for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
    if (may_have_name && backend_.publish(staged_, lookup_.key()) == PublishResult::kPublished)
      return placed_new();
    const auto standing = lookup_.look();
    const bool whole = standing && standing->problem.empty();
    if (!whole && !may_have_name) return keep_incomplete(nullptr, *end);
    if (!standing) continue;
    if (!whole) {
      if (replace_damaged(backend_, staged_, lookup_.key(), *standing->object, standing->problem))
        return placed_new();
      continue;
    }
    if (auto placement = lookup_.known(*standing)) return std::move(*placement);
    if (auto placement = settle(*standing)) return std::move(*placement);
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("\"{}\" is being put and quarantined by others", put_.file.text()));
}

// Other content stands. nullopt: it does not any more.
std::optional<Placement> Placer::settle(const Standing& standing) {
  if (!lookup_.is_segment()) {
    // It was withdrawn or set aside a moment ago.
    if (standing.header.digest == put_.digest &&
        same_content(*standing.object, *staged_.read_back()))
      return std::nullopt;
    return refuse(standing.header, "");
  }
  const SegmentPair pair = compare_segments(*standing.object, *staged_.read_back());
  switch (relation_of(pair)) {
    case SegmentRelation::kSame:
      if (!backend_.make_durable(lookup_.key())) return std::nullopt;
      log_line(LogLevel::kInfo, fmt::format("segment \"{}\" was put again, equal up to its end at "
                                            "{}, with other stale pages after it",
                                            put_.file.text(), lsn(pair.newcomer.offset)));
      return PlacedFile{.result = PlacedFile::Result::kStood,
                        .digest = standing.header.digest,
                        .name = lookup_.own_name(),
                        .stored_size = standing.object->size()};
    case SegmentRelation::kNewcomerUnfinished:
      return keep_incomplete(&standing, pair.newcomer);
    case SegmentRelation::kStandingUnfinished: {
      if (is_unfinished(pair.newcomer)) {
        auto refusal = refuse_too_many_pieces(backend_, place_.era, put_, client_);
        if (refusal) return *std::move(refusal);
      }
      const TakeOver taken = take_over(standing);
      if (taken == TakeOver::kAgain) return std::nullopt;
      if (taken == TakeOver::kRefused) break;
      log_line(
          LogLevel::kWarning,
          fmt::format(
              "segment \"{}\" was unfinished, its end at {}; one that continues has replaced it",
              put_.file.text(), lsn(pair.standing.offset)),
          fmt::format("The unfinished one is kept as \"{}\".",
                      layout::incomplete_name(put_.file, standing.header.digest)));
      return placed_new();
    }
    case SegmentRelation::kDifferent:
      break;
  }
  return refuse(standing.header, fmt::format(", from {} on", lsn(pair.first_difference)));
}

// `standing`: what has the name; nullptr: nothing that is whole.
Placement Placer::keep_incomplete(const Standing* standing, const SegmentEnd& end) {
  if (auto refusal = refuse_too_many_pieces(backend_, place_.era, put_, client_)) return *refusal;
  const KeepResult kept = keep(backend_, staged_, place_.incomplete(put_.digest));
  if (kept == KeepResult::kOther) {
    const ObjectHeader same{.digest = put_.digest};
    return refuse(standing != nullptr ? standing->header : same, " as an incomplete segment");
  }
  log_line(
      LogLevel::kWarning,
      fmt::format(
          "segment \"{}\" is unfinished, its end at {}; it is kept as \"{}\" and never served",
          put_.file.text(), lsn(end.offset), lookup_.incomplete_name()),
      fmt::format("The timeline ended there. Such a segment comes from a server that was switched "
                  "over, and from a standby with archive_mode = always; then nothing is wrong. If "
                  "it is all that is left of a lost server, {} gives it the name.",
                  suggestion({"conflict", "accept", put_.cluster, put_.file.text(),
                              to_string(put_.digest)})));
  is_stored_ = kept == KeepResult::kKept;
  const auto result = is_stored_ ? PlacedFile::Result::kNew : PlacedFile::Result::kStood;
  return lookup_.placed(result, lookup_.incomplete_name(), staged_.size());
}

// kAgain: another object has the name by now. kRefused: what stands cannot be kept beside it.
Placer::TakeOver Placer::take_over(const Standing& standing) {
  const Digest& digest = standing.header.digest;
  const auto copy = proven_copy_of(backend_, *standing.object, digest);
  if (keep(backend_, *copy, place_.incomplete(digest)) == KeepResult::kOther)
    return TakeOver::kRefused;
  return backend_.replace_object(staged_, lookup_.key(), *standing.object) ? TakeOver::kDone
                                                                           : TakeOver::kAgain;
}

Placement Placer::refuse(const ObjectHeader& standing, const std::string& difference) {
  std::string what_becomes = "; this one is not kept, since too many already wait for a decision";
  if (put_.file.kind() == FileKind::kPartial) {
    what_becomes = "; this one is not kept";  // each other content has a name of its own
  } else if (has_room_for_conflict(place_.archive, put_.cluster, client_)) {
    const auto kept = keep(backend_, staged_, place_.kept(Kept::kConflict, put_.digest));
    is_stored_ = kept == KeepResult::kKept;
    what_becomes = kept == KeepResult::kOther
                       ? "; this one is not kept, since one of the same digest already waits"
                       : "; this one is kept until an administrator decides";
  }
  return make_refusal(
      Code::kOtherContent,
      fmt::format("\"{}\" exists in cluster \"{}\" with other content{}: {}{}", put_.file.text(),
                  put_.cluster, difference, lookup_.digests(standing), what_becomes),
      lookup_.hint());
}

}  // namespace

std::optional<Placement> find_placement(BackendReader& backend, const EraName& era,
                                        const PutFile& put, const std::string& client,
                                        StagedObject* body) {
  return Lookup(backend, era, put, client, body).find_known();
}

Placing place(Archive& archive, const EraName& era, const PutFile& put, const std::string& client,
              StagedObject& staged, const std::optional<SegmentEnd>& end) {
  Placer placer(archive, era, put, client, staged);
  Placement answer = placer.run(end);
  return {.answer = std::move(answer), .is_stored = placer.is_stored()};
}

}  // namespace walstow
