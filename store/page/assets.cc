#include "store/page/assets.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/codec/digest.h"
#include "proto/identity/public_key.h"

namespace walstow {
namespace {

std::string source_of(std::string_view text) {
  Sha256 sha256;
  sha256.update(as_bytes(text));
  const Sha256Digest digest = sha256.finish();
  return fmt::format("'sha256-{}'", to_base64(digest));
}

}  // namespace

const std::string& page_policy() {
  static const std::string policy = fmt::format(
      "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      source_of(page_style()), source_of(page_script()));
  return policy;
}

const std::string& page_release() {
  static const std::string release = [] {
    Sha256 sha256;
    sha256.update(as_bytes(page_policy()));
    return fmt::format("{}-{}", WALSTOW_VERSION, to_hex(sha256.finish()).substr(0, 12));
  }();
  return release;
}

}  // namespace walstow
