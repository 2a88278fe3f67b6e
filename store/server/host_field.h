// Protects a port that asks for no proof of identity against requests from web pages of other
// sites.
//
// A page in a browser on this host may ask any address for data. It may read the answer only if the
// address has the host name from which the page came. But the owner of that name can later let the
// name point to 127.0.0.1 (DNS rebinding). The request then contains that name in its field Host.
// Pure.
#pragma once

#include <string_view>
#include <vector>

#include "proto/link/store_address.h"

namespace walstow {

// Returns whether the value of a field Host is safe, because nobody else can let such a name point
// to this host: an IP address, localhost, or the host of one of the addresses in `own`.
bool names_this_host(std::string_view host, const std::vector<HostPort>& own);

}  // namespace walstow
