// Reports of problems and holes. The rules for these bodies are those of report.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

// Consecutive absent segments. A segment before them exists. After them there is another file: on
// their timeline, or on one that branches off after them.
struct HoleReport {
  std::string era;
  std::string first, last;  // names
  std::uint64_t count = 0;
  bool operator==(const HoleReport&) const = default;
};
struct HolePage {
  std::vector<HoleReport> holes;  // in the order of a list
  std::string next;               // the `after` of the next page; "" on the last page
  bool operator==(const HolePage&) const = default;
};

struct VerifyProblem {
  enum class Kind {
    kDamaged,  // its bytes have changed, or its key belongs to another file
    // The segment has the bytes that were put, but its log breaks off although later segments
    // exist, or it does not continue the previous segment.
    kUnfinished,
    // By its key or its format, it is not an object of this release.
    kForeign,
  };
  Kind kind = Kind::kDamaged;
  std::string object;   // the object's key without the cluster's name, as SetAside takes it
  std::string file;     // the file's name as stored; "" if the object has none
  std::string problem;  // one clause
  bool operator==(const VerifyProblem&) const = default;
};
std::string_view to_string(VerifyProblem::Kind kind);
std::optional<VerifyProblem::Kind> parse_problem_kind(std::string_view text);

// A part of a cluster that was verified completely.
struct VerifyPage {
  std::uint64_t objects = 0;  // verified
  // The number of stored bytes that were read, including preceding segments.
  std::uint64_t bytes = 0;
  std::uint64_t passed_over = 0;        // objects that were put before `since`, or were deleted
                                        // after the list was read
  std::vector<VerifyProblem> problems;  // in the order of keys
  std::string next;                     // the `after` of the next page; "" on the last page
  bool operator==(const VerifyPage&) const = default;
};

// The last complete verification of a cluster: it checked all files, however old.
struct VerifyRecord {
  Time ended;                  // when it ended, by the store's clock
  bool deep = false;           // whether it also decompressed everything
  std::uint64_t objects = 0;   // verified
  std::uint64_t problems = 0;  // number of objects with a problem
  std::string by;              // the client that ran it
  bool operator==(const VerifyRecord&) const = default;
};

struct SetAsideReport {
  enum class Result {
    kAside,  // the object is quarantined below "_aside", and its name is free
    kWhole,  // the object is not damaged, and is kept
    // The object is kept: without it, a get would report a false end of the log.
    kNeeded,
    kGone,  // there is no such object
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
