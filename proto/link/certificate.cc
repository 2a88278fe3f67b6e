#include "proto/link/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "proto/base/descriptor.h"
#include "proto/base/error.h"
#include "proto/codec/public_key.h"

namespace walstow {
namespace {

// A chain has a few certificates of one or two kilobytes each.
constexpr std::size_t kLargestPemFile = std::size_t{256} * 1024;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using BioHandle = std::unique_ptr<BIO, FreeBio>;

struct FreeText {
  void operator()(unsigned char* text) const noexcept { OPENSSL_free(text); }
};

// What a call of ours left in OpenSSL's queue would be taken for an error of the next TLS call.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() { ERR_set_mark(); }
  ~ErrorQueueGuard() { ERR_pop_to_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

// --- files ---

// One kind of file, in the words of messages.
struct PemKind {
  const char* name;
  const char* label;  // after "BEGIN "
  const char* missing;
};

constexpr PemKind kCertificate{
    "certificate file", "CERTIFICATE",
    "Correct its path in the settings, or copy it there: \"walstow client add\" makes the files of "
    "a client, \"walstow server renew\" those of the store."};
constexpr PemKind kKey{"private key file", "PRIVATE KEY", kCertificate.missing};

[[noreturn]] void throw_unreadable(const PemKind& kind, const std::string& path, int error_number) {
  const bool absent = error_number == ENOENT || error_number == ENOTDIR;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("could not open {} \"{}\": {}", kind.name, path, system_message(error_number)),
      absent ? kind.missing
             : "It must be readable for the user that this program runs as, and so must "
               "every folder above it.");
}

[[noreturn]] void throw_unusable(const PemKind& kind, const std::string& path) {
  throw Error(ErrorKind::kUsage,
              fmt::format("{} \"{}\" is not in PEM format, or is damaged", kind.name, path),
              fmt::format("Such a file has a line \"-----BEGIN {}-----\".", kind.label));
}

// Symbolic links are followed, unlike in an archive: tools that renew certificates live by them.
Descriptor open_file(const PemKind& kind, const std::string& path) {
  // O_NONBLOCK: a FIFO must not hold up whoever opens it.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw_unreadable(kind, path, errno);
  return file;
}

struct stat status_of(const Descriptor& file, const PemKind& kind, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_unreadable(kind, path, errno);
  if (!S_ISREG(status.st_mode)) throw_unusable(kind, path);
  return status;
}

std::string read_all(const Descriptor& file, const PemKind& kind, const std::string& path) {
  std::string content(kLargestPemFile + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_unreadable(kind, path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kLargestPemFile) throw_unusable(kind, path);
  content.resize(size);
  return content;
}

// As libpq's rule for sslkey: a key that others can read is nobody's proof of who they are.
void refuse_readable_for_others(const struct stat& status, const std::string& path) {
  const mode_t allowed = status.st_uid == 0 ? S_IRWXU | S_IRGRP : S_IRWXU;
  if ((status.st_mode & ACCESSPERMS & ~allowed) == 0) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("private key file \"{}\" has mode {:04o}: others than its owner may use it", path,
                  status.st_mode & ALLPERMS),
      fmt::format("Run \"chmod 600 {}\".", path));
}

BioHandle reader_of(const std::string& text) {
  BioHandle reader(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!reader) throw std::bad_alloc();
  return reader;
}

// The end of a PEM file is an error as well, of this reason.
bool at_end_of_pem() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

// Instead of OpenSSL's own, which asks at the terminal.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

// --- what a certificate says ---

[[noreturn]] void throw_unreadable_certificate(const char* part) {
  throw Error(ErrorKind::kInvalid, fmt::format("could not read the {} of a certificate", part));
}

std::string common_name_of(const X509& certificate) {
  const X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0) return "";
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return "";
  const std::unique_ptr<unsigned char, FreeText> owner(text);
  // A zero byte in the middle has fooled more than one reader of certificates.
  const bool printable =
      std::all_of(text, text + size, [](unsigned char c) { return c >= ' ' && c <= '~'; });
  return printable ? std::string(text, text + size) : "";
}

Time time_of(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &broken_down) != 1) {
    throw_unreadable_certificate("validity");
  }
  // Nanoseconds in 64 bits, which is what Time counts, end in 2262; certificates may not.
  constexpr auto kLastSecond = std::chrono::floor<std::chrono::seconds>(Time::max());
  const std::chrono::sys_seconds seconds{std::chrono::seconds(::timegm(&broken_down))};
  return std::min(seconds, kLastSecond);
}

std::vector<std::byte> public_key_of(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &bytes);
  if (size <= 0) throw_unreadable_certificate("public key");
  const std::unique_ptr<unsigned char, FreeText> owner(bytes);
  const auto view = std::as_bytes(std::span(bytes, static_cast<std::size_t>(size)));
  return {view.begin(), view.end()};
}

}  // namespace

void FreeOpenSsl::operator()(X509* certificate) const noexcept {
  X509_free(certificate);
}

void FreeOpenSsl::operator()(EVP_PKEY* key) const noexcept {
  EVP_PKEY_free(key);
}

CertificateFacts facts_of(const X509& certificate) {
  const ErrorQueueGuard guard;
  std::vector<std::byte> public_key = public_key_of(certificate);
  std::string fingerprint = key_fingerprint(public_key);
  return {.common_name = common_name_of(certificate),
          .not_before = time_of(X509_get0_notBefore(&certificate)),
          .not_after = time_of(X509_get0_notAfter(&certificate)),
          .public_key = std::move(public_key),
          .fingerprint = std::move(fingerprint)};
}

std::vector<CertificateHandle> read_certificates(const std::string& path) {
  const ErrorQueueGuard guard;
  const Descriptor file = open_file(kCertificate, path);
  status_of(file, kCertificate, path);
  const std::string text = read_all(file, kCertificate, path);
  const BioHandle reader = reader_of(text);
  std::vector<CertificateHandle> certificates;
  while (CertificateHandle next{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    certificates.push_back(std::move(next));
  }
  if (certificates.empty() || !at_end_of_pem()) throw_unusable(kCertificate, path);
  return certificates;
}

KeyHandle read_private_key(const std::string& path) {
  const ErrorQueueGuard guard;
  const Descriptor file = open_file(kKey, path);
  refuse_readable_for_others(status_of(file, kKey, path), path);
  std::string text = read_all(file, kKey, path);
  bool encrypted = false;
  KeyHandle key(
      PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, refuse_passphrase, &encrypted));
  OPENSSL_cleanse(text.data(), text.size());
  if (key) return key;
  if (!encrypted) throw_unusable(kKey, path);
  throw Error(ErrorKind::kUsage,
              fmt::format("private key file \"{}\" is protected by a passphrase", path),
              "Nobody is there to type it: write the key without one (openssl pkey), and protect "
              "the file by its permissions.");
}

Identity read_identity(const std::string& certificate_path, const std::string& key_path) {
  Identity identity{.chain = read_certificates(certificate_path),
                    .key = read_private_key(key_path)};
  const ErrorQueueGuard guard;
  if (X509_check_private_key(identity.chain.front().get(), identity.key.get()) == 1)
    return identity;
  throw Error(ErrorKind::kUsage,
              fmt::format("private key file \"{}\" does not belong to certificate file \"{}\"",
                          key_path, certificate_path),
              "Each certificate has a key of its own. In a file with several certificates its own "
              "must be the first.");
}

}  // namespace walstow
