// Determines a caller's identity, and its rights in each cluster (PROTOCOL.md). The link proves a
// caller's name. The registry lists the caller's rights, and is read for each request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "store/backend/backend.h"

namespace walstow {

// The other end of the connection. Its identity comes from the link, never from the request.
struct Caller {
  enum class Kind {
    // The archive's owner on its own host, who has every right without a record.
    kOwner,
    // The caller has proved that it has the private key of a certificate that this archive's CA
    // signed.
    kCertificate,
    // The process that started this one vouches for the caller (a forced command of sshd).
    kNamed,
    // Anybody who can reach the address of the metrics, without any proof of identity.
    kMonitor,
  };
  Kind kind = Kind::kNamed;
  std::string name;  // the name of the client, or of the local user
  // The key_fingerprint() of the caller's key: the key in its certificate (kCertificate), or the
  // key in the forced command (kNamed; "" if the command contains none).
  std::string fingerprint;
  std::optional<Time> certificate_until;
};

// Reads the registry during this call, so that a removal or a change of a record takes effect with
// the next request. Refuses (kUnknownClient) if no client has that name, if it has another key, or
// if the certificate has expired. Throws like find_client().
OrRefusal<Grants> grants_of(BackendReader& backend, const Caller& caller, Time now);

// Returns nullopt if the caller may send this command. The answer does not depend on whether a
// cluster exists, so that no client learns the names of other clients' clusters.
std::optional<Refusal> refuse_without_right(const Command& command, const Caller& caller,
                                            const Grants& grants);

// Returns whether only callers with the right "admin" may send the command.
bool is_for_administrators(const Command& command);

// Returns whether `grants` contain any right in that cluster.
bool concerns(const Grants& grants, std::string_view cluster);

}  // namespace walstow
