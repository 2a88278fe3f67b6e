#include "archiver/standby_put.h"

#include <cstdint>
#include <utility>

#include "proto/base/error.h"
#include "proto/client/file_check.h"
#include "proto/wal/segment_end.h"

namespace walstow {
namespace {

// However the clocks are set, the question is repeated no more often.
constexpr int kMostQuestions = kPrimaryGoesFirst / kAskAgainAfter;
constexpr Duration kLeftForPut = 2 * kAskAgainAfter;

bool is_unfinished(FileContent& segment) {
  SegmentEndFinder ends;
  read_through(segment, UINT64_MAX, [&ends](ByteView bytes) { ends.add(bytes); });
  return ends.end().kind == SegmentEnd::Kind::kUnfinished;
}

}  // namespace

bool is_received(const WalFileName& file, const FileStatus& status, const StandbyPut& how) {
  // If a clock was set back before the server was started, its own files may look newer.
  const bool is_of_future = status.modified > how.now();
  return file.kind() == FileKind::kSegment && how.receives_since &&
         status.modified >= *how.receives_since && !is_of_future;
}

PutDone put_from_standby(ConfirmFile question, FileContent& raw, const FileStatus& status,
                         const StandbyPut& how, const std::optional<Confirmed>& first,
                         StoreClient& store, const Patience& patience) {
  const bool is_segment = question.put.file.kind() == FileKind::kSegment;
  // No other server archives a promotion's history, or what this server has written as a primary.
  const bool sends =
      how.mode == StandbyPut::Mode::kFill || !is_received(question.put.file, status, how);
  const auto understood = [&](const Confirmed& answer) {
    const auto* refusal = std::get_if<Error>(&answer);
    if (refusal != nullptr && !sends) throw Error(*refusal);
    return or_unknown(question.put.file, answer);
  };
  const auto ask = [&] {
    return understood(confirm_each({&question, 1}, store, patience).front());
  };
  const auto may_come = [&] {
    // Time must be left for the put.
    return is_segment && how.now() < status.modified + kPrimaryGoesFirst &&
           patience.give_up.remaining() > kLeftForPut && !(patience.hurry && patience.hurry());
  };
  Confirmation answer = first ? understood(*first) : ask();
  for (int asked = 1; !answer.done && !answer.other_content && asked < kMostQuestions && may_come();
       ++asked) {
    how.pause(kAskAgainAfter);
    answer = ask();
  }
  if (answer.done) return *std::move(answer.done);
  // If a timeline ends in a segment, no other server archives the segment in this form. If the
  // store has other content, it must compare both: they may differ only after their end.
  if (!sends && !answer.other_content && !is_unfinished(raw)) {
    throw Error(ErrorKind::kRefused, "the store does not have it yet",
                "The setting standby_archive is \"confirm\": another server must archive it. Until "
                "then, this server keeps it.");
  }
  question.put.ask_first = true;
  return store.put(std::move(question.put), raw, patience);
}

}  // namespace walstow
