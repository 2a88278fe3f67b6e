// Chooses the backups that are kept for their month or year. Part of the retention rule
// (store/retention/retention_rule.cc explains its purpose). Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/retention/retention_rule.h"

namespace walstow {

// Backups are counted for each client, in the same way as the newest backups: the servers count as
// one client, and a backup that an administrator has added counts for every client.
class PeriodBackups {
 public:
  // `lacking`: the backups that need a missing segment. They are chosen, too, because the segment
  // may be found; but they do not count for their month. All three must outlive this object.
  PeriodBackups(const RetentionInventory& inventory, const KeepBackups& keep,
                const std::set<std::size_t>& lacking)
      : inventory_(inventory), keep_(keep), lacking_(lacking) {}

  // Chooses among the backups of one line, or among all backups.
  void add(const std::vector<std::size_t>& newest_first);

  struct Periods {
    std::string month, year;  // "2026-10" and "2026"; "": not the newest one of its month or year
  };
  // The backups that were chosen by any call, by index. Months and years are those of UTC.
  const std::map<std::size_t, Periods>& chosen() const { return chosen_; }

 private:
  const RetentionInventory& inventory_;
  const KeepBackups& keep_;
  const std::set<std::size_t>& lacking_;
  std::map<std::size_t, Periods> chosen_;
};

}  // namespace walstow
