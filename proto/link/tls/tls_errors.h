// Explains failures of a TLS connection, with a remedy. Pure, apart from OpenSSL's tables of texts.
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>

#include "proto/base/error.h"

namespace walstow {

// The client's handshake with `store` ("host:port") failed. `verify_result`: X509_V_..., the result
// of checking the store's certificate. Error{kUnavailable}: once either end is fixed, the next
// attempt may succeed.
Error explain_handshake(const std::string& store, boost::system::error_code error,
                        int verify_result);

// For an error that a connection met later. With TLS 1.3, a store's rejection of the client's
// certificate also arrives then. nullopt: not a TLS error.
std::optional<Error> explain_tls_failure(const std::string& store, boost::system::error_code error);

// The store's side: returns why a peer was rejected, for the log. One line, without the peer's own
// text.
std::string handshake_failure_text(boost::system::error_code error, int verify_result);

}  // namespace walstow
