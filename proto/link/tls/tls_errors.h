// Explains why a TLS connection failed, and suggests a remedy. Pure, except that it reads OpenSSL's
// tables of texts.
#pragma once

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>

#include "proto/base/error.h"

namespace walstow {

// Returns the error for a client's failed handshake with `store` ("host:port"). `verify_result` is
// the result of checking the store's certificate (X509_V_...). The kind is kUnavailable: once
// either end is fixed, the next attempt may succeed.
Error explain_handshake(const std::string& store, boost::system::error_code error,
                        int verify_result);

// Explains an error that occurred after the handshake. With TLS 1.3, a store's rejection of the
// client's certificate also arrives after the handshake. Returns nullopt if it is not an error of
// TLS.
std::optional<Error> explain_tls_failure(const std::string& store, boost::system::error_code error);

// For the store's log: returns why the store rejected a peer. The result is one line, and contains
// no text from the peer.
std::string handshake_failure_text(boost::system::error_code error, int verify_result);

}  // namespace walstow
