// What both ends of the tls link have in common: TLS 1.3 and nothing older, certificates both ways,
// one certificate authority that is trusted and no other.
//
// Blocking (files are read); from one thread at a time.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace walstow {

// Paths of PEM files.
struct TlsFiles {
  std::string ca;           // certificate(s) of the authority that signs the other end's
  std::string certificate;  // our own, with the chain above it if there is one
  std::string key;          // its private key; readable by its owner only
  bool operator==(const TlsFiles&) const = default;
};

// Throws Error{kUsage} that names the file: unreadable, not PEM, a key that others may read, a key
// that is not the certificate's, a certificate that has ended or not begun.
boost::asio::ssl::context make_tls_context(boost::asio::ssl::context::method method,
                                           const TlsFiles& files);

}  // namespace walstow
