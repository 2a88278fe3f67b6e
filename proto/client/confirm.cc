#include "proto/client/confirm.h"

#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {

bool is_about(const PutReport& report, const PutFile& put) {
  // A .partial's name in the store ends with its digest.
  return report.name.starts_with(put.file.text()) && report.raw_size == put.raw_size &&
         report.digest == to_string(put.digest);
}

Confirmation confirm(const ConfirmFile& question, StoreClient& store, const Patience& patience) {
  ConfirmReport report = parse_confirm_report(store.ask(question, patience));
  if (!report.archived) return {.done = {}, .other_content = report.other_content};
  if (is_about(*report.archived, question.put)) {
    return {.done = PutDone{.result = PutResult::kStood, .report = *std::move(report.archived)}};
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the store answered for another file, \"{}\" with digest \"{}\"",
                          escaped(report.archived->name), escaped(report.archived->digest)));
}

Confirmation confirm_or_unknown(const ConfirmFile& question, StoreClient& store,
                                const Patience& patience) {
  try {
    return confirm(question, store, patience);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRefused) throw;
    log_line(LogLevel::kDebug,
             fmt::format("the store does not answer whether it has \"{}\": {}",
                         question.put.file.text(), error.what()),
             error.hint());
    return {};
  }
}

}  // namespace walstow
