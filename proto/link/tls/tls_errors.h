// What went wrong with a TLS connection, in words that say what to do about it. Pure, apart from
// OpenSSL's tables of texts.
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>

#include "proto/base/error.h"

namespace walstow {

// The client's handshake with `store` ("host:port") failed. `verify_result`: X509_V_..., what came
// of checking the store's certificate. Error{kUnavailable}: mended at either end, it may work at
// the next attempt.
Error explain_handshake(const std::string& store, boost::system::error_code error,
                        int verify_result);

// An error that a connection met later. With TLS 1.3 that is also where a store's "no" to the
// client's certificate arrives. nullopt: none of TLS.
std::optional<Error> explain_tls_failure(const std::string& store, boost::system::error_code error);

// The store's side: why a peer got no further, for its log. One line, without the peer's own text.
std::string handshake_failure_text(boost::system::error_code error, int verify_result);

}  // namespace walstow
