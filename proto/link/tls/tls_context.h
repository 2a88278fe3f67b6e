// The settings that both ends of the tls link share: TLS 1.3 only, certificates in both directions,
// and exactly one trusted certificate authority.
//
// Blocking (it reads files). One thread at a time may call it.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace walstow {

// Paths of PEM files.
struct TlsFiles {
  std::string ca;           // certificate(s) of the authority that signs the other end's
  std::string certificate;  // this end's own, with its chain if there is one
  std::string key;          // its private key; readable by its owner only
  bool operator==(const TlsFiles&) const = default;
};

// Throws Error{kUsage} with the file's path: unreadable, not PEM, a key that others may read, a key
// that does not match the certificate, a certificate that has expired or is not valid yet.
boost::asio::ssl::context make_tls_context(boost::asio::ssl::context::method method,
                                           const TlsFiles& files);

}  // namespace walstow
