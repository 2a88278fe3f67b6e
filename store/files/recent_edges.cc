#include "store/files/recent_edges.h"

#include "store/archive/archive.h"

namespace walstow {
namespace {

// The segments of one timeline, by their numbers.
using Chain = std::map<std::uint64_t, const SegmentEdges*>;

// The first of those that `number` has to be read behind: the nearest one in which a record begins,
// as far as they follow each other.
std::uint64_t first_to_read(const Chain& chain, std::uint64_t number) {
  while (number > 0) {
    const auto before = chain.find(number - 1);
    if (before == chain.end()) break;
    number = before->first;
    if (!before->second->passes_through()) break;
  }
  return number;
}

WalFileName at_number(const WalFileName& segment, std::uint64_t number, SegmentSize size) {
  return WalFileName::segment(segment.timeline(), SegmentNumber{number}, size);
}

}  // namespace

std::optional<BrokenJoint> RecentEdges::add(std::string_view cluster, const EraName& era,
                                            const WalFileName& segment, const SegmentEdges& edges) {
  const std::lock_guard lock(mutex_);
  Segments& segments = of_cluster_[std::string(cluster)];
  std::erase_if(segments,
                [&](const Known& known) { return known.era == era && known.segment == segment; });
  if (segments.size() == kMost) segments.pop_front();
  segments.push_back({.era = era, .segment = segment, .edges = edges});

  const SegmentSize size = segment_size_of(era);
  Chain chain;
  for (const Known& known : segments) {
    if (known.era == era && known.segment.timeline() == segment.timeline())
      chain.emplace(known.segment.number(size).value, &known.edges);
  }
  const std::uint64_t own = segment.number(size).value;
  std::uint64_t number = first_to_read(chain, own);
  RecordsAcrossSegments records;
  for (auto at = chain.find(number); at != chain.end() && at->first == number; ++at, ++number) {
    const auto broken = records.add(*at->second);
    if (broken)
      return BrokenJoint{.before = at_number(segment, number - 1, size),
                         .segment = at_number(segment, number, size),
                         .at = *broken};
    if (number > own && !at->second->passes_through()) break;
  }
  return std::nullopt;
}

}  // namespace walstow
