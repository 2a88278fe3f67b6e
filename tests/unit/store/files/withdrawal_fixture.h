// What the tests of withdrawals share.
#pragma once

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "tests/support/service_fixture.h"

namespace walstow {

inline const std::string kSegment = "000000010000000000000002";
inline const std::string kHistory = "00000002.history";
inline const std::string kMadeUp = "1\t0/3000028\tx\n";

// Withdraws files of the cluster "main", and looks at what the archive then contains.
class WithdrawalFixture : public ServiceTest {
 protected:
  Response withdraw(const std::string& name, const std::string& content) {
    return ask(WithdrawFile{"main", name, digest_of(content), "no part of this log"});
  }
  Response undo(const std::string& name, const std::string& content) {
    return ask(ReturnFile{"main", name, digest_of(content)});
  }
  std::vector<WithdrawnReport> listed(const std::string& name = {}) {
    return parse_withdrawn_page(ask(ListWithdrawn{.cluster = "main", .name = name}).body).files;
  }
  std::set<std::string> keys(const std::string& prefix) {
    const auto archive = open_archive_folder(archive_folder.string());
    std::set<std::string> keys;
    for (const Entry& entry : archive->backend().list_after(prefix, "", 10000))
      keys.insert(entry.key);
    return keys;
  }
  // Of the only one.
  void damage_record() {
    const fs::path folder = archive_folder / "main" / kEra / "withdrawn";
    std::ofstream(fs::directory_iterator(folder)->path().string()) << "no record";
  }
  std::size_t copies_aside() { return keys("_aside/").size(); }
  EraReport era_of_status() {
    return parse_cluster_report(ask(ClusterStatus{"main"}).body).eras.at(0);
  }
};

}  // namespace walstow
