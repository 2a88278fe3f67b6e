#include "store/admin/import/finding.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/wire/json_fields.h"

namespace walstow {
namespace {

struct KindText {
  std::string_view name;
  std::string_view heading;  // follows "left out", except for those that were put
  bool is_loss;
};

KindText text_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kNotWal:
      return {"not-wal", "left out, not WAL files", false};
    case Finding::Kind::kUnknownName:
      return {"unknown-name", "left out, unknown form of a name", true};
    case Finding::Kind::kLink:
      return {"link", "left out, links are not followed", true};
    case Finding::Kind::kUnreadable:
      return {"unreadable", "left out, could not be read", true};
    case Finding::Kind::kDamaged:
      return {"damaged", "left out, damaged or incomplete", true};
    case Finding::Kind::kMisnamed:
      return {"misnamed", "left out, their first page belongs to another name", true};
    case Finding::Kind::kOtherSystem:
      return {"other-system", "left out, from another cluster", true};
    case Finding::Kind::kContents:
      return {"two-contents", "left out, different contents under one name", true};
    case Finding::Kind::kSuperseded:
      return {"superseded", "left out, another file contains all of their log", false};
    case Finding::Kind::kRecycled:
      return {"recycled", "left out, recycled for later use", false};
    case Finding::Kind::kNoHistory:
      return {"no-history", "left out, the history of their timeline is not there", true};
    case Finding::Kind::kInUse:
      return {"in-use", "left out, not finished by the server", false};
    case Finding::Kind::kPerhapsUnfinished:
      return {"perhaps-unfinished", "left out, perhaps not finished by the server", true};
    case Finding::Kind::kRefused:
      return {"refused", "refused by the store", true};
    case Finding::Kind::kIncomplete:
      return {"incomplete", "put as incomplete segments, which the store never serves", false};
    case Finding::Kind::kWarning:
      return {"warning", "put with a warning", false};
  }
  return {};
}

// For these kinds a name says everything.
bool has_no_problem(Finding::Kind kind) {
  return kind == Finding::Kind::kNotWal || kind == Finding::Kind::kRecycled;
}

// The names of such files that a person sees.
constexpr std::size_t kMostNames = 5;

std::string names_of(const std::vector<Finding>& findings, std::uint64_t count) {
  std::string names;
  for (std::size_t i = 0; i < std::min(findings.size(), kMostNames); ++i)
    names += fmt::format("{}{}", i > 0 ? ", " : "", escaped(findings[i].path));
  if (count > kMostNames) names += ", ...";
  return names;
}

}  // namespace

std::string_view to_string(Finding::Kind kind) {
  return text_of(kind).name;
}

bool is_loss(Finding::Kind kind) {
  return text_of(kind).is_loss;
}

std::string to_json(const Finding& finding) {
  return to_line({{"kind", to_string(finding.kind)},
                  {"path", escaped_text(finding.path)},
                  {"problem", escaped_text(finding.problem)}});
}

void Findings::add(Finding finding) {
  Kept& kept = kept_[finding.kind];
  ++kept.count;
  if (kept.first.size() < most_each_) kept.first.push_back(std::move(finding));
}

std::uint64_t Findings::count(Finding::Kind kind) const {
  const auto found = kept_.find(kind);
  return found == kept_.end() ? 0 : found->second.count;
}

std::uint64_t Findings::losses() const {
  std::uint64_t losses = 0;
  for (const auto& [kind, kept] : kept_)
    losses += is_loss(kind) ? kept.count : 0;
  return losses;
}

std::string Findings::text() const {
  std::string text;
  for (const auto& [kind, kept] : kept_) {
    const std::string_view heading = text_of(kind).heading;
    if (has_no_problem(kind)) {
      text += fmt::format("{}: {} ({})\n", heading, kept.count, names_of(kept.first, kept.count));
      continue;
    }
    text += fmt::format("{}: {}\n", heading, kept.count);
    for (const Finding& finding : kept.first)
      text += fmt::format("  {}: {}\n", escaped(finding.path), escaped(finding.problem));
    if (kept.count > kept.first.size())
      text += fmt::format("  and {} more\n", kept.count - kept.first.size());
  }
  return text;
}

}  // namespace walstow
