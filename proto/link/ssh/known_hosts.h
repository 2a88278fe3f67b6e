// OpenSSH's known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), which lists the keys of
// known hosts. Pure.
//
// libssh2 reads such files, too, but supports no markers (it would accept a revoked key) and no
// patterns. It also does not report the kinds of key that a host has: asked for another kind, the
// right host would look like an impostor.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/identity/ssh_public_key.h"
#include "proto/link/store_address.h"

namespace walstow {

struct KnownKey {
  SshPublicKey key;
  std::string place;     // "FILE", line N
  bool revoked = false;  // never accepted, whoever presents it
};

// Returns the keys that the file named `name` lists for `host`, in its order. Like OpenSSH, it
// skips lines that are not in this format. It also skips lines about a certificate authority
// (libssh2 accepts no host certificates).
std::vector<KnownKey> known_keys(std::string_view text, const std::string& name,
                                 const HostPort& host);

enum class HostKeyVerdict {
  kKnown,
  kUnknown,  // the host has no known key
  kChanged,  // the host is known by another key
  kRevoked,
};
HostKeyVerdict judge(const std::vector<KnownKey>& known, const SshPublicKey& shown);

// Returns the line that makes `key` known as that of `host`.
std::string known_hosts_line(const HostPort& host, const SshPublicKey& key);

}  // namespace walstow
