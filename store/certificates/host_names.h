// The hosts that a server's certificate is for: names and addresses, as clients call it.
#pragma once

#include <openssl/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace walstow {

// Throws Error{kUsage} for what no certificate should name: anything but an IPv4 or IPv6 address
// without brackets, or a DNS name of at most 253 characters, in ASCII, without a wildcard.
void check_host(std::string_view host);

// The value of a subjectAltName, as x509v3_config(5) describes it: "DNS:archive1.example,IP:::1".
// Throws as check_host().
std::string alternative_names(const std::vector<std::string>& hosts);

// What a certificate's subjectAltName holds, in its order; what check_host() would refuse is left
// out.
std::vector<std::string> hosts_of(const X509& certificate);

}  // namespace walstow
