// Who asks, and whether they may: the rights of PROTOCOL.md, cluster by cluster. A caller brings a
// proven name along; what it may do stands in the registry, and is looked up for each request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"
#include "proto/wire/or_refusal.h"
#include "store/backend/backend.h"

namespace walstow {

// Who is at the other end of the connection, as established by the link, never by the request.
struct Caller {
  enum class Kind {
    kOwner,        // the archive's owner on its own host: every right, without a record
    kCertificate,  // has shown that it holds the key of a certificate that this archive's CA signed
    kNamed,        // vouched for by whoever started the process (a forced command of sshd)
  };
  Kind kind = Kind::kNamed;
  std::string name;  // the client's, or the local user's
  // key_fingerprint() of the key that it has shown: of its certificate (kCertificate), or as the
  // forced command says (kNamed; "" where that does not say it).
  std::string fingerprint;
  std::optional<Time> certificate_until;
};

// Reads the registry in this very call, so that a record that was removed or changed counts from
// the next request on. The refusal (kUnknownClient): nobody of that name is there, or with another
// key, or by a certificate that has expired. Throws as store/archive/client_registry.h.
OrRefusal<Grants> grants_of(BackendReader& backend, const Caller& caller, Time now);

// nullopt: the caller may ask this. Says nothing of whether a cluster exists, so that nobody learns
// the names of others' clusters.
std::optional<Refusal> refuse_without_right(const Command& command, const Caller& caller,
                                            const Grants& grants);

// Whether nobody without the right "admin" may ask it.
bool is_for_administrators(const Command& command);

// Whether any right is granted there.
bool concerns(const Grants& grants, std::string_view cluster);

}  // namespace walstow
