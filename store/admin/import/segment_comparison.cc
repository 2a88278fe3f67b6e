#include "store/admin/import/segment_comparison.h"

#include <algorithm>

#include "proto/base/buffer.h"

namespace walstow {

SegmentPair compare(FileContent& standing, FileContent& newcomer) {
  SegmentEndFinder ends, newcomer_ends;
  Buffer chunk(kChunkSize), newcomer_chunk(kChunkSize);
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> difference;
  while (const std::size_t read = standing.read_at(offset, chunk)) {
    const ByteView bytes = chunk.first(read);
    const ByteView others = newcomer_chunk.first(newcomer.read_at(offset, newcomer_chunk));
    ends.add(bytes);
    newcomer_ends.add(others);
    const auto [here, there] = std::ranges::mismatch(bytes, others);
    if (!difference && here != bytes.end())
      difference = offset + static_cast<std::uint64_t>(here - bytes.begin());
    offset += read;
  }
  return {.standing = ends.end(),
          .newcomer = newcomer_ends.end(),
          .first_difference = difference.value_or(offset)};
}

}  // namespace walstow
