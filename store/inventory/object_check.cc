#include "store/inventory/object_check.h"

#include <fmt/format.h>

#include "proto/base/buffer.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/codec/object_scrub.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

struct Read {
  ObjectHeader header;
  std::string content_problem;    // of the file itself; "": none
  std::optional<SegmentEnd> end;  // of a segment, as are the edges
  std::optional<SegmentEdges> edges;
  std::optional<SegmentTimes> times;
};

Read read_bytes(ObjectSource& source) {
  ObjectScrub scrub(source.size());
  Buffer buffer(kChunkSize);
  while (const std::size_t size = source.read(buffer))
    scrub.write(buffer.first(size));
  return {.header = scrub.finish(), .content_problem = {}, .end = {}, .edges = {}, .times = {}};
}

Read read_content(ObjectSource& source, const PromisedObject& promised) {
  ContentCheck content(promised.file);
  const bool is_segment = promised.file.kind() == FileKind::kSegment;
  SegmentEndFinder end;
  const Examined examined = examine_object(source, [&](ByteView raw) {
    content.add(raw);
    if (is_segment) end.add(raw);
  });
  if (!examined.whole) throw Error(ErrorKind::kDamaged, examined.problem);
  const ObjectHeader& header = examined.header;
  const std::string problem = content.problem(promised.era.system_identifier, header.raw_size,
                                              SegmentSize::from_bytes(promised.era.segment_size));
  return {.header = header,
          .content_problem = problem,
          .end = is_segment ? std::optional(end.end()) : std::nullopt,
          .edges = is_segment ? std::optional(end.edges()) : std::nullopt,
          .times = is_segment ? std::optional(end.times()) : std::nullopt};
}

// How the header differs from what the key promises. "": it does not.
std::string disagreement(const ObjectHeader& header, const PromisedObject& promised) {
  if (header.name != promised.file.text()) {
    return fmt::format("it contains file \"{}\"", escaped(header.name));
  }
  if (header.system_identifier != promised.era.system_identifier) {
    return fmt::format("its system identifier is {}", header.system_identifier);
  }
  if (header.segment_size != promised.era.segment_size) {
    return fmt::format("it belongs to a cluster with segments of {} bytes", header.segment_size);
  }
  const FileKind kind = promised.file.kind();
  const bool has_segment_size = kind == FileKind::kSegment || kind == FileKind::kPartial;
  if (has_segment_size && header.raw_size != promised.era.segment_size) {
    return fmt::format("its file has {} bytes, but a segment has {}", header.raw_size,
                       promised.era.segment_size);
  }
  if (!promised.digits.empty() && !layout::are_digits_of(promised.digits, header.digest)) {
    return fmt::format("its digest is {}", to_string(header.digest));
  }
  return {};
}

ObjectCheck with_problem(VerifyProblem::Kind kind, const std::string& text) {
  return {.problem = ObjectProblem{kind, text}, .end = {}, .edges = {}, .times = {}};
}

}  // namespace

std::optional<PromisedObject> promised_by(std::string_view cluster, const KeyRange& keys,
                                          const std::string& key) {
  using Part = PromisedObject::Part;
  if (keys.holds == KeyRange::Holds::kFiles) {
    auto stored = layout::parse_object_key(cluster, key);
    if (!stored || stored->era != keys.era) return std::nullopt;
    std::string name = layout::to_string(*stored);
    const bool is_piece = stored->form == layout::StoredName::Form::kIncomplete;
    return PromisedObject{.era = keys.era,
                          .file = std::move(stored->file),
                          .digits = std::move(stored->digits),
                          .part = is_piece ? Part::kPiece : Part::kWhole,
                          .name = std::move(name)};
  }
  const auto kept =
      keys.holds == KeyRange::Holds::kConflicts ? layout::Kept::kConflict : layout::Kept::kSettled;
  auto name = layout::parse_kept_key(cluster, keys.era, kept, key);
  if (!name) return std::nullopt;
  std::string text = fmt::format("{}.{}", name->file.text(), name->digits);
  return PromisedObject{.era = keys.era,
                        .file = std::move(name->file),
                        .digits = std::move(name->digits),
                        .part = Part::kPiece,
                        .name = std::move(text)};
}

ObjectCheck check_object(ObjectSource& source, const PromisedObject& promised,
                         VerifyFiles::Depth depth) {
  using Kind = VerifyProblem::Kind;
  try {
    Read read =
        depth == VerifyFiles::Depth::kContent ? read_content(source, promised) : read_bytes(source);
    std::string problem = disagreement(read.header, promised);
    if (problem.empty()) problem = std::move(read.content_problem);
    if (!problem.empty()) return with_problem(Kind::kDamaged, problem);
    if (promised.part != PromisedObject::Part::kWhole) return {};
    std::optional<TimesEntry> times;
    if (read.times) times = {.digest = read.header.digest, .times = *std::move(read.times)};
    return {.problem = {}, .end = read.end, .edges = read.edges, .times = std::move(times)};
  } catch (const Error& error) {
    // An unknown format belongs to a later release, and is never damage.
    if (error.kind() == ErrorKind::kUsage) {
      return with_problem(Kind::kForeign, error.what());
    }
    if (error.kind() != ErrorKind::kDamaged) throw;
    return with_problem(Kind::kDamaged, error.what());
  }
}

}  // namespace walstow
