// `walstow hold`, `backup` and `standby`.
#include <algorithm>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/log.h"
#include "proto/base/nearest_name.h"
#include "proto/base/suggestion.h"
#include "proto/base/wrapped_text.h"
#include "proto/program/exit_code.h"
#include "proto/wire/retention_report.h"
#include "store/admin/all_pages.h"
#include "store/admin/commands.h"
#include "store/admin/report_text.h"
#include "store/retention/consumers.h"

namespace walstow {
namespace {

constexpr std::size_t kIdBytes = 6;

LogPosition log_place_argument(const CommandContext& call, std::string_view name) {
  const std::string text = call.command.positional(name);
  const auto place = LogPosition::parse(text);
  if (place) return *place;
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a position in the log", escaped(text)),
              "Give the name of a segment (000000010000000A000000FF) or an LSN (A/FF000028).");
}

// --- holds ---

std::string holds_text(const std::vector<HoldReport>& holds) {
  std::string text;
  for (const HoldReport& hold : holds) {
    text += fmt::format("{}  from {}{}{}\n  \"{}\", by {} on {}\n", hold.id, hold.from,
                        hold.to.empty() ? "" : " to ", hold.to, hold.reason, hold.by,
                        to_iso8601(hold.added));
  }
  return text.empty() ? "no holds\n" : text;
}

int hold_add(const CommandContext& call) {
  const std::string reason = call.command.option("reason");
  if (reason.empty()) {
    throw Error(ErrorKind::kUsage, "a hold needs a reason",
                "Give --reason TEXT: the text explains to others why WAL is kept.");
  }
  AddHold add{.cluster = call.command.positional("CLUSTER"),
              .id = random_hex(kIdBytes),
              .from = log_place_argument(call, "FROM"),
              .to = {},
              .reason = reason};
  if (!call.command.positional("TO").empty()) add.to = log_place_argument(call, "TO");
  const std::string answer = call.client().ask(add, patience());
  print(call.json() ? answer : holds_text(parse_hold_reports(answer)));
  return exit_code::kDone;
}

int hold_list(const CommandContext& call) {
  Client client = call.client();
  const auto holds = ask_all(client, ListHolds{call.cluster()}, patience(), parse_hold_reports);
  print(call.json() ? holds.json : holds_text(holds.entries));
  return exit_code::kDone;
}

int hold_remove(const CommandContext& call) {
  const RemoveHold remove{call.command.positional("CLUSTER"), call.command.positional("ID")};
  const std::string answer = call.client().ask(remove, patience());
  print(call.json() ? answer : fmt::format("hold {} removed\n", remove.id));
  return exit_code::kDone;
}

// --- backups ---

std::string backups_text(const std::vector<BackupReport>& backups) {
  std::string text;
  for (const BackupReport& backup : backups) {
    const std::string range = backup.stop.empty()
                                  ? "cannot be read, so it is kept"
                                  : fmt::format("from {} to {}", backup.start, backup.stop);
    text += fmt::format("{}{}\n  timeline {}, {}, ended {}\n", backup.name,
                        backup.added ? "  (added by hand)" : "", backup.timeline, range,
                        to_iso8601(backup.stopped));
    if (!backup.put_by.empty()) {
      text += fmt::format("  {} by {}\n", backup.added ? "added" : "put",
                          foreign_text(escaped(backup.put_by)));
    }
    if (backup.pruned) text += "  pruned: no recovery from it is possible any more\n";
    text += wrapped(fmt::format("\"{}\"", foreign_text(escaped(backup.label))), kTextColumns, "  ");
  }
  return text.empty() ? "no backups\n" : text;
}

int backup_add(const CommandContext& call) {
  const LogPosition start = log_place_argument(call, "START");
  const std::string stop_text = call.command.positional("STOP");
  const auto stop = parse_lsn(stop_text);
  if (!stop) {
    throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not an LSN", escaped(stop_text)),
                "STOP is the position at which the backup is consistent: End-LSN in its file "
                "backup_manifest. Before PostgreSQL 13, for a backup of a standby, it is the "
                "minimum recovery ending location that pg_controldata shows.");
  }
  auto timeline = start.timeline();
  if (const std::string text = call.command.option("timeline"); !text.empty()) {
    const auto number = parse_decimal(text);
    if (!number || *number == 0 || *number > UINT32_MAX) {
      throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a timeline", escaped(text)));
    }
    timeline = Timeline{static_cast<std::uint32_t>(*number)};
  }
  if (!timeline) {
    throw Error(ErrorKind::kUsage, "the timeline of the backup was not given",
                "Give --timeline NUMBER, or START as the name of a segment.");
  }
  Time stopped = std::chrono::system_clock::now();
  if (const std::string text = call.command.option("stopped"); !text.empty()) {
    const auto time = parse_iso8601(text);
    if (!time) {
      throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a time", escaped(text)),
                  "Write it as 2026-11-22T19:40:00Z.");
    }
    stopped = *time;
  }
  const std::string label = call.command.option("label");
  const AddBackup add{.cluster = call.command.positional("CLUSTER"),
                      .id = random_hex(kIdBytes),
                      .start = start,
                      .stop = *stop,
                      .timeline = *timeline,
                      .stopped = stopped,
                      .label = label.empty() ? "added by hand" : label};
  const std::string answer = call.client().ask(add, patience());
  print(call.json() ? answer : backups_text(parse_backup_reports(answer)));
  return exit_code::kDone;
}

int backup_list(const CommandContext& call) {
  Client client = call.client();
  const auto backups =
      ask_all(client, ListBackups{call.cluster()}, long_patience(), parse_backup_reports);
  print(call.json() ? backups.json : backups_text(backups.entries));
  return exit_code::kDone;
}

int backup_remove(const CommandContext& call) {
  const RemoveBackup remove{call.command.positional("CLUSTER"), call.command.positional("ID")};
  const std::string answer = call.client().ask(remove, patience());
  print(call.json() ? answer : fmt::format("backup {} removed\n", remove.id));
  return exit_code::kDone;
}

// --- standbys ---

std::string standbys_text(const std::vector<PositionReport>& standbys, const std::string& cluster) {
  std::string text;
  for (const PositionReport& standby : standbys) {
    const std::string place =
        standby.retired                  ? "is a primary now, so no WAL is kept for it"
        : !standby.restartpoint.empty()  ? fmt::format("restartpoint {}", standby.restartpoint)
        : !standby.lowest_handed.empty() ? fmt::format(
                                               "received files from {} onward, and has not "
                                               "reported a restartpoint yet",
                                               standby.lowest_handed)
                                         : "has not reported its position";
    text += fmt::format("{}\n  instance {}\n  {}\n  seen {}\n", describe(standby), standby.instance,
                        place, standby.seen ? to_iso8601(*standby.seen) : "never");
    if (!standby.others.empty()) {
      text += wrapped(
          fmt::format("shared: {} data directories seem to report under this id; {} shows more",
                      standby.others.size() + 1, suggestion({"status", cluster})),
          kTextColumns, "  ");
    }
  }
  return text.empty() ? "no standbys\n" : text;
}

int standby_list(const CommandContext& call) {
  Client client = call.client();
  const auto standbys =
      ask_all(client, ListStandbys{call.cluster()}, patience(), parse_standby_reports);
  if (call.json()) {
    print(standbys.json);
  } else {
    print(standbys_text(standbys.entries, call.cluster()), call.reach());
  }
  return exit_code::kDone;
}

Error no_such_standby(const std::string& what, const std::vector<std::string_view>& names,
                      const std::string& wanted, const std::string& cluster) {
  const auto nearest = nearest_name(names, wanted);
  const std::string list = fmt::format("{} shows all.", suggestion({"standby", "list", cluster}));
  return {ErrorKind::kUsage,
          fmt::format("no standby in cluster \"{}\" {} \"{}\"", cluster, what, escaped(wanted)),
          nearest ? fmt::format("Did you mean \"{}\"? {}", escaped(*nearest), list) : list};
}

void require_client(const std::vector<PositionReport>& standbys, const std::string& owner,
                    const std::string& cluster) {
  std::vector<std::string_view> names;
  for (const PositionReport& standby : standbys)
    names.emplace_back(standby.client);
  if (std::ranges::count(names, owner) == 0)
    throw no_such_standby("reports as client", names, owner, cluster);
}

// The standbys of that client, or of any client if that is "".
void require_standby(const std::vector<PositionReport>& standbys, const std::string& owner,
                     const std::string& wanted, const std::string& cluster) {
  std::vector<std::string_view> names;
  for (const PositionReport& standby : standbys) {
    if (!owner.empty() && standby.client != owner) continue;
    names.emplace_back(standby.instance);
    if (!standby.standby.empty()) names.emplace_back(standby.standby);
  }
  if (std::ranges::count(names, wanted) == 0) throw no_such_standby("is", names, wanted, cluster);
}

// The selected standbys: "STANDBY" selects by name or instance, "--client NAME" narrows, and
// "--all" selects all standbys of that client.
std::vector<PositionReport> chosen_standbys(const CommandContext& call,
                                            std::vector<PositionReport> standbys) {
  const std::string cluster = call.command.positional("CLUSTER");
  const std::string wanted = call.command.positional("STANDBY");
  const std::string owner = call.command.option("client");
  const bool all = call.command.flag("all");
  if (all && (owner.empty() || !wanted.empty())) {
    throw Error(ErrorKind::kUsage, "option --all needs --client NAME, and takes no STANDBY",
                "It forgets all standbys of that client in the cluster.");
  }
  if (!all && wanted.empty()) {
    throw Error(ErrorKind::kUsage, "no standby was named",
                "Name one, or give --client NAME --all for all standbys of a client.");
  }
  if (!owner.empty()) require_client(standbys, owner, cluster);
  if (!wanted.empty()) require_standby(standbys, owner, wanted, cluster);
  std::erase_if(standbys, [&](const PositionReport& standby) {
    const bool of_another = !owner.empty() && standby.client != owner;
    return of_another || (!all && standby.instance != wanted && standby.standby != wanted);
  });
  if (all) return standbys;
  if (standbys.size() != 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} standbys in cluster \"{}\" have the name \"{}\"", standbys.size(),
                            cluster, escaped(wanted)),
                fmt::format("Give the instance of the one that you mean: {} shows the instances.",
                            suggestion({"standby", "list", cluster})));
  }
  return standbys;
}

int standby_forget(const CommandContext& call) {
  const std::string cluster = call.command.positional("CLUSTER");
  Client client = call.client();
  const auto standbys = chosen_standbys(
      call, ask_all(client, ListStandbys{cluster}, patience(), parse_standby_reports).entries);
  for (const PositionReport& standby : standbys) {
    client.ask(ForgetStandby{cluster, standby.client, standby.instance}, patience());
    if (call.json()) continue;
    print(fmt::format("{} is forgotten: no WAL is kept for it, unless it reports again\n",
                      describe(standby)));
  }
  if (call.json()) print("{}\n");
  return exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> retention_commands() {
  using Count = Positional::Count;
  return {
      {{"hold add",
        "keep all WAL from a position onward, until the hold is removed",
        {{"--reason", "TEXT", "the reason, shown to anyone who asks why WAL is kept"}},
        {kClusterArgument,
         {"FROM", "a segment or an LSN"},
         {"TO", "where the needed WAL ends; only shown to people", Count::kOptional}}},
       hold_add},
      {{"hold list", "list the holds", {}, {kOptionalClusterArgument}}, hold_list},
      {{"hold remove",
        "remove a hold",
        {},
        {kClusterArgument, {"ID", "the hold's id, as \"hold list\" shows it"}}},
       hold_remove},
      {{"backup add",
        "register a backup without a .backup file: of a standby, or a snapshot",
        {{"--timeline", "NUMBER", "the backup's timeline, if START is an LSN"},
         {"--label", "TEXT", "the backup's label"},
         {"--stopped", "TIME",
          "when the backup ended, such as 2026-11-22T19:40:00Z (default: now)"}},
        {kClusterArgument,
         {"START", "START WAL LOCATION of the backup's backup_label: an LSN, or a segment"},
         {"STOP", "the LSN at which the backup is consistent: End-LSN in its backup_manifest"}}},
       backup_add},
      {{"backup list", "list the known backups", {}, {kOptionalClusterArgument}}, backup_list},
      {{"backup remove",
        "remove a backup that was added by hand",
        {},
        {kClusterArgument, {"ID", "the backup's id, as \"backup list\" shows it"}}},
       backup_remove},
      {{"standby list",
        "list the standbys, and the position of each",
        {},
        {kOptionalClusterArgument}},
       standby_list},
      {{"standby forget",
        "keep no more WAL for a standby",
        {{"--client", "NAME", "only a standby of this client"},
         {"--all", "", "with --client: all standbys of this client"}},
        {kClusterArgument, {"STANDBY", "the standby's name, or its instance", Count::kOptional}}},
       standby_forget},
  };
}

}  // namespace walstow
