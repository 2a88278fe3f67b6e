// What an import or a backfill reports about a file: why it was left out, or what the
// administrator should know about it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

struct Finding {
  enum class Kind {
    kNotWal,             // its name is not the name of a WAL file
    kUnknownName,        // its name resembles the name of a WAL file
    kLink,               // a symbolic link, or something else that is neither a file nor a folder
    kUnreadable,         // the operating system refused to read it
    kDamaged,            // its content fails a check
    kMisnamed,           // its first page belongs to another name
    kOtherSystem,        // it belongs to another system identifier or segment size
    kContents,           // several files with the same name differ
    kSuperseded,         // another file of its segment contains all of its log
    kRecycled,           // a server keeps it for later use: it has no log of its own
    kNoHistory,          // perhaps kRecycled: only the history of its timeline would show that
    kInUse,              // a segment that its server has not finished
    kPerhapsUnfinished,  // it looks whole, but perhaps its server has not finished it
    kRefused,            // the store refused it
    kIncomplete,  // put, but the store keeps it as an incomplete segment, which it never serves
    kWarning,     // put, with a warning from the store
  };
  Kind kind = Kind::kNotWal;
  std::string path;     // relative to the imported folder
  std::string problem;  // a clause; "" for kNotWal and kRecycled
};

// Returns the kind's name for programs: "damaged", "two-contents".
std::string_view to_string(Finding::Kind kind);
// Returns whether a finding of this kind means that WAL may be missing in the store.
bool is_loss(Finding::Kind kind);

// One line of JSON.
std::string to_json(const Finding& finding);

// Collects the findings of one import or backfill for the text at its end.
class Findings {
 public:
  // Keeps at most `most_each` findings of each kind for the text, but counts all of them.
  explicit Findings(std::size_t most_each) : most_each_(most_each) {}

  void add(Finding finding);
  std::uint64_t count(Finding::Kind kind) const;
  // Returns the number of WAL files that are not in the store although they might belong there.
  std::uint64_t losses() const;

  // Returns, for each kind, a heading with the number of files, and one line for each file.
  std::string text() const;

 private:
  struct Kept {
    std::uint64_t count = 0;
    std::vector<Finding> first;
  };
  std::size_t most_each_;
  std::map<Finding::Kind, Kept> kept_;
};

}  // namespace walstow
