// A file in PEM format as OpenSSL gets it. Internal to what reads and makes certificates.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <sys/stat.h>

namespace walstow {

// What a call of ours left in OpenSSL's queue would be taken for an error of the next TLS call: on
// destruction the queue is as it was on construction.
class OpenSslErrorGuard {
 public:
  OpenSslErrorGuard();
  ~OpenSslErrorGuard();
  OpenSslErrorGuard(const OpenSslErrorGuard&) = delete;
  OpenSslErrorGuard& operator=(const OpenSslErrorGuard&) = delete;
};

struct FreeBio {
  void operator()(BIO* bio) const noexcept;
};
using BioHandle = std::unique_ptr<BIO, FreeBio>;

// Reads `text`, which must outlive it.
BioHandle pem_reader(const std::string& text);

// One kind of file, in the words of messages.
struct PemKind {
  const char* name;     // "certificate file"
  const char* label;    // after "BEGIN "
  const char* missing;  // the hint when there is no such file
};

struct PemFile {
  std::string text;
  struct stat status {};
};

// Throws Error{kUsage} when it cannot be read, is no regular file, or is longer than such a file
// may be. Symbolic links are followed, unlike in an archive: tools that renew certificates live by
// them.
PemFile read_pem_file(const PemKind& kind, const std::string& path);

// As libpq's rule for sslkey: a private key that others can read is nobody's proof of who they are.
// Throws Error{kUsage}.
void refuse_readable_for_others(const PemFile& file, const std::string& path);

// Throws Error{kUsage}: its content is not what OpenSSL reads.
[[noreturn]] void throw_no_pem(const PemKind& kind, const std::string& path);

}  // namespace walstow
