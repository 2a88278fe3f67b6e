#include "store/inventory/verify.h"

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <thread>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/inventory/log_files.h"
#include "store/inventory/log_walk.h"
#include "store/inventory/object_check.h"
#include "store/object/compare_segments.h"

namespace walstow {
namespace {

// A page ends after this time. It still finishes the objects that are being read. It also reads the
// previous segments that follow_the_log() needs: one for each segment that does not follow another
// one of the page, and more only before this time has passed. The time is short, so that the caller
// sees progress, can stop at any time, and keeps a rate. The largest object takes several seconds
// more, and a client waits for a minute.
constexpr Duration kPageTime{1500};

// One object's outcome.
struct Outcome {
  enum class What { kVerified, kPassedOver } what = What::kPassedOver;
  std::uint64_t bytes = 0;
  std::optional<VerifyProblem> problem;
  // Of a whole segment whose content was checked.
  std::optional<SegmentEdges> edges;
  std::optional<TimesEntry> times;
};

// Whether the archive has a later file of the segment's timeline.
bool is_followed(BackendReader& backend, std::string_view cluster, const PromisedObject& promised) {
  const std::string prefix =
      layout::timeline_prefix(cluster, promised.era, promised.file.timeline());
  const std::string behind = layout::after_segment(cluster, promised.era, promised.file);
  return next_of_log(backend, cluster, prefix, behind).has_value();
}

bool follows_another(BackendReader& backend, std::string_view cluster,
                     const PromisedObject& promised) {
  const std::string prefix =
      layout::timeline_prefix(cluster, promised.era, promised.file.timeline());
  const auto first = next_of_log(backend, cluster, prefix, "");
  const SegmentSize size = segment_size_of(promised.era);
  return first && first->file.number(size) < promised.file.number(size);
}

// The objects of one page, verified by several threads. They take objects in order and verify each
// one to its end, so the verified objects are always the first ones of the page.
class Verification {
 public:
  Verification(const Archive& archive, const VerifyFiles& verify, const EntryPage& page)
      : archive_(archive), verify_(verify), page_(page), outcomes_(page.items.size()) {}

  void run();
  // Checks that the segments, each whole on its own, form one log. Call after run(). Returns the
  // stored bytes that it has read for this.
  std::uint64_t follow_the_log();
  // Call after run().
  void remember_times(TimesIndex& index) const;
  // The number of verified objects, once run() has returned; at least one, unless there is none.
  std::size_t done() const { return next_; }
  const Outcome& outcome(std::size_t index) const { return outcomes_.at(index); }

 private:
  std::optional<std::size_t> take();
  void work();
  Outcome verify_item(const EntryPage::Item& item) const;
  std::optional<ObjectProblem> check(ObjectSource& source, const PromisedObject& promised,
                                     Outcome& outcome) const;
  VerifyProblem problem_of(const std::string& key, const ObjectProblem& problem,
                           std::string name) const;

  const Archive& archive_;
  const VerifyFiles& verify_;
  const EntryPage& page_;
  const Deadline deadline_ = Deadline::after(kPageTime);
  std::vector<Outcome> outcomes_;  // each written by the thread that took it
  std::mutex mutex_;
  std::size_t next_ = 0;     // guarded by mutex_ while threads run, as are all below
  std::uint64_t bytes_ = 0;  // of the taken objects
  std::exception_ptr failure_;
};

void Verification::run() {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const auto threads = std::min<std::size_t>({verify_.jobs, cores, outcomes_.size()});
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < threads; ++i)
    others.emplace_back([this] { work(); });
  work();
  for (std::jthread& thread : others)
    thread.join();
  if (failure_) std::rethrow_exception(failure_);
}

// nullopt: the page ends.
std::optional<std::size_t> Verification::take() {
  const std::lock_guard lock(mutex_);
  const std::size_t index = next_;
  if (index == outcomes_.size() || failure_) return std::nullopt;
  const bool enough = verify_.most_bytes && bytes_ >= *verify_.most_bytes;
  if (index > 0 && (enough || deadline_.passed())) return std::nullopt;
  bytes_ += page_.items[index].entry.size;
  ++next_;
  return index;
}

void Verification::work() {
  try {
    while (const auto index = take())
      outcomes_[*index] = verify_item(page_.items[*index]);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

std::optional<ObjectProblem> Verification::check(ObjectSource& source,
                                                 const PromisedObject& promised,
                                                 Outcome& outcome) const {
  using Kind = VerifyProblem::Kind;
  try {
    const ObjectCheck checked = check_object(source, promised, verify_.depth);
    if (checked.problem) return checked.problem;
    outcome.edges = checked.edges;
    outcome.times = checked.times;
    if (checked.end && checked.end->broken) {
      return ObjectProblem{
          Kind::kUnfinished,
          describe_break(promised.file, segment_size_of(promised.era), *checked.end->broken)};
    }
    if (!checked.end || checked.end->kind != SegmentEnd::Kind::kUnfinished) return std::nullopt;
    if (!is_followed(archive_.backend(), verify_.cluster, promised)) return std::nullopt;
    return ObjectProblem{Kind::kUnfinished,
                         fmt::format("its log ends at {}, though later files of its timeline "
                                     "exist: a recovery would end there",
                                     to_string(checked.edges->stops))};
  } catch (const Error& error) {
    // The medium cannot read these bytes, but perhaps the next ones.
    if (error.kind() != ErrorKind::kStorage) throw;
    return ObjectProblem{Kind::kDamaged, error.what()};
  }
}

Outcome Verification::verify_item(const EntryPage::Item& item) const {
  const std::string& key = item.entry.key;
  const auto promised = promised_by(verify_.cluster, *item.keys, key);
  if (!promised) {
    return {.what = Outcome::What::kVerified,
            .bytes = 0,
            .problem =
                problem_of(key, {VerifyProblem::Kind::kForeign, "it is not a walstow object"}, ""),
            .edges = {},
            .times = {}};
  }
  if (verify_.since && item.entry.modified < *verify_.since) return {};
  const auto source = archive_.backend().open_object(key);
  if (source == nullptr) return {};  // removed since the page was listed
  Outcome outcome{.what = Outcome::What::kVerified,
                  .bytes = source->size(),
                  .problem = {},
                  .edges = {},
                  .times = {}};
  if (const auto problem = check(*source, *promised, outcome)) {
    outcome.problem = problem_of(key, *problem, promised->name);
  }
  return outcome;
}

VerifyProblem Verification::problem_of(const std::string& key, const ObjectProblem& problem,
                                       std::string name) const {
  return {.kind = problem.kind,
          .object = token_of(verify_.cluster, key),
          .file = std::move(name),
          .problem = problem.text};
}

std::uint64_t Verification::follow_the_log() {
  LogWalk walk(archive_, verify_.cluster, deadline_);
  for (std::size_t i = 0; i < done(); ++i) {
    Outcome& outcome = outcomes_[i];
    if (!outcome.edges) continue;
    const EntryPage::Item& item = page_.items[i];
    const auto promised = promised_by(verify_.cluster, *item.keys, item.entry.key);
    std::string text = walk.add(*promised, *outcome.edges);
    if (text.empty()) continue;
    // If the segment is damaged as well, that damage comes later in the log.
    outcome.problem = problem_of(
        item.entry.key, {VerifyProblem::Kind::kUnfinished, std::move(text)}, promised->name);
  }
  return walk.bytes_read();
}

void Verification::remember_times(TimesIndex& index) const {
  for (std::size_t i = 0; i < done(); ++i) {
    const Outcome& outcome = outcomes_[i];
    if (!outcome.times) continue;
    const EntryPage::Item& item = page_.items[i];
    const auto promised = promised_by(verify_.cluster, *item.keys, item.entry.key);
    index.remember(verify_.cluster, item.keys->era, promised->file, *outcome.times);
  }
}

// The reason why an object stays even if it is damaged: its absence would mislead PostgreSQL.
std::string why_needed(Backend& backend, std::string_view cluster, const PromisedObject& promised) {
  if (promised.part == PromisedObject::Part::kPiece) return {};
  switch (promised.file.kind()) {
    case FileKind::kBackup:
    case FileKind::kPartial:
      return {};
    case FileKind::kHistory:
      return "without it PostgreSQL would take its timeline for an unused one";
    case FileKind::kSegment:
      break;
  }
  if (!is_followed(backend, cluster, promised)) {
    return "its timeline has nothing later: without it the log would seem to end before it";
  }
  if (!follows_another(backend, cluster, promised)) {
    return "its timeline has nothing earlier: without it the log would seem to begin after it";
  }
  return {};
}

}  // namespace

VerifyPage verify_files(const Archive& archive, TimesIndex& index, const VerifyFiles& verify) {
  const std::vector<KeyRange> key_ranges =
      key_ranges_of_objects(archive, verify.cluster, verify.range);
  const EntryPage found = list_page(archive, verify.cluster, key_ranges, verify.range,
                                    key_of(verify.cluster, verify.after), verify.limit);
  Verification verification(archive, verify, found);
  verification.run();
  const std::uint64_t read_back = verification.follow_the_log();
  // If the archive disappeared meanwhile, there is no damage to report.
  archive.verify_present();
  verification.remember_times(index);
  VerifyPage page;
  page.bytes = read_back;
  for (std::size_t i = 0; i < verification.done(); ++i) {
    const Outcome& outcome = verification.outcome(i);
    if (outcome.problem) page.problems.push_back(*outcome.problem);
    if (outcome.what == Outcome::What::kPassedOver) ++page.passed_over;
    if (outcome.what == Outcome::What::kVerified) ++page.objects;
    page.bytes += outcome.bytes;
  }
  if (!found.is_last || verification.done() < found.items.size()) {
    page.next = token_of(verify.cluster, found.items.at(verification.done() - 1).entry.key);
  }
  return page;
}

SetAsideReport set_aside(const Archive& archive, const SetAside& aside, std::string_view client) {
  using Result = SetAsideReport::Result;
  const auto report = [&aside](Result result, std::string reason) {
    return SetAsideReport{.object = aside.object, .result = result, .reason = std::move(reason)};
  };
  Backend& backend = archive.backend();
  const std::string key = key_of(aside.cluster, aside.object);
  std::optional<PromisedObject> promised;
  for (const KeyRange& keys : key_ranges_of_objects(archive, aside.cluster, {})) {
    if (key.starts_with(keys.prefix)) promised = promised_by(aside.cluster, keys, key);
  }
  if (!promised) return report(Result::kGone, "it is not an object of the cluster");
  const auto source = backend.open_object(key);
  if (source == nullptr) return report(Result::kGone, "it no longer exists");
  const ObjectCheck checked = check_object(*source, *promised, VerifyFiles::Depth::kContent);
  if (!checked.problem) return report(Result::kWhole, "it is not damaged");
  if (checked.problem->kind != VerifyProblem::Kind::kDamaged) {
    return report(Result::kWhole, checked.problem->text);
  }
  if (std::string reason = why_needed(backend, aside.cluster, *promised); !reason.empty()) {
    return report(Result::kNeeded, std::move(reason));
  }
  if (!backend.set_aside(key, *source)) {
    return report(Result::kGone, "it no longer exists");
  }
  log_line(LogLevel::kWarning,
           fmt::format("object \"{}\" was damaged and is quarantined by client {}: {}", key, client,
                       checked.problem->text),
           "It is kept below \"_aside\" in the archive.");
  return report(Result::kAside, checked.problem->text);
}

}  // namespace walstow
