// OpenSSH's known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), which lists the keys of
// known hosts. Pure.
//
// libssh2 reads such files, too, but supports no markers (it would accept a revoked key) and no
// patterns. Nor does it report which kinds of key are known for a host. So walstow might ask the
// right host for a key of another kind, and take the host for an impostor.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/identity/ssh_public_key.h"
#include "proto/link/store_address.h"

namespace walstow {

struct KnownKey {
  SshPublicKey key;
  std::string place;  // `"FILE", line N`
  // The line marks a key that is never accepted, from any host.
  bool revoked = false;
};

// Returns the keys that the file named `name` lists for `host`, in the order of its lines. Like
// OpenSSH, it skips lines that are not in this format. It also skips lines about a certificate
// authority (libssh2 accepts no host certificates).
std::vector<KnownKey> known_keys(std::string_view text, const std::string& name,
                                 const HostPort& host);

enum class HostKeyVerdict {
  kKnown,
  kUnknown,  // the host has no known key
  kChanged,  // another key of the host is known
  kRevoked,
};
HostKeyVerdict judge(const std::vector<KnownKey>& known, const SshPublicKey& shown);

// Returns the line that, when it is added to known_hosts, makes `key` a known key of `host`.
std::string known_hosts_line(const HostPort& host, const SshPublicKey& key);

}  // namespace walstow
