#include "store/files/placement.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
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

// One put, once its era is known.
class Placer {
 public:
  Placer(Archive& archive, const EraName& era, const PutFile& put)
      : put_(put),
        backend_(archive.backend()),
        place_{archive, put.cluster, era, put.file},
        key_(layout::object_key(put.cluster, era, put.file, put.digest)) {}

  std::optional<Placement> without_body();
  Placement with_body(StagedObject& staged, const std::optional<SegmentEnd>& end);

 private:
  // What stands under the name, read through.
  struct Standing {
    std::unique_ptr<ObjectSource> object;
    ObjectHeader header;  // where there is no problem
    std::string problem;  // of a damaged one
  };
  std::optional<Standing> look();
  std::optional<Placement> known(const Standing& standing);
  std::optional<Placement> known_piece();
  std::optional<Placement> settle(const Standing& standing, StagedObject& staged);
  Placement keep_incomplete(StagedObject& staged, const SegmentEnd& end);
  bool take_over(const Standing& standing, StagedObject& staged);
  Placement refuse(const Standing& standing, StagedObject& staged, const std::string& difference);

  bool is_segment() const { return put_.file.kind() == FileKind::kSegment; }
  std::string own_name() const {
    if (put_.file.kind() != FileKind::kPartial) return put_.file.text();
    return fmt::format("{}.{}", put_.file.text(), layout::digest12(put_.digest));
  }
  std::string incomplete_name() const {
    return fmt::format("{}.incomplete.{}", put_.file.text(), layout::digest12(put_.digest));
  }
  std::string lsn(std::uint64_t offset) const {
    return lsn_text(put_.file, segment_size_of(place_.era), offset);
  }
  PlacedFile placed(PlacedFile::Result result, std::string name, std::uint64_t stored_size) const {
    return {.result = result,
            .digest = put_.digest,
            .name = std::move(name),
            .stored_size = stored_size};
  }
  std::string digests(const ObjectHeader& standing) const {
    return fmt::format("digest {} there, {} here", to_string(standing.digest),
                       to_string(put_.digest));
  }
  std::string hint() const;

  const PutFile& put_;
  Backend& backend_;
  FileSlot place_;
  std::string key_;
};

std::optional<Placer::Standing> Placer::look() {
  auto object = backend_.open_object(key_);
  if (!object) return std::nullopt;
  Examined examined = examine_object(*object);
  std::string problem = problem_of(examined, put_);
  return Standing{std::move(object), std::move(examined.header), std::move(problem)};
}

// What an earlier put of the same content has led to, or an administrator has decided.
std::optional<Placement> Placer::known(const Standing& standing) {
  if (standing.header.digest == put_.digest) {
    if (!backend_.make_durable(key_)) return std::nullopt;
    return placed(PlacedFile::Result::kStood, own_name(), standing.object->size());
  }
  if (auto placement = known_piece()) return placement;
  if (const auto size =
          find_content(backend_, place_.kept(Kept::kSettled, put_.digest), put_.digest)) {
    return placed(PlacedFile::Result::kStood,
                  fmt::format("{}.{}", put_.file.text(), layout::digest12(put_.digest)), *size);
  }
  if (find_content(backend_, place_.kept(Kept::kConflict, put_.digest), put_.digest)) {
    return make_refusal(Code::kOtherContent,
                        fmt::format("\"{}\" stands in cluster \"{}\" with other content: {}; this "
                                    "one is kept until an administrator decides",
                                    put_.file.text(), put_.cluster, digests(standing.header)),
                        hint());
  }
  return std::nullopt;
}

std::optional<Placement> Placer::known_piece() {
  if (!is_segment()) return std::nullopt;
  const auto size = find_content(backend_, place_.incomplete(put_.digest), put_.digest);
  if (!size) return std::nullopt;
  return placed(PlacedFile::Result::kStood, incomplete_name(), *size);
}

std::string Placer::hint() const {
  const std::string& file = put_.file.text();
  return fmt::format(
      "Does another server archive into this cluster? Give it one of its own. Else look at both "
      "with {}, and say which is the right one with {}; the servers then get their answer.",
      suggestion({"conflict", "show", put_.cluster, file}),
      suggestion({"conflict", "accept", put_.cluster, file, "DIGEST"}));
}

std::optional<Placement> Placer::without_body() {
  const auto standing = look();
  if (standing && standing->problem.empty()) return known(*standing);
  return known_piece();
}

Placement Placer::with_body(StagedObject& staged, const std::optional<SegmentEnd>& end) {
  const bool may_have_name = !end || may_stand(*end);
  for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
    if (may_have_name && backend_.publish(staged, key_) == PublishResult::kPublished) {
      return placed(PlacedFile::Result::kNew, own_name(), staged.size());
    }
    const auto standing = look();
    const bool whole = standing && standing->problem.empty();
    if (!whole && !may_have_name) return keep_incomplete(staged, *end);
    if (!standing) continue;
    if (!whole) {
      if (!replace_damaged(backend_, staged, key_, *standing->object, standing->problem)) continue;
      return placed(PlacedFile::Result::kNew, own_name(), staged.size());
    }
    if (auto placement = known(*standing)) return std::move(*placement);
    if (auto placement = settle(*standing, staged)) return std::move(*placement);
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("\"{}\" is being put and set aside by others", put_.file.text()));
}

// Other content stands. nullopt: it does not any more.
std::optional<Placement> Placer::settle(const Standing& standing, StagedObject& staged) {
  if (!is_segment()) return refuse(standing, staged, "");
  auto beside = backend_.open_object(key_);
  if (!beside) return std::nullopt;
  const SegmentPair pair = compare_segments(std::move(beside), staged.read_back());
  switch (relation_of(pair)) {
    case SegmentRelation::kSame:
      if (!backend_.make_durable(key_)) return std::nullopt;
      log_line(LogLevel::kInfo, fmt::format("segment \"{}\" came again, equal up to its end at {} "
                                            "and with other remains behind it",
                                            put_.file.text(), lsn(pair.newcomer.offset)));
      return PlacedFile{.result = PlacedFile::Result::kStood,
                        .digest = standing.header.digest,
                        .name = own_name(),
                        .stored_size = standing.object->size()};
    case SegmentRelation::kNewcomerUnfinished:
      return keep_incomplete(staged, pair.newcomer);
    case SegmentRelation::kStandingUnfinished:
      if (!take_over(standing, staged)) return std::nullopt;
      log_line(
          LogLevel::kWarning,
          fmt::format(
              "segment \"{}\" was unfinished, its end at {}; one that goes on has taken its place",
              put_.file.text(), lsn(pair.standing.offset)),
          fmt::format("What stood is kept as \"{}.incomplete.{}\".", put_.file.text(),
                      layout::digest12(standing.header.digest)));
      return placed(PlacedFile::Result::kNew, own_name(), staged.size());
    case SegmentRelation::kDifferent:
      break;
  }
  return refuse(standing, staged, fmt::format(", from {} on", lsn(pair.first_difference)));
}

Placement Placer::keep_incomplete(StagedObject& staged, const SegmentEnd& end) {
  const bool is_new = keep(backend_, staged, place_.incomplete(put_.digest), put_.digest);
  log_line(
      LogLevel::kWarning,
      fmt::format(
          "segment \"{}\" is unfinished, its end at {}; it is kept as \"{}\" and never handed out",
          put_.file.text(), lsn(end.offset), incomplete_name()),
      fmt::format("The timeline ended there: so the segment comes from a server that was switched "
                  "over, and from a standby with archive_mode = always. All is well then. Where it "
                  "is all that is left of a lost server, {} gives it its name.",
                  suggestion({"conflict", "accept", put_.cluster, put_.file.text(),
                              layout::digest12(put_.digest)})));
  return placed(is_new ? PlacedFile::Result::kNew : PlacedFile::Result::kStood, incomplete_name(),
                staged.size());
}

// False: another object has the name by now.
bool Placer::take_over(const Standing& standing, StagedObject& staged) {
  const Digest& digest = standing.header.digest;
  auto source = backend_.open_object(key_);
  if (!source) return false;
  const DescribedObject object = describe_object(std::move(source));
  if (object.header.digest != digest) return false;
  const auto copy = proven_copy_of(backend_, *object.source, digest);
  keep(backend_, *copy, place_.incomplete(digest), digest);
  return backend_.replace_object(staged, key_, *standing.object);
}

Placement Placer::refuse(const Standing& standing, StagedObject& staged,
                         const std::string& difference) {
  const bool kept = has_room_for_conflict(place_.archive, put_.cluster);
  if (kept) keep(backend_, staged, place_.kept(Kept::kConflict, put_.digest), put_.digest);
  return make_refusal(
      Code::kOtherContent,
      fmt::format("\"{}\" stands in cluster \"{}\" with other content{}: {}{}", put_.file.text(),
                  put_.cluster, difference, digests(standing.header),
                  kept ? "; this one is kept until an administrator decides"
                       : "; this one is not kept, since too many wait for a decision already"),
      hint());
}

}  // namespace

std::optional<Placement> place_without_body(Archive& archive, const EraName& era,
                                            const PutFile& put) {
  return Placer(archive, era, put).without_body();
}

Placement place(Archive& archive, const EraName& era, const PutFile& put, StagedObject& staged,
                const std::optional<SegmentEnd>& end) {
  return Placer(archive, era, put).with_body(staged, end);
}

}  // namespace walstow
