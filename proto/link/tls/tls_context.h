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
  // One or more certificates of the authority that signed the other end's certificate.
  std::string ca;
  // The certificate of this end, and the intermediate certificates, if there are any.
  std::string certificate;
  std::string key;  // the private key of this end; readable by its owner only
  bool operator==(const TlsFiles&) const = default;
};

// Throws Error{kUsage} with the file's path if the file is unreadable or not PEM, if others may
// read the key, if the key does not match the certificate, or if the certificate has expired or is
// not valid yet.
boost::asio::ssl::context make_tls_context(boost::asio::ssl::context::method method,
                                           const TlsFiles& files);

}  // namespace walstow
