#include "store/admin/import/segment_comparison.h"

#include <algorithm>

#include "proto/base/buffer.h"

namespace walstow {

SegmentPair compare(FileContent& existing, FileContent& incoming) {
  SegmentEndFinder ends, incoming_ends;
  Buffer chunk(kChunkSize), incoming_chunk(kChunkSize);
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> difference;
  while (const std::size_t read = existing.read_at(offset, chunk)) {
    const ByteView bytes = chunk.first(read);
    const ByteView others = incoming_chunk.first(incoming.read_at(offset, incoming_chunk));
    ends.add(bytes);
    incoming_ends.add(others);
    const auto [here, there] = std::ranges::mismatch(bytes, others);
    if (!difference && here != bytes.end())
      difference = offset + static_cast<std::uint64_t>(here - bytes.begin());
    offset += read;
  }
  return {.existing = ends.end(),
          .incoming = incoming_ends.end(),
          .first_difference = difference.value_or(offset)};
}

}  // namespace walstow
