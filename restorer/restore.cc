#include "restorer/restore.h"

#include <fmt/format.h>
#include <thread>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "restorer/file/incoming_file.h"

namespace walstow {
namespace {

// One call of walstow-restore.
class Restore {
 public:
  Restore(const RestoreJob& job, const RestoreWaits& waits, StoreClient& store)
      : job_(job), waits_(waits), store_(store) {}

  int run();

 private:
  Duration wait() const;
  // The caller asks again soon on its own, or the wait delays a primary.
  bool is_in_a_hurry() const { return job_.mode == RecoveryMode::kStandby || job_.is_promotion; }
  // Then no process reads the exit code or messages.
  bool abandoned() const { return job_.abandoned && job_.abandoned(); }
  Deadline patience_for(Deadline give_up);
  Outcome ask(Deadline give_up);
  bool take_prefetched();
  void remember(const Outcome& outcome);
  void remember_handed();
  bool place_kept_history();
  StoreAnswer meaning_of(StoreAnswer answer) const;
  int end(const Verdict& verdict, const Outcome& outcome) const;
  void say_trying_again(std::string_view message, std::string_view hint);

  const WalFileName& file() const { return job_.get.file; }
  bool is_history() const { return file().kind() == FileKind::kHistory; }
  std::string describe_failure(std::string_view message) const {
    return fmt::format("could not restore file \"{}\": {}", file().text(), message);
  }

  const RestoreJob& job_;
  const RestoreWaits& waits_;
  StoreClient& store_;
  std::string object_;  // a history file's, as it arrives
  bool warned_ = false;
};

// PostgreSQL looks into pg_wal next.
bool may_be_local(StoreAnswer answer) {
  return answer == StoreAnswer::kHole || answer == StoreAnswer::kPruned ||
         answer == StoreAnswer::kHistoryMissing;
}

// A server that asks for the history of its current timeline has everything to which this history
// leads. Without it, the server takes its timeline for a root, and loses nothing. An archive that
// began on a later timeline than 1 works this way, too.
StoreAnswer Restore::meaning_of(StoreAnswer answer) const {
  const bool own = is_history() && job_.own_timeline == file().timeline();
  return answer == StoreAnswer::kHistoryMissing && own ? StoreAnswer::kAbsentBefore : answer;
}

int Restore::run() {
  if (is_history() && file().timeline() == Timeline{1}) {
    log_line(LogLevel::kDebug, describe_failure("no server ever writes it"));
    return exit_code::kAbsent;
  }
  if (take_prefetched()) return exit_code::kDone;
  if (is_in_a_hurry() && job_.spool->failed_lately(waits_.failure_memory)) {
    if (place_kept_history()) return exit_code::kDone;
    log_line(LogLevel::kDebug, describe_failure(fmt::format(
                                   "the store gave no answer to an attempt less than {} ms ago",
                                   waits_.failure_memory.count())));
    return decide(job_.mode, StoreAnswer::kUnreachable, LocalCopy::kNone).exit_code;
  }
  const Deadline give_up = Deadline::after(wait());
  for (;;) {
    const Outcome outcome = ask(give_up);
    remember(outcome);
    if (abandoned()) return decide(job_.mode, StoreAnswer::kFailed, LocalCopy::kNone).exit_code;
    const bool no_use =
        outcome.answer == StoreAnswer::kUnreachable || outcome.answer == StoreAnswer::kDamaged;
    if (no_use && place_kept_history()) return exit_code::kDone;

    const LocalCopy local = may_be_local(outcome.answer)
                                ? find_local_copy(job_.target.folder, job_.get)
                                : LocalCopy::kNone;
    const Verdict verdict = decide(job_.mode, meaning_of(outcome.answer), local);
    if (verdict.step == Verdict::Step::kEnd || give_up.remaining() <= waits_.ask_again_pause) {
      return end(verdict, outcome);
    }
    say_trying_again(outcome.message, outcome.hint);
    std::this_thread::sleep_for(waits_.ask_again_pause);
  }
}

Duration Restore::wait() const {
  if (is_in_a_hurry()) return waits_.standby;
  switch (job_.mode) {
    case RecoveryMode::kStandby:
      return waits_.standby;
    case RecoveryMode::kRecovery:
      return waits_.recovery;
    case RecoveryMode::kTool:
      break;
  }
  return waits_.tool;
}

// Returns until when one request is repeated. A kept history never changes: with one at hand, a
// long wait for the store's is pointless.
Deadline Restore::patience_for(Deadline give_up) {
  if (job_.mode != RecoveryMode::kRecovery || !is_history()) return give_up;
  if (!job_.spool->find_history(file())) return give_up;
  return give_up.earlier(Deadline::after(waits_.standby));
}

Outcome Restore::ask(Deadline give_up) {
  Question question{.get = job_.get};
  question.abandoned = job_.abandoned;
  if (job_.spool != nullptr) question.known_archive = job_.spool->known_archive();
  if (job_.spool != nullptr && is_history()) {
    question.object = [this](ByteView bytes) {
      if (object_.size() <= kLargestKeptObject) object_ += as_text(bytes);
    };
    question.restart_object = [this] { object_.clear(); };
  }
  Patience patience{.give_up = patience_for(give_up)};
  if (job_.mode == RecoveryMode::kRecovery) {
    patience.on_failure = [this](const Error& error, Duration) {
      if (abandoned()) throw Error(ErrorKind::kFatal, error.what());
      say_trying_again(error.what(), error.hint());
    };
  }
  return restore_file(question, job_.target, store_, patience);
}

void Restore::remember(const Outcome& outcome) {
  if (job_.spool == nullptr) return;
  if (outcome.answer == StoreAnswer::kUnreachable && is_in_a_hurry()) {
    job_.spool->note_failure();
  }
  if (!is_known(outcome.answer)) return;
  job_.spool->remember_archive(outcome.archive);
  if (job_.get.instance && job_.get.restartpoint) {
    job_.spool->forget_restartpoint(*job_.get.instance, *job_.get.restartpoint);
  }
  if (outcome.answer != StoreAnswer::kRestored) return;
  if (is_history() && object_.size() <= kLargestKeptObject) {
    job_.spool->keep_history(outcome.archive, file(), object_);
  }
  if (file().kind() == FileKind::kSegment) remember_handed();
}

void Restore::remember_handed() {
  // First the one that can work meanwhile.
  if (job_.prefetch != nullptr) job_.prefetch->note_handed(file());
  if (job_.get.instance) job_.spool->note_handed(*job_.get.instance, file());
  job_.spool->note_restored(file(), job_.target.name);
}

bool Restore::take_prefetched() {
  if (job_.prefetch == nullptr || !job_.prefetch->take_ready(file(), job_.target, job_.abandoned)) {
    return false;
  }
  remember_handed();
  log_line(LogLevel::kInfo,
           fmt::format("restored file \"{}\" as \"{}\", fetched ahead", file().text(), job_.path));
  return true;
}

bool Restore::place_kept_history() {
  if (job_.spool == nullptr || !is_history()) return false;
  const std::optional<std::string> content = job_.spool->find_history(file());
  if (!content) return false;
  try {
    IncomingFile incoming(job_.target.folder);
    incoming.write(as_bytes(*content));
    incoming.publish(job_.target.name);
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return false;
  }
  log_line(
      LogLevel::kInfo,
      fmt::format("the store did not answer; restored file \"{}\" from the spool", file().text()));
  return true;
}

int Restore::end(const Verdict& verdict, const Outcome& outcome) const {
  if (outcome.answer == StoreAnswer::kRestored) {
    log_line(LogLevel::kInfo,
             fmt::format("restored file \"{}\" as \"{}\"", file().text(), job_.path));
    return verdict.exit_code;
  }
  LogLevel level = LogLevel::kDebug;
  if (verdict.severity == Verdict::Severity::kWarning) level = LogLevel::kWarning;
  if (verdict.severity == Verdict::Severity::kError) level = LogLevel::kError;
  log_line(level, describe_failure(outcome.message), outcome.hint);
  return verdict.exit_code;
}

// The server's start depends on it, so a person should know at once; but only once.
void Restore::say_trying_again(std::string_view message, std::string_view hint) {
  if (std::exchange(warned_, true)) return;
  log_line(LogLevel::kWarning,
           fmt::format("{}; trying again for up to {} s", describe_failure(message),
                       std::chrono::duration_cast<std::chrono::seconds>(wait()).count()),
           hint);
}

}  // namespace

int restore(const RestoreJob& job, const RestoreWaits& waits, StoreClient& store) {
  return Restore(job, waits, store).run();
}

}  // namespace walstow
