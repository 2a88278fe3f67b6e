// The hosts in a server's certificate: the names and addresses by which clients reach it.
#pragma once

#include <openssl/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// Throws Error{kUsage} for anything but an IPv4 or IPv6 address without brackets, or a DNS name of
// at most 253 characters, in ASCII, without a wildcard.
void check_host(std::string_view host);

// Returns the value of a subjectAltName, in the form of x509v3_config(5):
// "DNS:archive1.example,IP:::1". Throws like check_host().
std::string alternative_names(const std::vector<std::string>& hosts);

// Returns the hosts in a certificate's subjectAltName, in their order there, without hosts that
// check_host() would refuse.
std::vector<std::string> hosts_of(const X509& certificate);

}  // namespace walstow
