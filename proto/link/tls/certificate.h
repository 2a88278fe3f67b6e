// Reads X.509 certificates and private keys from PEM files, and returns their contents.
// store/certificates/certificate_authority.h makes such files.
//
// Errors: Error{kUsage} with the name of the file, because an administrator has set its path and
// can correct it. Each call leaves OpenSSL's error queue as it was. Threads: several threads may
// call the functions at once.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

struct FreeOpenSsl {
  void operator()(X509* certificate) const noexcept;
  void operator()(EVP_PKEY* key) const noexcept;
};

// The sole owner of a certificate. Pass .get() to OpenSSL's own calls.
using CertificateHandle = std::unique_ptr<X509, FreeOpenSsl>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;

// The contents of a certificate. They prove nothing: use them only after the chain has been
// verified.
struct CertificateFacts {
  // The common name of the subject; "" unless the subject has exactly one common name, in printable
  // ASCII.
  std::string common_name;
  Time not_before;
  Time not_after;
  std::vector<std::byte> public_key;  // its SubjectPublicKeyInfo, DER
  std::string fingerprint;            // key_fingerprint() of public_key
};

// Throws Error{kInvalid} if OpenSSL cannot read a field.
CertificateFacts facts_of(const X509& certificate);

// Returns all certificates in a PEM file, in their order in the file. There is at least one. Skips
// PEM blocks of other kinds.
std::vector<CertificateHandle> read_certificates(const std::string& path);

// Returns the private key in a PEM file. Like libpq, refuses a file that anyone but its owner may
// read; but the group of a file that belongs to root may read it (mode 0640). Never asks for a
// passphrase.
KeyHandle read_private_key(const std::string& path);

// The certificates that one end of a connection presents, and the key by which it proves its
// identity.
struct Identity {
  std::vector<CertificateHandle> chain;  // this end's certificate first, then the intermediate ones
  KeyHandle key;
};

// Also throws if the key does not belong to the first certificate.
Identity read_identity(const std::string& certificate_path, const std::string& key_path);

}  // namespace walstow
