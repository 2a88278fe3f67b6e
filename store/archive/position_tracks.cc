#include "store/archive/position_tracks.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace walstow {
namespace {

using Tracks = std::vector<PositionTrack>;

// A clone may boot this often before the original reports again.
constexpr std::size_t kMostPastRuns = 16;

// A position in the log whatever the timeline: the digits after it. "" sorts below all.
std::string_view place(std::string_view segment) {
  return segment.empty() ? segment : segment.substr(8);
}

bool is_below(std::string_view segment, std::string_view other) {
  return place(segment) < place(other);
}

std::string text_of(const std::optional<WalFileName>& segment) {
  return segment ? segment->text() : "";
}

// The track's newest known position.
const std::string& head_of(const PositionTrack& track) {
  return is_below(track.last_handed, track.restartpoint) ? track.restartpoint : track.last_handed;
}

class Report {
 public:
  Report(const PositionChange& change, Time now)
      : change_(change),
        now_(now),
        handed_(text_of(change.handed)),
        restartpoint_(text_of(change.restartpoint)),
        last_(text_of(change.instance.last_handed)),
        boot_(change.instance.boot) {}

  bool apply(Tracks& tracks) const;

 private:
  std::size_t find(const Tracks& tracks) const;
  bool goes_on_with(const PositionTrack& track) const;
  bool alone_goes_on_with(const PositionTrack& track, const Tracks& tracks) const;
  bool goes_before(const PositionTrack& track) const;
  bool is_of_another_run(const PositionTrack& track) const {
    return !boot_.empty() && !track.boot.empty() && boot_ != track.boot;
  }
  bool is_of_earlier_run(const PositionTrack& track) const {
    return std::ranges::count(track.past_runs, boot_, &PastRun::boot) != 0;
  }
  bool may_have_crashed(const PositionTrack& track) const {
    return is_of_another_run(track) && !is_of_earlier_run(track);
  }
  bool is_of_same_run(const PositionTrack& track) const {
    return !boot_.empty() && boot_ == track.boot;
  }
  void separate(Tracks& tracks, std::size_t from) const;
  void add_primary(Tracks& tracks) const;
  void start_as_standby(Tracks& tracks, std::size_t at) const;
  void advance(PositionTrack& track) const;

  const PositionChange& change_;
  Time now_;
  std::string handed_, restartpoint_, last_;
  std::string boot_;
};

// The index of the greatest `member` that is not above `segment`, among the tracks in `pool`.
template <class Member>
std::optional<std::size_t> nearest_below(const Tracks& tracks, const std::vector<std::size_t>& pool,
                                         const std::string& segment, Member member) {
  std::optional<std::size_t> nearest;
  for (const std::size_t i : pool) {
    const std::string& of_track = member(tracks[i]);
    if (of_track.empty() || is_below(segment, of_track)) continue;
    if (!nearest || !is_below(of_track, member(tracks[*nearest]))) nearest = i;
  }
  return nearest;
}

// Whether the report names the track's last served segment; or, after a boot, begins where the
// track would.
bool Report::goes_on_with(const PositionTrack& track) const {
  if (!last_.empty() && track.last_handed == last_) return true;
  return is_of_another_run(track) && !handed_.empty() && track.restartpoint == handed_;
}

// `tracks` is not empty.
std::size_t Report::find(const Tracks& tracks) const {
  std::vector<std::size_t> pool, earlier, all;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (is_of_same_run(tracks[i])) pool.push_back(i);
    if (is_of_earlier_run(tracks[i])) earlier.push_back(i);
    all.push_back(i);
  }
  if (pool.empty()) pool = earlier.empty() ? all : earlier;
  std::vector<std::size_t> exact;
  for (const std::size_t i : pool) {
    if (goes_on_with(tracks[i])) exact.push_back(i);
  }
  if (exact.size() == 1) return exact.front();
  if (!exact.empty()) pool = exact;
  // A report that comes from below passes the position of a track that was left, and does not join
  // it.
  if (std::ranges::any_of(pool, [&](std::size_t i) { return !tracks[i].perhaps_left; })) {
    std::erase_if(pool, [&](std::size_t i) { return tracks[i].perhaps_left; });
  }
  if (exact.empty() && !last_.empty()) {
    if (const auto found = nearest_below(tracks, pool, last_, head_of)) return *found;
  }
  const std::string& at = !restartpoint_.empty() ? restartpoint_ : handed_;
  if (!at.empty()) {
    if (const auto found = nearest_below(tracks, pool, at, floor_of)) return *found;
  }
  return pool.front();  // the lowest
}

// Whether the reporter needs a segment that the track no longer needs.
bool Report::goes_before(const PositionTrack& track) const {
  if (track.retired || track.restartpoint.empty()) return false;
  // Two processes of one machine may report in another order than PostgreSQL started them.
  const bool swapped = is_of_same_run(track) && last_ == track.last_handed;
  if (!restartpoint_.empty()) return !swapped && is_below(restartpoint_, track.restartpoint);
  const auto is_before = [&](const std::string& segment) {
    return !segment.empty() && segment != track.last_handed &&
           is_below(segment, track.restartpoint);
  };
  // The standby records its last served segment without an fsync: a crash of the machine may set it
  // back.
  return is_before(handed_) || (!may_have_crashed(track) && is_before(last_));
}

// Makes a new track. It begins with what its run needed before the other track's run appeared. If
// that is unknown, it begins with the report; if the report names nothing before the other track,
// it may need as much as that one does.
void Report::separate(Tracks& tracks, std::size_t from) const {
  PositionTrack& other = tracks[from];
  PositionTrack made;
  const auto run = std::ranges::find(other.past_runs, boot_, &PastRun::boot);
  if (run != other.past_runs.end()) {
    made.restartpoint = run->restartpoint;
    made.lowest_handed = run->lowest_handed;
    other.past_runs.erase(run);
  } else if (goes_before(other)) {
    if (restartpoint_.empty()) made.lowest_handed = last_.empty() ? handed_ : last_;
    other.perhaps_left = is_of_same_run(other);
  } else {
    made.restartpoint = other.restartpoint;
    made.lowest_handed = other.lowest_handed;
  }
  if (!handed_.empty() && is_below(handed_, made.restartpoint)) made.restartpoint.clear();
  advance(made);
  tracks.push_back(std::move(made));
}

// A primary that became a standby: the segments that it was served in its earlier life do not show
// what it needs. Unless it is known to be the same machine, the primary may be another one that
// still runs, so its track stays.
void Report::start_as_standby(Tracks& tracks, std::size_t at) const {
  if (is_of_same_run(tracks[at])) tracks.erase(tracks.begin() + static_cast<std::ptrdiff_t>(at));
  PositionTrack made;
  advance(made);
  tracks.push_back(std::move(made));
}

// A standby that boots requests WAL before it is promoted. So this is another machine, and the
// standby needs the same as before. The primary's own track, which holds nothing back, identifies
// it the next time.
void Report::add_primary(Tracks& tracks) const {
  std::erase_if(tracks, [](const PositionTrack& track) { return track.retired; });
  PositionTrack made;
  advance(made);
  tracks.push_back(std::move(made));
}

void Report::advance(PositionTrack& track) const {
  if (!boot_.empty() && track.boot != boot_) {
    if (!track.boot.empty()) {
      track.past_runs.push_back(
          {track.boot, track.restartpoint, track.lowest_handed, track.sequence});
    }
    if (track.past_runs.size() > kMostPastRuns) track.past_runs.erase(track.past_runs.begin());
    track.boot = boot_;
  }
  track.sequence = change_.instance.sequence;
  track.seen = now_;
  track.retired = change_.archives_as_primary;
  track.perhaps_left = false;
  if (!restartpoint_.empty()) track.restartpoint = restartpoint_;
  if (!last_.empty()) track.last_handed = last_;
  if (handed_.empty()) return;
  track.last_handed = handed_;
  if (track.lowest_handed.empty() || is_below(handed_, track.lowest_handed)) {
    track.lowest_handed = handed_;
  }
}

// Whether no other track fits as well.
bool Report::alone_goes_on_with(const PositionTrack& track, const Tracks& tracks) const {
  const auto fits = [this](const PositionTrack& one) { return goes_on_with(one); };
  return goes_on_with(track) && std::ranges::count_if(tracks, fits) == 1;
}

// False: the report is outdated.
bool Report::apply(Tracks& tracks) const {
  if (tracks.empty()) {
    tracks.emplace_back();
    advance(tracks.back());
    return true;
  }
  const std::size_t at = find(tracks);
  PositionTrack& track = tracks[at];
  const bool late = change_.instance.sequence <= track.sequence;
  if (is_of_another_run(track)) {
    if (change_.archives_as_primary && !track.retired) {
      add_primary(tracks);
      return true;
    }
    // The clocks of two machines differ, so the order of their sequences proves nothing. But a run
    // that has ended sends nothing new, and it must be clear which of several machines has booted.
    const auto run = std::ranges::find(track.past_runs, boot_, &PastRun::boot);
    const bool is_another = run == track.past_runs.end()
                                ? late || (tracks.size() > 1 && !alone_goes_on_with(track, tracks))
                                : change_.instance.sequence > run->sequence;
    if (run != track.past_runs.end() && !is_another) return false;
    if (is_another || goes_before(track)) {
      separate(tracks, at);
      return true;
    }
  } else if (goes_before(track) && (!late || !handed_.empty())) {
    separate(tracks, at);
    return true;
  }
  if (late) return false;
  if (track.retired && !change_.archives_as_primary) {
    start_as_standby(tracks, at);
  } else {
    advance(track);
  }
  return true;
}

// A track that was left ends when a lower one of the same run has reached it. Both share the
// earlier runs.
void end_left_tracks(Tracks& tracks) {
  for (auto left = tracks.begin(); left != tracks.end();) {
    const auto has_passed = [&left](const PositionTrack& other) {
      return !other.perhaps_left && !other.retired && other.boot == left->boot &&
             !is_below(floor_of(other), floor_of(*left));
    };
    const auto successor =
        left->perhaps_left ? std::ranges::find_if(tracks, has_passed) : tracks.end();
    if (successor == tracks.end()) {
      ++left;
      continue;
    }
    if (successor->past_runs.empty()) successor->past_runs = left->past_runs;
    left = tracks.erase(left);
  }
}

void put_in_order(Tracks& tracks) {
  std::ranges::stable_sort(tracks, [](const PositionTrack& a, const PositionTrack& b) {
    return std::tuple(a.retired, place(floor_of(a))) < std::tuple(b.retired, place(floor_of(b)));
  });
}

// Merges the two highest tracks until there are at most kMostTracks. The result needs what the
// lower one needs.
void merge_highest(Tracks& tracks) {
  const auto first_retired = [&tracks] {
    return std::ranges::find(tracks, true, &PositionTrack::retired);
  };
  while (tracks.end() - first_retired() > 1)
    tracks.pop_back();
  while (first_retired() - tracks.begin() > kMostTracks) {
    const auto highest = std::prev(first_retired());
    const auto below = std::prev(highest);
    below->seen = std::max(below->seen, highest->seen);
    tracks.erase(highest);
  }
}

}  // namespace

const std::string& floor_of(const PositionTrack& track) {
  return track.restartpoint.empty() ? track.lowest_handed : track.restartpoint;
}

std::optional<Tracks> apply_report(Tracks tracks, const PositionChange& change, Time now) {
  if (!Report(change, now).apply(tracks)) return std::nullopt;
  end_left_tracks(tracks);
  put_in_order(tracks);
  merge_highest(tracks);
  return tracks;
}

}  // namespace walstow
