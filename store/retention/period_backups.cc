#include "store/retention/period_backups.h"

namespace walstow {
namespace {

// The months, or the years, that have a newer backup.
using Seen = std::set<std::string>;

// Whether the period is among the newest `most` ones, and has no newer backup.
bool is_newest_of(const std::string& period, const Seen& own, const Seen& added,
                  std::uint32_t most) {
  Seen seen = own;
  seen.insert(added.begin(), added.end());
  return seen.size() < most && !seen.contains(period);
}

}  // namespace

void PeriodBackups::add(const std::vector<std::size_t>& newest_first) {
  struct Newer {
    Seen months, years;
  };
  Newer added;
  std::map<std::string, Newer> of_client;  // "": all servers
  for (const std::size_t i : newest_first) {
    const BackupFacts& backup = inventory_.backups[i];
    const bool of_server = inventory_.servers.contains(backup.put_by);
    Newer& own = backup.added ? added : of_client[of_server ? "" : backup.put_by];
    const std::string date = to_iso8601(inventory_.future_times(backup.stopped));
    const std::string month = date.substr(0, 7);
    const std::string year = date.substr(0, 4);
    if (is_newest_of(month, own.months, added.months, keep_.monthly)) chosen_[i].month = month;
    if (is_newest_of(year, own.years, added.years, keep_.yearly)) chosen_[i].year = year;
    if (lacking_.contains(i)) continue;
    own.months.insert(month);
    own.years.insert(year);
  }
}

}  // namespace walstow
