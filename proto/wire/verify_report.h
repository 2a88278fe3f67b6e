// What a verification has found, and what is not there: bodies as those of report.h, apart from
// them for their number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// Segments that are not there, one after the other, although a segment before them is, and what
// comes after them: on their timeline, or on one that branches off behind them.
struct HoleReport {
  std::string era;
  std::string first, last;  // names
  std::uint64_t count = 0;
  bool operator==(const HoleReport&) const = default;
};
struct HolePage {
  std::vector<HoleReport> holes;  // in the order of a list
  std::string next;               // "after" of the next page, "" on the last
  bool operator==(const HolePage&) const = default;
};

struct VerifyProblem {
  enum class Kind {
    kDamaged,  // not the bytes that were written, or not the file that its key says
    // A segment as it was put, whose log ends in its middle though others follow it, or that does
    // not go on from the segment before.
    kUnfinished,
    kForeign,  // nothing that this release puts there: its key is no object's, or its format
  };
  Kind kind = Kind::kDamaged;
  std::string object;   // its key without the cluster's name: what SetAside takes
  std::string file;     // as it is stored; "" of what has no such name
  std::string problem;  // one clause
  bool operator==(const VerifyProblem&) const = default;
};
std::string_view to_string(VerifyProblem::Kind kind);
std::optional<VerifyProblem::Kind> parse_problem_kind(std::string_view text);

// Part of a cluster, verified to its end.
struct VerifyPage {
  std::uint64_t objects = 0;            // verified
  std::uint64_t bytes = 0;              // read, as stored; with segments before them
  std::uint64_t passed_over = 0;        // put before `since`, or gone meanwhile
  std::vector<VerifyProblem> problems;  // in the order of keys
  std::string next;                     // "after" of the next page, "" on the last
  bool operator==(const VerifyPage&) const = default;
};

struct SetAsideReport {
  enum class Result {
    kAside,   // it lies below "_aside" in the archive, and its name is free
    kWhole,   // it is not damaged: it stays
    kNeeded,  // it stays: without it a get would tell of an end of the log that is none
    kGone,    // there is no such object
  };
  std::string object;
  Result result = Result::kGone;
  std::string reason;  // one clause
  bool operator==(const SetAsideReport&) const = default;
};
std::string_view to_string(SetAsideReport::Result result);

std::string to_json(const HolePage& page);
std::string to_json(const VerifyPage& page);
std::string to_json(const SetAsideReport& report);
// One of them alone, as a line: for whoever reads a long answer as it comes.
std::string to_json(const HoleReport& hole);
std::string to_json(const VerifyProblem& problem);

HolePage parse_hole_page(std::string_view body);
VerifyPage parse_verify_page(std::string_view body);
SetAsideReport parse_set_aside_report(std::string_view body);

}  // namespace walstow
