// Random trees of timelines, archived, with random losses; for each of them PostgreSQL's own walk
// with the answers that the archive gives. It must reach the end of what is known or stop: it must
// never open a database although something later in its history is known.
//
// The walk is that of xlogrecovery.c: the newest timeline that it finds by asking for one history
// after the other, then segment after segment, each on the newest timeline of the line first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "store/inventory/absence.h"

namespace walstow {
namespace {

const SegmentSize kTreeSize = *SegmentSize::from_bytes(std::uint64_t{1} << 20);
constexpr std::uint64_t kBytes = std::uint64_t{1} << 20;

// What really happened.
struct TrueTimeline {
  std::uint32_t id = 1;
  std::vector<TimelineSwitch> ancestry;  // oldest first
  std::uint64_t begin = kBytes;          // where it left its parent; timeline 1: segment 1
  std::uint64_t end = 0;                 // where its log ends
};

// What is left of it in the archive.
struct Archived {
  std::vector<TrueTimeline> tree;  // ids 1, 2, 3, ...
  std::map<std::uint32_t, std::set<std::uint64_t>> segments;
  std::map<std::uint32_t, std::set<std::uint64_t>> partials;
  std::set<std::uint32_t> histories;
  std::set<std::uint32_t> damaged;  // of `histories`
  std::uint64_t floor = 0;          // pruned below
  std::vector<KeptRange> kept;      // except these

  bool has(std::uint32_t id, std::uint64_t segment) const {
    const auto found = segments.find(id);
    return found != segments.end() && found->second.contains(segment);
  }
  const TrueTimeline& timeline(std::uint32_t id) const { return tree.at(id - 1); }
  bool knows(std::uint32_t id) const {
    const auto has_any = [id](const auto& files) {
      const auto found = files.find(id);
      return found != files.end() && !found->second.empty();
    };
    return has_any(segments) || has_any(partials) || histories.contains(id);
  }
};

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::uint64_t in(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(random_);
  }
  bool one_in(std::uint64_t sides) { return in(1, sides) == 1; }

 private:
  std::mt19937 random_;
};

// A place in the log: now and then the very beginning of a segment.
std::uint64_t place_in(Dice& dice, std::uint64_t low, std::uint64_t high) {
  std::uint64_t place = dice.in(low, high);
  if (dice.one_in(3)) place = std::max(low, place / kBytes * kBytes);
  return place;
}

std::vector<TrueTimeline> grow_tree(Dice& dice) {
  std::vector<TrueTimeline> tree(1);
  tree[0].end = place_in(dice, 2 * kBytes, 10 * kBytes);
  const std::uint64_t more = dice.in(0, 4);
  for (std::uint64_t i = 0; i < more; ++i) {
    // Mostly the newest goes on; now and then somebody recovers to an earlier place.
    const TrueTimeline& parent = dice.one_in(4) ? tree[dice.in(0, tree.size() - 1)] : tree.back();
    TrueTimeline one{.id = static_cast<std::uint32_t>(tree.size() + 1)};
    one.begin = dice.one_in(2) ? parent.end : place_in(dice, parent.begin + 1, parent.end);
    one.ancestry = parent.ancestry;
    one.ancestry.push_back({Timeline{parent.id}, Lsn{one.begin}, ""});
    one.end = place_in(dice, one.begin + 1, one.begin + 6 * kBytes);
    tree.push_back(std::move(one));
  }
  return tree;
}

Archived archive(std::vector<TrueTimeline> tree) {
  Archived archived{.tree = std::move(tree)};
  for (const TrueTimeline& one : archived.tree) {
    if (one.id > 1) archived.histories.insert(one.id);
    for (std::uint64_t segment = one.begin / kBytes; (segment + 1) * kBytes <= one.end; ++segment)
      archived.segments[one.id].insert(segment);
    const bool was_left = std::ranges::any_of(archived.tree, [&](const TrueTimeline& other) {
      return other.id > 1 && other.ancestry.back().parent.value == one.id && other.begin == one.end;
    });
    if (was_left && one.end % kBytes != 0) archived.partials[one.id].insert(one.end / kBytes);
  }
  return archived;
}

// Returns how many files went, by a fault; a prune is none.
std::uint64_t lose(Dice& dice, Archived& archived) {
  std::uint64_t lost = 0;
  const auto lose_if = [&](const std::function<bool(std::uint32_t, std::uint64_t)>& goes) {
    for (auto* files : {&archived.segments, &archived.partials}) {
      for (auto& [id, numbers] : *files)
        lost += std::erase_if(numbers, [&, id = id](std::uint64_t one) { return goes(id, one); });
    }
  };
  const auto some_id = [&] { return static_cast<std::uint32_t>(dice.in(1, archived.tree.size())); };
  if (dice.one_in(4)) {  // a prune
    archived.floor = dice.in(2, 8);
    for (const auto& [id, numbers] : archived.segments) {
      if (numbers.empty() || !dice.one_in(2)) continue;
      const std::uint64_t first = *numbers.begin() + dice.in(0, 3);
      const KeptRange range{Timeline{id}, SegmentNumber{first},
                            SegmentNumber{first + dice.in(0, 1)}};
      const bool is_whole = numbers.contains(first) && numbers.contains(range.last.value);
      if (is_whole && first < archived.floor) archived.kept.push_back(range);
    }
    const std::uint64_t before = lost;
    lose_if([&](std::uint32_t id, std::uint64_t segment) {
      return segment < archived.floor &&
             !is_kept(archived.kept, Timeline{id}, SegmentNumber{segment});
    });
    if (lost == before) {
      archived.floor = 0;
      archived.kept.clear();
    }
    lost = before;
  }
  for (std::uint64_t round = dice.in(0, 3); round > 0; --round) {
    const std::uint32_t id = some_id();
    const std::uint64_t at = dice.in(1, 20);
    switch (dice.in(0, 7)) {
      case 0:  // any one
      case 1:
        lose_if([&](std::uint32_t of, std::uint64_t segment) { return of == id && segment == at; });
        break;
      case 2:  // the tail of a timeline
        lose_if([&](std::uint32_t of, std::uint64_t segment) { return of == id && segment >= at; });
        break;
      case 3:  // its beginning
        lose_if([&](std::uint32_t of, std::uint64_t segment) { return of == id && segment < at; });
        break;
      case 4:  // a timeline, but for its history
        lose_if([&](std::uint32_t of, std::uint64_t) { return of == id; });
        break;
      case 5:
        lost += archived.histories.erase(id);
        archived.damaged.erase(id);
        break;
      case 6:
        if (archived.histories.contains(id) && archived.damaged.insert(id).second) ++lost;
        break;
      default:  // the archive began later
        lose_if([&](std::uint32_t, std::uint64_t segment) { return segment < at / 3; });
        break;
    }
  }
  return lost;
}

KnownLog known_log(const Archived& archived) {
  KnownLog log{.size = kTreeSize, .timelines = {}, .prunes = {}};
  for (const TrueTimeline& one : archived.tree) {
    if (!archived.knows(one.id)) continue;
    KnownTimeline known{.timeline = Timeline{one.id}};
    if (archived.histories.contains(one.id)) {
      known.history = archived.damaged.contains(one.id) ? KnownTimeline::History::kUnreadable
                                                        : KnownTimeline::History::kRead;
      if (known.history == KnownTimeline::History::kRead) known.ancestry = one.ancestry;
    }
    for (const auto* files : {&archived.segments, &archived.partials}) {
      const auto found = files->find(one.id);
      if (found == files->end()) continue;
      for (const std::uint64_t number : found->second) {
        const SegmentNumber segment{number};
        known.first_file = std::min(known.first_file.value_or(segment), segment);
        known.last_file = std::max(known.last_file.value_or(segment), segment);
      }
    }
    log.timelines.push_back(std::move(known));
  }
  if (archived.floor > 0) {
    log.prunes.push_back({.limit = SegmentNumber{archived.floor},
                          .timeline = {},
                          .has_removed = true,
                          .kept = archived.kept});
  }
  return log;
}

enum class Told { kServed, kAbsent, kStop };
using Answers = std::function<Told(const WalFileName&)>;

WalFileName history_name(std::uint32_t id) {
  return *WalFileName::parse(to_hex8(Timeline{id}) + ".history");
}
WalFileName segment_name(std::uint32_t id, std::uint64_t number) {
  return WalFileName::segment(Timeline{id}, SegmentNumber{number}, kTreeSize);
}

bool is_served(const Archived& archived, const WalFileName& file) {
  const std::uint32_t id = file.timeline().value;
  if (file.kind() != FileKind::kHistory) return archived.has(id, file.number(kTreeSize).value);
  return archived.histories.contains(id) && !archived.damaged.contains(id);
}

// As the store answers. A damaged file is "damaged", never absent.
Told answer(const Archived& archived, const KnownLog& log, const WalFileName& file) {
  if (is_served(archived, file)) return Told::kServed;
  const bool damaged =
      file.kind() == FileKind::kHistory && archived.damaged.contains(file.timeline().value);
  if (damaged) return Told::kStop;
  const AbsenceKind kind = absence_of(log, file).kind;
  return kind == AbsenceKind::kEnd || kind == AbsenceKind::kBefore ? Told::kAbsent : Told::kStop;
}

// The rule of before: a file is judged by the other files of its timeline alone.
Told old_answer(const Archived& archived, const KnownLog& log, const WalFileName& file) {
  if (is_served(archived, file)) return Told::kServed;
  const Timeline timeline = file.timeline();
  if (file.kind() == FileKind::kHistory) {
    if (archived.damaged.contains(timeline.value)) return Told::kStop;
    const bool higher = std::ranges::any_of(archived.histories,
                                            [&](std::uint32_t id) { return id > timeline.value; });
    return higher ? Told::kStop : Told::kAbsent;
  }
  const SegmentNumber number = file.number(kTreeSize);
  if (number.value < archived.floor) return Told::kStop;
  const KnownTimeline* const known = find_timeline(log, timeline);
  const bool later = known != nullptr && known->last_file && *known->last_file > number;
  const bool earlier = known != nullptr && known->first_file && *known->first_file < number;
  return later && (earlier || archived.floor > 0) ? Told::kStop : Told::kAbsent;
}

Told naive_answer(const Archived& archived, const WalFileName& file) {
  return is_served(archived, file) ? Told::kServed : Told::kAbsent;
}

struct Backup {
  std::uint32_t timeline = 1;
  std::uint64_t segment = 1;  // in which the recovery begins
  bool latest = true;         // recovery_target_timeline: latest, or the backup's own
};

struct Opened {
  std::uint32_t target = 1;
  std::uint64_t next = 0;  // the first segment that was not replayed
  // The line that was followed, newest first: timeline and the segment in which it began.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> line;
};

// nullopt: the server stopped.
std::optional<Opened> walk(const Archived& archived, const Backup& backup, const Answers& ask) {
  Opened opened{.target = backup.timeline, .next = backup.segment, .line = {}};
  while (backup.latest) {
    const Told told = ask(history_name(opened.target + 1));
    if (told == Told::kStop) return std::nullopt;
    if (told == Told::kAbsent) break;
    ++opened.target;
  }
  bool has_history = false;
  if (opened.target > 1) {
    const Told told = ask(history_name(opened.target));
    // A server that is on this timeline itself takes it for a root then, and loses nothing.
    if (told == Told::kStop && opened.target != backup.timeline) return std::nullopt;
    has_history = told == Told::kServed;
  }
  std::uint64_t begin = 0;
  if (has_history) {
    const TrueTimeline& target = archived.timeline(opened.target);
    bool is_child = opened.target == backup.timeline;
    for (const TimelineSwitch& one : target.ancestry) {
      opened.line.emplace_back(one.parent.value, begin);
      begin = one.left_at.value / kBytes;
      // The backup's timeline must have been left behind the backup's place.
      if (one.parent.value == backup.timeline && begin >= backup.segment) is_child = true;
    }
    if (!is_child) return std::nullopt;  // "requested timeline is not a child of ..."
  }
  opened.line.emplace_back(opened.target, begin);
  std::ranges::reverse(opened.line);
  std::uint32_t reached = 0;
  for (;; ++opened.next) {
    bool found = false;
    for (const auto& [id, first] : opened.line) {
      if (id < reached || found) break;
      if (opened.next < first) continue;
      const Told told = ask(segment_name(id, opened.next));
      if (told == Told::kStop) return std::nullopt;
      if (told == Told::kAbsent) continue;
      reached = id;
      found = true;
    }
    if (!found) return opened;
  }
}

// Whether the archive knows of something later than what was opened, on the way that was asked for.
bool is_short(const Archived& archived, const Backup& backup, const Opened& opened) {
  const auto is_behind = [&](std::uint64_t segment) { return segment >= opened.next; };
  for (const TrueTimeline& one : archived.tree) {
    if (!archived.knows(one.id)) continue;
    if (backup.latest && one.id > opened.target) return true;
    // It says, or its files show, that an ancestor's log went on up to where it was left.
    for (const TimelineSwitch& ancestor : one.ancestry) {
      if (ancestor.parent.value != opened.target && one.id != opened.target) continue;
      const bool on_line = std::ranges::any_of(
          opened.line, [&](const auto& entry) { return entry.first == ancestor.parent.value; });
      if (on_line && (opened.next + 1) * kBytes <= ancestor.left_at.value) return true;
    }
  }
  // Files of the line itself.
  std::uint64_t end = UINT64_MAX;  // of the stretch of the line that is on this timeline
  for (const auto& [id, first] : opened.line) {
    for (const auto* files : {&archived.segments, &archived.partials}) {
      const auto found = files->find(id);
      if (found == files->end()) continue;
      for (const std::uint64_t segment : found->second) {
        const bool is_whole = files == &archived.segments;
        if (segment < end && segment >= first && is_behind(segment) &&
            (is_whole || segment > opened.next)) {
          return true;
        }
      }
    }
    end = first;
  }
  return false;
}

std::uint64_t trees_to_try() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
  const char* const wanted = std::getenv("WALSTOW_ORACLE_TREES");
  return wanted == nullptr ? 10000 : std::strtoull(wanted, nullptr, 10);
}

// A recovery from a backup whose own WAL a prune has kept: it reaches the end of that WAL, or it
// stops. It never opens the database before.
TEST(AbsenceOracleTest, NoBackupThatAPruneKeptIsOpenedBeforeItsEnd) {
  std::uint64_t walks = 0, stopped = 0, lost_inside = 0;
  for (std::uint64_t seed = 0; seed < 4 * trees_to_try(); ++seed) {
    Dice dice(static_cast<std::uint32_t>(seed));
    Archived archived = archive(grow_tree(dice));
    lose(dice, archived);
    const KnownLog log = known_log(archived);
    for (const KeptRange& range : archived.kept) {
      const Backup backup{
          .timeline = range.timeline.value, .segment = range.first.value, .latest = false};
      const auto opened = walk(
          archived, backup, [&](const WalFileName& file) { return answer(archived, log, file); });
      ++walks;
      for (std::uint64_t number = range.first.value; number <= range.last.value; ++number) {
        if (archived.has(backup.timeline, number)) continue;
        ++lost_inside;
        const auto kind = absence_of(log, segment_name(backup.timeline, number)).kind;
        ASSERT_EQ(kind, AbsenceKind::kHole) << "tree " << seed;
      }
      if (!opened) {
        ++stopped;
        continue;
      }
      ASSERT_GT(opened->next, range.last.value) << "tree " << seed;
      ASSERT_FALSE(is_short(archived, backup, *opened)) << "tree " << seed;
    }
  }
  EXPECT_GT(walks, 1000U);
  EXPECT_GT(stopped, 1000U);
  EXPECT_GT(lost_inside, 100U);
}

TEST(AbsenceOracleTest, NoDatabaseIsOpenedShort) {
  std::uint64_t losses = 0, walks = 0, old_short = 0, new_short = 0, stopped = 0, needless = 0;
  std::uint64_t needless_unharmed = 0;
  const std::uint64_t trees = trees_to_try();
  for (std::uint64_t seed = 0; seed < trees; ++seed) {
    Dice dice(static_cast<std::uint32_t>(seed));
    Archived archived = archive(grow_tree(dice));
    const std::uint64_t lost = lose(dice, archived);
    losses += lost;
    const KnownLog log = known_log(archived);
    for (const TrueTimeline& one : archived.tree) {
      const std::uint64_t first = one.begin / kBytes;
      for (const bool latest : {true, false}) {
        const Backup backup{.timeline = one.id,
                            .segment = dice.in(std::max(first, archived.floor),
                                               std::max(one.end / kBytes, archived.floor)),
                            .latest = latest};
        ++walks;
        const auto by = [&](auto&& rule) {
          return walk(archived, backup, [&](const WalFileName& file) { return rule(file); });
        };
        const auto naive = by([&](const auto& file) { return naive_answer(archived, file); });
        const auto old = by([&](const auto& file) { return old_answer(archived, log, file); });
        const auto now = by([&](const auto& file) { return answer(archived, log, file); });
        if (old && is_short(archived, backup, *old)) ++old_short;
        if (now && is_short(archived, backup, *now)) {
          ++new_short;
          ADD_FAILURE() << "tree " << seed << ", backup on " << backup.timeline << " at segment "
                        << backup.segment << (latest ? ", latest" : ", own") << ": opened on "
                        << now->target << " before segment " << now->next;
          if (new_short > 5) return;
        }
        if (now) continue;
        ++stopped;
        if (naive && !is_short(archived, backup, *naive)) {
          ++needless;
          if (lost == 0) {
            ++needless_unharmed;
            ADD_FAILURE() << "tree " << seed << ", backup on " << backup.timeline << " at segment "
                          << backup.segment << (latest ? ", latest" : ", own")
                          << ": stopped, and nothing is lost";
            if (needless_unharmed > 5) return;
          }
        }
      }
    }
  }
  std::printf(
      "%llu trees, %llu files lost, %llu walks: the rule of before opened short %llu times, this "
      "one %llu; it stopped %llu times, %llu of them without need\n",
      static_cast<unsigned long long>(trees), static_cast<unsigned long long>(losses),
      static_cast<unsigned long long>(walks), static_cast<unsigned long long>(old_short),
      static_cast<unsigned long long>(new_short), static_cast<unsigned long long>(stopped),
      static_cast<unsigned long long>(needless));
  EXPECT_GT(old_short, trees / 100) << "the losses do no harm: the test shows nothing";
}

}  // namespace
}  // namespace walstow
