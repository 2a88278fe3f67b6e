// Commands for the store's own host, in the archive's folder and as its owner: `walstow init` and
// `walstow server renew`.
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

#include "proto/client/reach.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "store/admin/archive_options.h"
#include "store/admin/certificate_options.h"
#include "store/admin/commands.h"
#include "store/archive/archive_location.h"
#include "store/certificates/host_names.h"
#include "store/certificates/tls_folder.h"
#include "store/retention/archive_clock.h"

namespace walstow {
namespace {

// Checked before anything is made.
std::vector<std::string> checked_hosts(const CommandContext& call) {
  std::vector<std::string> hosts = call.options("host");
  for (const std::string& host : hosts)
    check_host(host);
  return hosts;
}

std::string until_text(const CertificateFacts& facts) {
  return fmt::format("the store's certificate is valid until {}\n", to_iso8601(facts.not_after));
}

boost::json::object answer_of(const std::string& archive_id,
                              const std::optional<CertificateFacts>& certificate) {
  boost::json::object answer{{"archive", archive_id}};
  if (certificate) answer["certificate_until"] = to_iso8601(certificate->not_after);
  return answer;
}

// The certificates of an archive in S3 need a folder of this host.
std::string certificate_folder(const ArchiveLocation& place) {
  if (!place.state.empty()) return place.state;
  throw Error(ErrorKind::kUsage, "the folder for the archive's keys was not given",
              "Keys are never kept in a bucket: give a folder of this host with --state DIR.");
}

int init(const CommandContext& call) {
  const ArchiveLocation place = location_argument(call, "DIR");
  const std::vector<std::string> hosts = checked_hosts(call);
  const Lifetime lifetime = lifetime_option(call);
  // A mount point that already belongs to its owner; a new folder belongs to the user who makes it.
  const std::string folder = hosts.empty() ? place.state : certificate_folder(place);
  if (geteuid() == 0) become_owner_of(place);
  if (place.s3) warn_where_readable(*place.s3);
  const std::string id = initialize_archive(place);
  const Time now = std::chrono::system_clock::now();
  keep_clock(*open_archive(place), now);  // the first known time
  std::optional<CertificateFacts> certificate;
  if (!hosts.empty()) {
    make_authority(folder, id, now);
    certificate = renew_server_certificate(folder, authority_option(call, folder),
                                           {.hosts = hosts, .lifetime = lifetime});
  }
  if (call.json()) {
    print(to_line(answer_of(id, certificate)));
  } else {
    print(
        fmt::format("archive {} created in \"{}\"\n{}Next: {}\n", id, place.name,
                    certificate ? until_text(*certificate) : "",
                    complete_command(reach_of_archive(place.name), {"cluster", "create", "main"})));
  }
  return exit_code::kDone;
}

int server_renew(const CommandContext& call) {
  const ArchiveLocation place = location_argument(call, "DIR");
  const std::string folder = certificate_folder(place);
  std::vector<std::string> hosts = checked_hosts(call);
  const Lifetime lifetime = lifetime_option(call);
  // If the key was moved off, only root may be able to read it, and root becomes the archive's
  // owner below.
  std::optional<Authority> authority;
  if (!call.command.option("ca-key").empty()) authority = authority_option(call, folder);
  become_owner_of(place);
  const std::string id = open_archive(place)->id();
  if (hosts.empty()) hosts = server_hosts(folder);
  if (hosts.empty()) {
    throw Error(ErrorKind::kUsage, "the store's certificate needs a host, but none was given",
                "Give each name and address by which clients reach the store, with --host.");
  }
  if (!authority) {
    // An archive that was made without --host has none yet.
    make_authority(folder, id, std::chrono::system_clock::now());
    authority = authority_option(call, folder);
  }
  const CertificateFacts certificate =
      renew_server_certificate(folder, *authority, {.hosts = hosts, .lifetime = lifetime});
  if (call.json()) {
    print(to_line(answer_of(id, certificate)));
  } else {
    print(fmt::format("{}Next: make walstowd read it (systemctl reload walstowd)\n",
                      until_text(certificate)));
  }
  return exit_code::kDone;
}

constexpr Option kHostOption{"--host", "NAME",
                             "a name or address by which clients reach the store; may be repeated"};
constexpr Positional kArchiveArgument{.name = "DIR",
                                      .help = "the archive's folder, or s3://BUCKET/PREFIX",
                                      .type = ValueType::kFolder};

}  // namespace

std::vector<AdminCommand> server_commands() {
  return {
      {{"init",
        "create an archive in an empty or new folder, or in a bucket; its owner is the user who "
        "runs this",
        {kHostOption, kDaysOption, kStateOption, kWalstowdConfigOption},
        {kArchiveArgument},
        {{"Create an archive for a daemon on the host archive1",
          "walstow init /var/lib/walstow/archive --host archive1"}}},
       init},
      {{"server renew",
        "make a new certificate for walstowd; its key stays the same",
        {kHostOption, kDaysOption, kAuthorityKeyOption, kAuthorityOption, kStateOption,
         kWalstowdConfigOption},
        {kArchiveArgument}},
       server_renew},
  };
}

}  // namespace walstow
