// Who the caller is, and what it may do: the rights of PROTOCOL.md, cluster by cluster. The link
// proves a caller's name. The registry contains its rights, and is read for each request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "store/backend/backend.h"

namespace walstow {

// The other end of the connection, as established by the link, never by the request.
struct Caller {
  enum class Kind {
    kOwner,        // the archive's owner on its own host: every right, without a record
    kCertificate,  // has proved that it holds the key of a certificate of this archive's CA
    kNamed,        // vouched for by the process that started this one (a forced command of sshd)
    kMonitor,      // anybody who reaches the address of the metrics, without any proof
  };
  Kind kind = Kind::kNamed;
  std::string name;  // the client's name, or the local user's
  // key_fingerprint() of the caller's key: of its certificate (kCertificate), or from the forced
  // command (kNamed; "" if the command does not contain it).
  std::string fingerprint;
  std::optional<Time> certificate_until;
};

// Reads the registry during this call, so that a removed or changed record counts from the next
// request on. Refuses (kUnknownClient) if no client has that name, if it has another key, or if the
// certificate has expired. Throws as store/archive/client_registry.h.
OrRefusal<Grants> grants_of(BackendReader& backend, const Caller& caller, Time now);

// nullopt: the caller may send this command. The answer does not depend on whether a cluster
// exists, so that no client learns the names of others' clusters.
std::optional<Refusal> refuse_without_right(const Command& command, const Caller& caller,
                                            const Grants& grants);

// Whether only callers with the right "admin" may send it.
bool is_for_administrators(const Command& command);

// Whether `grants` contain any right in that cluster.
bool concerns(const Grants& grants, std::string_view cluster);

}  // namespace walstow
