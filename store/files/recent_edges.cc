#include "store/files/recent_edges.h"

#include "store/archive/archive.h"

namespace walstow {
namespace {

struct Link {
  SegmentContent content;
  SegmentEdges edges;
};
// The segments of one timeline, by segment number.
using Chain = std::map<std::uint64_t, Link>;

// The segment from which `number` must be read: the nearest one before it in which a record begins,
// as far as the segments follow each other.
std::uint64_t first_to_read(const Chain& chain, std::uint64_t number) {
  while (number > 0) {
    const auto before = chain.find(number - 1);
    if (before == chain.end()) break;
    number = before->first;
    if (!before->second.edges.passes_through()) break;
  }
  return number;
}

// Where a server stopped writing, nothing follows, unless the server crashed there.
std::optional<Lsn> end_before(const SegmentEdges& before, const SegmentEdges& edges) {
  using Start = SegmentEdges::Start;
  const bool follows = edges.start != Start::kUnknown && edges.start != Start::kGivesUp;
  if (before.finish != SegmentEdges::Finish::kEnds || !follows) return std::nullopt;
  return before.stops;
}

std::optional<LogBreak> first_break(const Chain& chain, std::uint64_t own) {
  std::uint64_t number = first_to_read(chain, own);
  RecordsAcrossSegments records;
  std::vector<SegmentContent> contents;
  const Link* before = nullptr;
  for (auto at = chain.find(number); at != chain.end() && at->first == number; ++at, ++number) {
    const Link& link = at->second;
    if (before != nullptr && !before->edges.passes_through()) contents = {before->content};
    contents.push_back(link.content);
    auto broken = records.add(link.edges);
    if (!broken && before != nullptr) broken = end_before(before->edges, link.edges);
    // A break before it was found when the later of those two segments arrived.
    if (broken && before != nullptr && number >= own) {
      return LogBreak{.at = *broken,
                      .segment = link.content.segment,
                      .before = before->content.segment,
                      .contents = std::move(contents)};
    }
    if (number > own && !link.edges.passes_through()) break;
    before = &link;
  }
  return std::nullopt;
}

}  // namespace

void RecentEdges::add(std::string_view cluster, const EraName& era, const SegmentContent& content,
                      const SegmentEdges& edges) {
  const std::lock_guard lock(mutex_);
  Segments& segments = of_cluster_[std::string(cluster)];
  std::erase_if(segments, [&](const Known& known) {
    return known.era == era && known.content.segment == content.segment;
  });
  if (segments.size() == kMost) segments.pop_front();
  segments.push_back({.era = era, .content = content, .edges = edges});
}

void RecentEdges::forget(std::string_view cluster, const EraName& era,
                         const SegmentContent& content) {
  const std::lock_guard lock(mutex_);
  const auto segments = of_cluster_.find(cluster);
  if (segments == of_cluster_.end()) return;
  std::erase_if(segments->second,
                [&](const Known& known) { return known.era == era && known.content == content; });
}

std::optional<LogBreak> RecentEdges::find_break(std::string_view cluster, const EraName& era,
                                                const SegmentContent& content,
                                                const SegmentEdges& edges) const {
  const SegmentSize size = segment_size_of(era);
  const std::uint64_t own = content.segment.number(size).value;
  Chain chain{{own, {.content = content, .edges = edges}}};
  {
    const std::lock_guard lock(mutex_);
    const auto segments = of_cluster_.find(cluster);
    if (segments == of_cluster_.end()) return std::nullopt;
    for (const Known& known : segments->second) {
      if (known.era == era && known.content.segment.timeline() == content.segment.timeline())
        chain.try_emplace(known.content.segment.number(size).value,
                          Link{known.content, known.edges});
    }
  }
  return first_break(chain, own);
}

}  // namespace walstow
