#include "proto/wire/verify_report.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {
namespace {

namespace json = boost::json;

// Whatever an archive contains, the body stays ASCII on one line, and within its limit.
constexpr std::size_t kLongestProblem = 400;

constexpr std::array kKinds{
    std::pair{VerifyProblem::Kind::kDamaged, std::string_view("damaged")},
    std::pair{VerifyProblem::Kind::kUnfinished, std::string_view("unfinished")},
    std::pair{VerifyProblem::Kind::kForeign, std::string_view("foreign")}};

constexpr std::array kResults{
    std::pair{SetAsideReport::Result::kAside, std::string_view("aside")},
    std::pair{SetAsideReport::Result::kWhole, std::string_view("whole")},
    std::pair{SetAsideReport::Result::kNeeded, std::string_view("needed")},
    std::pair{SetAsideReport::Result::kGone, std::string_view("gone")}};

template <class Table, class Value>
std::string_view text_of(const Table& table, Value value) {
  return std::ranges::find(table, value, [](const auto& row) { return row.first; })->second;
}

json::object problem_object(const VerifyProblem& problem) {
  return {{"kind", to_string(problem.kind)},
          {"object", escaped_text(problem.object)},
          {"file", problem.file},
          {"problem", json::string(escaped(problem.problem, kLongestProblem))}};
}

VerifyProblem read_problem(const ReportReader& reader) {
  // A kind of a later release is still a problem.
  return {.kind = parse_problem_kind(reader.text("kind")).value_or(VerifyProblem::Kind::kDamaged),
          .object = reader.text("object"),
          .file = reader.text("file"),
          .problem = reader.text("problem")};
}

}  // namespace

std::string_view to_string(VerifyProblem::Kind kind) {
  return text_of(kKinds, kind);
}

std::optional<VerifyProblem::Kind> parse_problem_kind(std::string_view text) {
  for (const auto& [kind, name] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(SetAsideReport::Result result) {
  return text_of(kResults, result);
}

std::string to_json(const HoleReport& hole) {
  json::object object{{"kind", "missing"}};
  for (const auto& [name, value] : hole_object(hole))
    object[name] = value;
  return to_line(object);
}

std::string to_json(const VerifyProblem& problem) {
  return to_line(problem_object(problem));
}

std::string to_json(const HolePage& page) {
  return to_line({{"holes", array_of(page.holes, hole_object)}, {"next", page.next}});
}

std::string to_json(const VerifyPage& page) {
  return to_line({{"objects", page.objects},
                  {"bytes", page.bytes},
                  {"passed_over", page.passed_over},
                  {"problems", array_of(page.problems, problem_object)},
                  {"next", page.next}});
}

std::string to_json(const SetAsideReport& report) {
  return to_line({{"object", escaped_text(report.object)},
                  {"result", to_string(report.result)},
                  {"reason", json::string(escaped(report.reason, kLongestProblem))}});
}

HolePage parse_hole_page(std::string_view body) {
  const json::object object = parse_report_body(body, "list of holes");
  const ReportReader reader(object, "list of holes");
  return {.holes = reader.objects("holes", read_hole), .next = reader.text("next")};
}

VerifyPage parse_verify_page(std::string_view body) {
  const json::object object = parse_report_body(body, "report of a verification");
  const ReportReader reader(object, "report of a verification");
  return {.objects = reader.number("objects"),
          .bytes = reader.number("bytes"),
          .passed_over = reader.number("passed_over"),
          .problems = reader.objects("problems", read_problem),
          .next = reader.text("next")};
}

SetAsideReport parse_set_aside_report(std::string_view body) {
  const json::object object = parse_report_body(body, "report of a quarantine");
  const ReportReader reader(object, "report of a quarantine");
  const std::string result = reader.text("result");
  const auto row = std::ranges::find(kResults, result, [](const auto& one) { return one.second; });
  if (row == kResults.end()) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the store reports \"{}\" for an object", escaped(result)),
                "The store may be from a later release. Update walstow here.");
  }
  return {.object = reader.text("object"), .result = row->first, .reason = reader.text("reason")};
}

}  // namespace walstow
