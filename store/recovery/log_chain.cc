#include "store/recovery/log_chain.h"

#include <algorithm>

namespace walstow {
namespace {

// What the later segments show of a record that continues in them.
enum class Rest {
  kAbsent,     // there is no later segment
  kComplete,   // the record ends in them
  kAbandoned,  // it does not
  kUnknown,
};

// What a segment shows, with those after it, of a record that continues in it.
Rest rest_in(const SegmentFacts* facts, Rest after) {
  if (facts == nullptr || !facts->known) return Rest::kUnknown;
  if (facts->rest_end) return Rest::kComplete;
  if (facts->rest_head && facts->rest_head->bytes().empty()) return Rest::kUnknown;
  if (facts->first_record) return Rest::kAbandoned;
  return facts->rest_head ? after : Rest::kUnknown;  // the record passes through
}

void join(ChainSegment& segment, const SegmentFacts* next, Rest rest) {
  const SegmentFacts& facts = *segment.facts;
  segment.latest = facts.latest;
  segment.last_record = facts.last_complete;
  const bool continues = facts.last_record != facts.last_complete;
  if (!continues || rest == Rest::kAbsent || rest == Rest::kAbandoned) return;
  const bool is_known = next != nullptr && next->rest_head && !next->rest_head->bytes().empty() &&
                        facts.open_head && !facts.open_head->bytes().empty();
  segment.possible_time =
      is_known ? time_of_parts(*facts.open_head, *next->rest_head) : facts.open_time;
  segment.has_unknown_time = facts.open_head && !is_known;
  if (rest != Rest::kComplete) return;
  segment.latest = std::max(facts.latest, segment.possible_time);
  segment.last_record = facts.last_record;
}

}  // namespace

void join_records(std::vector<ChainSegment>& chain) {
  Rest rest = Rest::kAbsent;
  const SegmentFacts* next = nullptr;
  for (std::size_t i = chain.size(); i-- > 0;) {
    if (chain[i].facts != nullptr) join(chain[i], next, rest);
    next = chain[i].facts;
    rest = rest_in(next, rest);
  }
}

}  // namespace walstow
