#include "store/admin/certificate_options.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/certificates/tls_folder.h"

namespace walstow {
namespace {

constexpr std::uint64_t kMostDays = 20 * 365;  // the authority itself lasts for no longer

std::chrono::days days_option(const CommandContext& call) {
  const std::string text = call.command.option("days");
  if (text.empty()) return kCertificateDays;
  const auto days = parse_decimal(text);
  if (days && *days >= 1 && *days <= kMostDays) {
    return std::chrono::days(static_cast<std::chrono::days::rep>(*days));
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("invalid value \"{}\" for option --days", escaped(text)),
              fmt::format("Give a whole number from 1 to {}.", kMostDays));
}

}  // namespace

Lifetime lifetime_option(const CommandContext& call) {
  return lifetime_of(std::chrono::system_clock::now(), days_option(call));
}

Authority authority_option(const CommandContext& call, const std::string& archive) {
  std::string certificate = call.command.option("ca");
  std::string key = call.command.option("ca-key");
  if (certificate.empty()) {
    certificate = archive.empty() ? call.settings.required("tls.ca")
                                  : tls_folder_of(archive).authority_certificate;
  }
  if (key.empty() && archive.empty()) {
    throw Error(ErrorKind::kUsage, "the authority's key was not given",
                "Give its file with --ca-key; or run this command on the store's host, with "
                "--store and the path of the archive.");
  }
  return read_authority(certificate, key.empty() ? tls_folder_of(archive).authority_key : key);
}

}  // namespace walstow
