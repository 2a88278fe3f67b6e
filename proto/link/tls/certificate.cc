#include "proto/link/tls/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/identity/public_key.h"
#include "proto/link/pem_file.h"

namespace walstow {
namespace {

struct FreeText {
  void operator()(unsigned char* text) const noexcept { OPENSSL_free(text); }
};

constexpr PemKind kCertificate{
    .name = "certificate file",
    .label = "CERTIFICATE",
    .missing =
        "Correct its path in the settings, or copy it there: \"walstow client add\" makes the "
        "files of a client, \"walstow server renew\" those of the store."};
constexpr PemKind kKey{
    .name = "private key file", .label = "PRIVATE KEY", .missing = kCertificate.missing};

// The end of a PEM file is also an error, with this reason.
bool at_end_of_pem() {
  const auto error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

// Replaces OpenSSL's own callback, which asks at the terminal.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

// --- contents of a certificate ---

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
  // A zero byte in the middle has misled several readers of certificates.
  const bool printable =
      std::all_of(text, text + size, [](unsigned char c) { return c >= ' ' && c <= '~'; });
  return printable ? std::string(text, text + size) : "";
}

Time time_of(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &broken_down) != 1) {
    throw_unreadable_certificate("validity");
  }
  // Certificates may begin in the year 0 and end in 9999; Time cannot represent these.
  constexpr auto kFirstSecond = std::chrono::sys_seconds();
  constexpr auto kLastSecond = std::chrono::floor<std::chrono::seconds>(Time::max());
  const std::chrono::sys_seconds seconds{std::chrono::seconds(::timegm(&broken_down))};
  return std::clamp(seconds, kFirstSecond, kLastSecond);
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
  const OpenSslErrorGuard guard;
  std::vector<std::byte> public_key = public_key_of(certificate);
  std::string fingerprint = key_fingerprint(public_key);
  return {.common_name = common_name_of(certificate),
          .not_before = time_of(X509_get0_notBefore(&certificate)),
          .not_after = time_of(X509_get0_notAfter(&certificate)),
          .public_key = std::move(public_key),
          .fingerprint = std::move(fingerprint)};
}

std::vector<CertificateHandle> read_certificates(const std::string& path) {
  const OpenSslErrorGuard guard;
  const PemFile file = read_pem_file(kCertificate, path);
  const BioHandle reader = pem_reader(file.text);
  std::vector<CertificateHandle> certificates;
  while (CertificateHandle next{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    certificates.push_back(std::move(next));
  }
  if (certificates.empty() || !at_end_of_pem()) throw_no_pem(kCertificate, path);
  return certificates;
}

KeyHandle read_private_key(const std::string& path) {
  const OpenSslErrorGuard guard;
  const PemFile file = read_pem_file(kKey, path);
  refuse_readable_for_others(file, path);
  bool encrypted = false;
  KeyHandle key(
      PEM_read_bio_PrivateKey(pem_reader(file.text).get(), nullptr, refuse_passphrase, &encrypted));
  if (key) return key;
  if (!encrypted) throw_no_pem(kKey, path);
  throw Error(ErrorKind::kUsage,
              fmt::format("private key file \"{}\" is protected by a passphrase", path),
              "walstow cannot ask for it: write the key without one (openssl pkey), and protect "
              "the file by its permissions.");
}

Identity read_identity(const std::string& certificate_path, const std::string& key_path) {
  Identity identity{.chain = read_certificates(certificate_path),
                    .key = read_private_key(key_path)};
  const OpenSslErrorGuard guard;
  if (X509_check_private_key(identity.chain.front().get(), identity.key.get()) == 1)
    return identity;
  throw Error(ErrorKind::kUsage,
              fmt::format("private key file \"{}\" does not belong to certificate file \"{}\"",
                          key_path, certificate_path),
              "Each certificate has its own key. In a file with several certificates, the one for "
              "this key must be the first.");
}

}  // namespace walstow
