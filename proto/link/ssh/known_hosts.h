// OpenSSH's known_hosts format (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): which keys prove that a
// host is the one that was asked for. Pure.
//
// libssh2 reads such files as well, but it knows no markers (a key that was revoked would be taken)
// and no patterns, and it does not say which kinds of key a host has: asked for another kind, the
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
  bool revoked = false;  // never to be taken, whoever shows it
};

// What the file of that `name` says of `host`, in its order. What is no line of the format, or
// about a certificate authority (libssh2 takes no host certificates), is passed over, as OpenSSH
// does.
std::vector<KnownKey> known_keys(std::string_view text, const std::string& name,
                                 const HostPort& host);

enum class HostKeyVerdict {
  kKnown,
  kUnknown,  // nothing is known of that host
  kChanged,  // it is known by another key
  kRevoked,
};
HostKeyVerdict judge(const std::vector<KnownKey>& known, const SshPublicKey& shown);

// The line that makes `key` known as that of `host`.
std::string known_hosts_line(const HostPort& host, const SshPublicKey& key);

}  // namespace walstow
