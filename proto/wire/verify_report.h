// Reports of problems and of holes. They are bodies as in report.h, in a file of their own because
// there are so many.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

// Consecutive absent segments. A segment before them exists, and so does something after them: on
// their timeline, or on one that branches off after them.
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
    kDamaged,  // not the bytes that were written, or not the file of its key
    // A segment as it was put, whose log ends in its middle although others follow it, or which
    // does not continue the segment before.
    kUnfinished,
    kForeign,  // not an object of this release: by its key, or by its format
  };
  Kind kind = Kind::kDamaged;
  std::string object;   // its key without the cluster's name, as SetAside takes it
  std::string file;     // as stored; "" where it has no such name
  std::string problem;  // one clause
  bool operator==(const VerifyProblem&) const = default;
};
std::string_view to_string(VerifyProblem::Kind kind);
std::optional<VerifyProblem::Kind> parse_problem_kind(std::string_view text);

// A part of a cluster that was verified completely.
struct VerifyPage {
  std::uint64_t objects = 0;            // verified
  std::uint64_t bytes = 0;              // read, as stored; includes preceding segments
  std::uint64_t passed_over = 0;        // put before `since`, or deleted meanwhile
  std::vector<VerifyProblem> problems;  // in the order of keys
  std::string next;                     // "after" of the next page, "" on the last
  bool operator==(const VerifyPage&) const = default;
};

// The last complete verification of a cluster: of all its files, however old.
struct VerifyRecord {
  Time ended;                  // by the store's clock
  bool deep = false;           // it decompressed everything, too
  std::uint64_t objects = 0;   // verified
  std::uint64_t problems = 0;  // objects with a problem
  std::string by;              // the client
  bool operator==(const VerifyRecord&) const = default;
};

struct SetAsideReport {
  enum class Result {
    kAside,   // quarantined below "_aside" in the archive; its name is free
    kWhole,   // it is not damaged, and is kept
    kNeeded,  // kept: without it, a get would report a false end of the log
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
// One hole or problem as a line, for readers that process a long answer as it arrives.
std::string to_json(const HoleReport& hole);
std::string to_json(const VerifyProblem& problem);

HolePage parse_hole_page(std::string_view body);
VerifyPage parse_verify_page(std::string_view body);
SetAsideReport parse_set_aside_report(std::string_view body);

}  // namespace walstow
