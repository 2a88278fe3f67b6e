#include "store/files/absence_proof.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "proto/base/error.h"
#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/inventory/log_files.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// A segment has few other files: a .partial, a .backup, incomplete segments.
constexpr std::size_t kEntriesOfASegment = 16;

[[noreturn]] void contradiction(const std::string& key, const std::string& what) {
  throw Error(
      ErrorKind::kUnavailable,
      fmt::format("could not determine what the archive contains: object \"{}\" {}", key, what),
      "Ask again. If the error persists, the file system or the service of the archive returns "
      "outdated answers.");
}

// Collects what one era contains around the absent file.
class Survey {
 public:
  Survey(Backend& backend, const std::string& cluster, const EraName& era, const WalFileName& file)
      : backend_(backend),
        cluster_(cluster),
        era_(era),
        size_(segment_size_of(era)),
        file_(file),
        key_(layout::object_key(cluster, era, file).value_or("")) {}

  KnownLog run();
  // Throws unless the answers are still the same.
  void look_again();

 private:
  bool is_history() const { return file_.kind() == FileKind::kHistory; }
  KnownTimeline& timeline(Timeline id) {
    return known_.try_emplace(id, KnownTimeline{.timeline = id}).first->second;
  }
  void read_histories();
  void read_history(const Entry& entry, Timeline id);
  void read_own_timeline();
  void find_higher_timelines();
  std::vector<Entry> neighbours();
  void add_file(const std::optional<layout::StoredName>& stored);
  void check_absent(const WalFileName& file, bool listed_as_absent);

  Backend& backend_;
  const std::string& cluster_;
  const EraName era_;
  const SegmentSize size_;
  const WalFileName& file_;
  const std::string key_;  // "" for a .partial, which has its digest in its key
  std::map<Timeline, KnownTimeline> known_;
  std::vector<Entry> neighbours_;  // for a segment: its other files, and the next one
};

KnownLog Survey::run() {
  // Histories before files: a promotion writes its history first. So files without a history that
  // arrive in between show as such, and not as an end.
  read_histories();
  if (!is_history()) read_own_timeline();
  find_higher_timelines();
  KnownLog log{.size = size_, .timelines = {}, .prunes = {}};
  for (auto& [id, one] : known_)
    log.timelines.push_back(std::move(one));
  return log;
}

// Reads the histories of the file's own timeline and of all higher ones: no other one descends from
// it.
void Survey::read_histories() {
  const std::string prefix = layout::history_prefix(cluster_, era_);
  std::string after = prefix + to_hex8(file_.timeline());
  for (std::size_t size = kEntriesAtOnce; size == kEntriesAtOnce;) {
    const std::vector<Entry> page = backend_.list_after(prefix, after, kEntriesAtOnce);
    size = page.size();
    if (!page.empty()) after = page.back().key;
    for (const Entry& entry : page) {
      const auto stored = layout::parse_object_key(cluster_, entry.key);
      if (!stored || stored->file.kind() != FileKind::kHistory) continue;
      if (entry.key == key_) contradiction(key_, "is listed but cannot be opened");
      read_history(entry, stored->file.timeline());
    }
  }
  // A history that a list omits would turn a hole into an end. So ask for the nearest ones by key.
  for (const std::uint32_t more : {0U, 1U}) {
    const Timeline id{file_.timeline().value + more};
    const auto name = WalFileName::parse(fmt::format("{}.history", to_hex8(id)));
    if (name && id != Timeline{1} && id >= file_.timeline()) {
      check_absent(*name, !known_.contains(id));
    }
  }
}

void Survey::read_history(const Entry& entry, Timeline id) {
  auto source = backend_.open_object(entry.key);
  if (source == nullptr) contradiction(entry.key, "is listed but cannot be opened");
  KnownTimeline& known = timeline(id);
  known.history = KnownTimeline::History::kUnreadable;
  const auto content = read_small_object(std::move(source), kLargestHistoryFile);
  if (!content) return;
  auto parsed = parse_timeline_history(id, *content).history;
  if (!parsed) return;
  known.history = KnownTimeline::History::kRead;
  known.ancestry = std::move(parsed->ancestry);
}

void Survey::check_absent(const WalFileName& file, bool listed_as_absent) {
  const std::string key = *layout::object_key(cluster_, era_, file);
  const bool there = backend_.open_object(key) != nullptr;
  if (there && listed_as_absent) contradiction(key, "can be opened but is not listed");
}

// The other files of the segment, and the files after them.
std::vector<Entry> Survey::neighbours() {
  return backend_.list_after(layout::timeline_prefix(cluster_, era_, file_.timeline()),
                             layout::before_segment(cluster_, era_, file_), kEntriesOfASegment);
}

void Survey::read_own_timeline() {
  const std::string prefix = layout::timeline_prefix(cluster_, era_, file_.timeline());
  neighbours_ = neighbours();
  bool later_is_known = false;
  for (const Entry& entry : neighbours_) {
    if (entry.key == key_) contradiction(key_, "is listed but cannot be opened");
    const auto stored = layout::parse_object_key(cluster_, entry.key);
    if (!stored || !is_of_log(*stored)) continue;
    add_file(stored);
    later_is_known = later_is_known || stored->file.number(size_) > file_.number(size_);
  }
  if (!later_is_known && neighbours_.size() == kEntriesOfASegment) {
    add_file(next_of_log(backend_, cluster_, prefix, layout::after_segment(cluster_, era_, file_)));
  }
  add_file(next_of_log(backend_, cluster_, prefix, ""));

  const SegmentNumber next{file_.number(size_).value + 1};
  const auto found = known_.find(file_.timeline());
  const bool has_later =
      found != known_.end() && found->second.last_file && *found->second.last_file >= next;
  check_absent(WalFileName::segment(file_.timeline(), next, size_), !has_later);
}

// Finds the first file of each timeline above the own one (for a history: of the own one, too).
void Survey::find_higher_timelines() {
  const std::string prefix = layout::wal_prefix(cluster_, era_);
  Timeline below{file_.timeline().value - (is_history() ? 1 : 0)};
  for (;;) {
    // '~' is greater than every digit and every '/' that may follow the timeline.
    const auto first =
        next_of_log(backend_, cluster_, prefix, fmt::format("{}{}~", prefix, to_hex8(below)));
    if (!first) return;
    add_file(first);
    below = first->file.timeline();
  }
}

void Survey::add_file(const std::optional<layout::StoredName>& stored) {
  if (!stored) return;
  KnownTimeline& known = timeline(stored->file.timeline());
  const SegmentNumber number = stored->file.number(size_);
  known.first_file = std::min(known.first_file.value_or(number), number);
  known.last_file = std::max(known.last_file.value_or(number), number);
}

void Survey::look_again() {
  const std::string name = key_.empty() ? file_.text() : key_;
  if (!key_.empty() && backend_.open_object(key_) != nullptr) {
    contradiction(key_, "has appeared in the meantime");
  }
  if (is_history()) return;
  const std::vector<Entry> now = neighbours();
  if (!std::ranges::equal(now, neighbours_, {}, &Entry::key, &Entry::key)) {
    contradiction(name, "has other neighbours when it is listed again");
  }
}

}  // namespace

ProvenAbsence prove_absence(const Archive& archive, const std::string& cluster,
                            const std::vector<EraName>& eras, const WalFileName& file) {
  KnownLog log{.size = segment_size_of(eras.front()), .timelines = {}, .prunes = {}};
  std::vector<Survey> surveys;
  surveys.reserve(eras.size());
  for (const EraName& era : eras) {
    surveys.emplace_back(archive.backend(), cluster, era, file);
    merge(log, surveys.back().run());
  }
  for (Survey& survey : surveys)
    survey.look_again();
  // A prune writes its floor before it removes anything. So a file that it removed is never found
  // absent without that floor.
  std::vector<Tombstone> tombstones;
  for (const EraName& era : eras) {
    for (Tombstone& one : list_tombstones(archive.backend(), cluster, era)) {
      log.prunes.push_back(known_prune(one));
      tombstones.push_back(std::move(one));
    }
  }
  archive.verify_present();
  for (const EraName& era : eras)
    archive.verify_era(cluster, era);
  ProvenAbsence proven{.absence = absence_of(log, file), .tombstone = {}, .later = {}};
  const KnownTimeline* const own = find_timeline(log, file.timeline());
  if (proven.absence.kind == AbsenceKind::kHole && !proven.absence.because_of &&
      !proven.absence.was_kept && own != nullptr && own->last_file) {
    proven.later = WalFileName::segment(file.timeline(), *own->last_file, log.size);
  }
  if (proven.absence.kind == AbsenceKind::kPruned) {
    proven.tombstone = tombstones.at(proven.absence.prune);
  }
  return proven;
}

}  // namespace walstow
