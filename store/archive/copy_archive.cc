#include "store/archive/copy_archive.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <mutex>
#include <vector>

#include "proto/base/buffer.h"
#include "proto/base/error.h"
#include "proto/base/parallel.h"
#include "proto/base/read_full.h"
#include "proto/base/utc_time.h"
#include "proto/codec/object_scrub.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

constexpr std::size_t kBatch = 1000;  // entries

// Two objects of the same length count as equal, without being read, if the copy is newer by more
// than the clocks can differ. Otherwise they are read. An S3 service refuses a difference of 15
// minutes.
constexpr std::chrono::hours kClocksDiffer{1};

std::string marker_key() {
  return std::string(layout::kMarker);
}

bool is_object(std::string_view key) {
  return key.ends_with(layout::kObjectSuffix);
}
bool is_record(std::string_view key) {
  return key.ends_with(".json");
}

bool have_same_bytes(ObjectSource& one, ObjectSource& other) {
  if (one.size() != other.size()) return false;
  Buffer left(kChunkSize);
  Buffer right(kChunkSize);
  for (;;) {
    const ByteView some = read_full(one, left);
    if (!std::ranges::equal(some, read_full(other, right))) return false;
    if (some.size() < kChunkSize) return true;
  }
}

// A copy that was written and read back.
struct Scrubbed {
  Sha256Digest digest{};  // of all bytes
  std::string problem;    // "": the bytes match their digest
};

Scrubbed scrub(StagedObject& staged) {
  const auto source = staged.read_back();
  Sha256 all;
  Scrubbed scrubbed;
  Buffer piece(kChunkSize);
  try {
    ObjectScrub object(source->size());
    while (const std::size_t size = source->read(piece)) {
      all.update(piece.first(size));
      object.write(piece.first(size));
    }
    object.finish();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    scrubbed.problem = error.what();
    while (const std::size_t size = source->read(piece))
      all.update(piece.first(size));
  }
  scrubbed.digest = all.finish();
  return scrubbed;
}

class Copy {
 public:
  Copy(Backend& from, Backend& to, const CopyOptions& options)
      : from_(from), to_(to), options_(options) {}

  CopyResult run();

 private:
  struct Item {
    Entry from;
    std::optional<Entry> to;
  };

  bool begin();
  void note_running();
  void pass();
  void pass_below(const std::string& prefix);
  void copy_items(const std::vector<Item>& items);
  void copy_item(const Item& item);
  void copy_object(const Item& item);
  void copy_new_object(const std::string& key);
  void compare(const std::string& key);
  void copy_record(const std::string& key);
  void remove_extra(const Entry& extra);
  void give_up_source();
  void count_copied(std::uint64_t bytes);
  void count_existing(std::uint64_t bytes);
  void count_record();
  void tell(CopyProblem::Kind kind, const std::string& key, const std::string& text);

  Backend& from_;
  Backend& to_;
  const CopyOptions& options_;
  std::string marker_;  // its text
  // Passes may have been interrupted since then, between an object's name and its folder's fsync.
  std::optional<std::chrono::system_clock::time_point> unfinished_since_;
  std::mutex mutex_;
  CopyCounts counts_;          // guarded by mutex_, as are the calls of options_
  bool is_last_look_ = false;  // the second pass of kFinish; changes while one thread runs
};

// --- counting ---

void Copy::count_copied(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++counts_.objects;
  counts_.bytes += bytes;
  if (options_.on_progress) options_.on_progress(counts_);
}

void Copy::count_existing(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (is_last_look_) return;  // the first pass has counted it
  ++counts_.existing;
  counts_.existing_bytes += bytes;
  if (options_.on_progress) options_.on_progress(counts_);
}

void Copy::count_record() {
  const std::lock_guard lock(mutex_);
  ++counts_.records;
}

void Copy::tell(CopyProblem::Kind kind, const std::string& key, const std::string& text) {
  using Kind = CopyProblem::Kind;
  const std::lock_guard lock(mutex_);
  if (kind == Kind::kForeign && is_last_look_) return;  // the first pass has reported it
  if (kind == Kind::kRefused) ++counts_.refused;
  if (kind == Kind::kDamaged) ++counts_.damaged;
  if (kind == Kind::kForeign) ++counts_.foreign;
  if (options_.on_problem) options_.on_problem({.kind = kind, .key = key, .text = text});
}

// --- begin and end ---

// False: the copy was finished already.
bool Copy::begin() {
  const auto marker = from_.read_record(marker_key());
  const auto moved = from_.read_record(std::string(layout::kMovedMarker));
  const auto existing = to_.read_record(marker_key());
  const bool finishes = options_.pass == CopyOptions::Pass::kFinish;
  if (!marker && moved && existing == moved) {
    to_.remove_record(std::string(layout::kCopyMarker));
    return false;
  }
  if (!marker && moved && !finishes) {
    throw Error(
        ErrorKind::kRefused,
        fmt::format("{} is no longer the archive: \"walstow copy --finish\" was interrupted",
                    from_.describe()),
        "Repeat that command, with --finish, to complete the copy.");
  }
  if (!marker && !moved) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("could not find {}: it has no \"{}\"", from_.describe(), layout::kMarker),
        "Mount it, or correct its path.");
  }
  marker_ = marker ? *marker : *moved;
  if (existing) {
    throw Error(ErrorKind::kRefused, fmt::format("{} is already an archive", to_.describe()),
                "Give an empty location, or the location of an unfinished copy.");
  }
  const auto held_back = to_.read_record(std::string(layout::kCopyMarker));
  if (held_back && *held_back != marker_) {
    throw Error(ErrorKind::kRefused,
                fmt::format("{} contains a copy of another archive", to_.describe()),
                "Name an empty folder or bucket prefix.");
  }
  if (!held_back) {
    const auto something = to_.list_after("", "", 1);
    if (!something.empty()) {
      throw Error(ErrorKind::kRefused,
                  fmt::format("{} already contains \"{}\"", to_.describe(), something.front().key),
                  "Name an empty folder or bucket prefix.");
    }
    to_.create_record(std::string(layout::kCopyMarker), marker_);
  }
  note_running();
  return true;
}

void Copy::note_running() {
  const std::string key(layout::kCopyRunning);
  const auto now = std::chrono::system_clock::now();
  const auto text = to_line({{"format", kArchiveFormat}, {"begun", to_iso8601(now)}});
  if (to_.create_record(key, text)) return;
  const std::string place = record_name(to_, key);
  const auto existing = to_.read_record(key);
  if (!existing) return;  // another copy has ended
  unfinished_since_ = time_member(parse_record(*existing, place), "begun");
  if (!unfinished_since_) throw_damaged_record(place);
}

void Copy::give_up_source() {
  from_.create_record(std::string(layout::kMovedMarker), marker_);
  from_.remove_record(marker_key());
}

CopyResult Copy::run() {
  if (!begin()) return {.counts = {}, .finished = true};
  pass();
  from_.verify_in_place();
  bool finished = false;
  if (options_.pass == CopyOptions::Pass::kFinish && counts_.refused == 0) {
    give_up_source();
    is_last_look_ = true;
    unfinished_since_.reset();
    pass();
    from_.verify_in_place();
    finished = counts_.refused == 0;
  }
  to_.remove_record(std::string(layout::kCopyRunning));
  if (finished) {
    to_.create_record(marker_key(), marker_);
    to_.remove_record(std::string(layout::kCopyMarker));
  }
  return {.counts = counts_, .finished = finished};
}

// --- one pass ---

void Copy::pass() {
  // The registry first: a copy must not admit a client that was removed from it.
  pass_below(layout::client_records());
  pass_below("");
}

void Copy::pass_below(const std::string& prefix) {
  EntryCursor from(from_, prefix);
  EntryCursor to(to_, prefix);
  std::vector<Item> items;
  while (from.peek() != nullptr || to.peek() != nullptr) {
    const Entry* const ours = from.peek();
    const Entry* const theirs = to.peek();
    if (ours == nullptr || (theirs != nullptr && theirs->key < ours->key)) {
      remove_extra(*theirs);
      to.advance();
      continue;
    }
    const bool exists = theirs != nullptr && theirs->key == ours->key;
    items.push_back({.from = *ours, .to = exists ? std::optional(*theirs) : std::nullopt});
    from.advance();
    if (exists) to.advance();
    if (items.size() < kBatch) continue;
    copy_items(items);
    items.clear();
  }
  copy_items(items);
}

// Objects stay, even if the source has lost, pruned or decided about its own.
void Copy::remove_extra(const Entry& extra) {
  if (extra.key == layout::kMarker) return;
  if (is_record(extra.key)) {
    if (to_.remove_record(extra.key)) count_record();
  } else if (!is_last_look_) {
    ++counts_.extra;  // no other thread runs here
  }
}

void Copy::copy_items(const std::vector<Item>& items) {
  run_in_parallel(items.size(), options_.jobs, [&](std::size_t index) { copy_item(items[index]); });
}

void Copy::copy_item(const Item& item) {
  const std::string& key = item.from.key;
  if (key == layout::kMarker) return;
  if (is_object(key)) {
    copy_object(item);
  } else if (is_record(key)) {
    copy_record(key);
  } else {
    tell(CopyProblem::Kind::kForeign, key, "it is not one of walstow's files");
  }
}

// --- objects ---

void Copy::copy_object(const Item& item) {
  const std::string& key = item.from.key;
  if (!item.to) return copy_new_object(key);
  if (unfinished_since_ && item.to->modified >= *unfinished_since_ - kClocksDiffer) {
    to_.make_durable(key);
  }
  const bool copied_since = item.to->modified > item.from.modified + kClocksDiffer;
  if (copied_since && item.to->size == item.from.size) {
    count_existing(item.from.size);
  } else {
    compare(key);
  }
}

void Copy::compare(const std::string& key) {
  const auto ours = from_.open_object(key);
  const auto theirs = to_.open_object(key);
  if (ours == nullptr) return;  // it was removed a moment ago
  if (theirs != nullptr && have_same_bytes(*ours, *theirs)) {
    count_existing(theirs->size());
    return;
  }
  tell(CopyProblem::Kind::kRefused, key, "the target contains other bytes");
}

// Reads an object that does not match its own digest once more: the transfer may have damaged it.
// Copies an object that is damaged at the source as it is, since "absent" would be worse than
// "damaged".
void Copy::copy_new_object(const std::string& key) {
  constexpr int kReadings = 2;
  std::array<Scrubbed, kReadings> scrubbed;
  std::unique_ptr<StagedObject> staged;
  for (Scrubbed& reading : scrubbed) {
    const auto source = from_.open_object(key);
    if (source == nullptr) return;  // it was removed a moment ago
    to_.check_room();
    staged = to_.stage();
    Buffer piece(kChunkSize);
    while (const std::size_t size = source->read(piece))
      staged->write(piece.first(size));
    reading = scrub(*staged);
    if (reading.problem.empty()) break;
  }
  const bool is_damaged = !scrubbed.back().problem.empty();
  if (is_damaged && scrubbed.front().digest != scrubbed.back().digest) {
    throw Error(
        ErrorKind::kStorage,
        fmt::format("\"{}\" of {} returns different bytes at each read", key, from_.describe()),
        "Check the memory, the disks and the network of this host.");
  }
  const std::uint64_t size = staged->size();
  if (to_.publish(*staged, key) == PublishResult::kExists) {
    to_.make_durable(key);
    return compare(key);
  }
  count_copied(size);
  if (is_damaged) {
    tell(CopyProblem::Kind::kDamaged, key,
         fmt::format("copied as it is: {}", scrubbed.back().problem));
  }
}

// --- records ---

void Copy::copy_record(const std::string& key) {
  const auto ours = from_.read_record(key);
  if (!ours) return;  // it was removed a moment ago: the next pass removes it there
  bool changes = false;
  to_.update_record(key, [&](const std::optional<std::string>& theirs) {
    changes = theirs != ours;
    return changes ? ours : std::nullopt;
  });
  if (changes) count_record();
}

}  // namespace

CopyResult copy_archive(Backend& from, Backend& to, const CopyOptions& options) {
  return Copy(from, to, options).run();
}

CopySize size_of_copy(Backend& from) {
  CopySize size;
  for_each_entry(from, "", [&](const Entry& entry) {
    if (!is_object(entry.key)) return;
    ++size.objects;
    size.bytes += entry.size;
  });
  return size;
}

}  // namespace walstow
