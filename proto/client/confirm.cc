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

namespace {

Confirmation understand(const ConfirmFile& question, const std::string& answer) {
  ConfirmReport report = parse_confirm_report(answer);
  if (!report.archived) return {.done = {}, .other_content = report.other_content};
  if (is_about(*report.archived, question.put)) {
    return {.done = PutDone{.result = PutResult::kExisted, .report = *std::move(report.archived)}};
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the store's answer is about another file, \"{}\" with digest \"{}\"",
                          escaped(report.archived->name), escaped(report.archived->digest)));
}

}  // namespace

std::vector<Confirmed> confirm_each(std::span<const ConfirmFile> questions, StoreClient& store,
                                    const Patience& patience) {
  const std::vector<Command> commands(questions.begin(), questions.end());
  const std::vector<Answered> answers = store.ask_each(commands, patience);
  std::vector<Confirmed> confirmed;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (const auto* refusal = std::get_if<Error>(&answers[i])) {
      confirmed.emplace_back(*refusal);
    } else {
      confirmed.emplace_back(understand(questions[i], std::get<std::string>(answers[i])));
    }
  }
  return confirmed;
}

Confirmation or_unknown(const WalFileName& file, const Confirmed& answer) {
  if (const auto* confirmation = std::get_if<Confirmation>(&answer)) return *confirmation;
  const auto& error = std::get<Error>(answer);
  if (error.kind() != ErrorKind::kRefused) throw Error(error);
  log_line(
      LogLevel::kDebug,
      fmt::format("the store does not answer whether it has \"{}\": {}", file.text(), error.what()),
      error.hint());
  return {};
}

Confirmation confirm_or_unknown(const ConfirmFile& question, StoreClient& store,
                                const Patience& patience) {
  return or_unknown(question.put.file, confirm_each({&question, 1}, store, patience).front());
}

}  // namespace walstow
