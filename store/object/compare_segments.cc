#include "store/object/compare_segments.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/buffer.h"
#include "proto/base/read_full.h"
#include "store/object/decompressed_object.h"

namespace walstow {

SegmentPair compare_segments(ObjectSource& existing, ObjectSource& incoming) {
  existing.rewind();
  incoming.rewind();
  DecompressedObject first(existing);
  DecompressedObject second(incoming);
  Buffer first_buffer(kChunkSize);
  Buffer second_buffer(kChunkSize);
  SegmentEndFinder first_end;
  SegmentEndFinder second_end;
  std::uint64_t equal = 0;
  bool differ = false;
  for (;;) {
    const ByteView one = read_full(first, first_buffer);
    const ByteView other = read_full(second, second_buffer);
    if (one.empty() && other.empty()) break;
    first_end.add(one);
    second_end.add(other);
    if (differ) continue;
    const auto different = std::ranges::mismatch(one, other);
    equal += static_cast<std::uint64_t>(different.in1 - one.begin());
    differ = different.in1 != one.end() || different.in2 != other.end();
  }
  return {.existing = first_end.end(), .incoming = second_end.end(), .first_difference = equal};
}

bool same_content(ObjectSource& one, ObjectSource& other) {
  one.rewind();
  other.rewind();
  DecompressedObject first(one);
  DecompressedObject second(other);
  Buffer first_buffer(kChunkSize);
  Buffer second_buffer(kChunkSize);
  for (;;) {
    const ByteView some = read_full(first, first_buffer);
    const ByteView others = read_full(second, second_buffer);
    if (!std::ranges::equal(some, others)) return false;
    if (some.empty()) return true;
  }
}

std::string describe_break(const WalFileName& segment, SegmentSize size, std::uint64_t offset) {
  return fmt::format(
      "its records break off at {}, though the server wrote more after that: a recovery would end "
      "there",
      lsn_text(segment, size, offset));
}

std::string describe_joint(const WalFileName& before, const WalFileName& segment, SegmentSize size,
                           Lsn broken) {
  if (broken >= start_of(segment.number(size), size)) {
    return fmt::format(
        "segment {0} does not continue segment {1}: a recovery would end where {0} begins; one of "
        "these segments is damaged, or comes from another server",
        segment.text(), before.text());
  }
  // A record that passes through whole segments belongs to one timeline until its last segment.
  const WalFileName first = WalFileName::segment(before.timeline(), segment_of(broken, size), size);
  return fmt::format(
      "the log from {0} in {1} does not continue in {2} as it should: a recovery would end at {0}; "
      "one of {3} is damaged",
      to_string(broken), first.text(), segment.text(),
      first == before ? "the two segments" : "these segments, or of the segments between them,");
}

std::string lsn_text(const WalFileName& segment, SegmentSize size, std::uint64_t offset) {
  return to_string(Lsn{start_of(segment.number(size), size).value + offset});
}

}  // namespace walstow
