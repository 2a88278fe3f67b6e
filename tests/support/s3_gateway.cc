#include "tests/support/s3_gateway.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include "proto/base/bytes.h"
#include "proto/base/filesystem.h"
#include "store/backend/s3/http_connections.h"
#include "store/backend/s3/s3_text.h"

namespace walstow {
namespace {

constexpr const char* kScript = WALSTOW_SOURCE_FOLDER "/tests/support/ceph-rgw";

// The output of a command. Throws if it fails.
std::string output_of(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("could not run: " + command);
  std::string output;
  std::array<char, 4096> piece{};
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe))
    output.append(piece.data(), size);
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return output;
}

std::string value_in(const std::string& output, const std::string& name) {
  const std::size_t at = output.find(name + "=");
  if (at == std::string::npos) throw std::runtime_error("the gateway does not say its " + name);
  const std::size_t begin = at + name.size() + 1;
  return output.substr(begin, output.find('\n', begin) - begin);
}

constexpr const char* kBucket = "walstow-tests";

}  // namespace

S3Gateway& S3Gateway::instance() {
  static S3Gateway gateway;
  return gateway;
}

S3Gateway::S3Gateway() {
  std::string pattern = "/tmp/walstow-s3-XXXXXX";  // short: the folder contains unix sockets
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  const std::string output = output_of(std::string(kScript) + " start " + folder_);
  endpoint_ = value_in(output, "S3_ENDPOINT");
  access_key_ = value_in(output, "S3_ACCESS_KEY");
  secret_key_ = value_in(output, "S3_SECRET_KEY");
  if (raw_request(options(), "PUT", "") != 200) throw std::runtime_error("no bucket was made");
}

S3Gateway::~S3Gateway() {
  try {
    output_of(std::string(kScript) + " stop " + folder_);
    fs::remove_all(folder_);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the gateway in %s was not stopped: %s\n", folder_.c_str(), error.what());
  }
}

S3Options S3Gateway::options() {
  return {
      .address = {.bucket = kBucket, .prefix = "a" + std::to_string(++archives_) + "/"},
      .endpoint = endpoint_,
      .region = "default",
      .style = S3Options::Style::kPath,
      .ca = {},
      .credentials = {.access_key = access_key_, .secret_key = secret_key_, .session_token = {}},
      .scratch = folder_ + "/scratch",
      .state = {},
      .timeout = Duration(3000),
      .patience = Duration(10'000)};
}

void S3Gateway::control(const std::string& verb, const std::string& daemon) {
  output_of(std::string(kScript) + " " + verb + " " + folder_ + " " + daemon);
}

int raw_request(const S3Options& options, const std::string& method, const std::string& key,
                const std::string& body, std::map<std::string, std::string> query) {
  const S3Body sent = text_body(body);
  S3Request request{.method = method,
                    .host = options.endpoint.substr(options.endpoint.find("://") + 3),
                    .path = "/" + options.address.bucket + (key.empty() ? "" : "/" + key),
                    .query = std::move(query),
                    .headers = {}};
  const std::string text = query_text(request.query);
  HttpPool pool({.connect = Duration(3000), .silence = Duration(10'000), .exchanges = 1, .ca = {}});
  const auto exchange =
      pool.ask({.method = method,
                .url = options.endpoint + request.path + (text.empty() ? "" : "?" + text),
                .headers = sign(request, sent.sha256, options.credentials, options.region,
                                std::chrono::system_clock::now()),
                .body_size = sent.size,
                .body = sent.restart()},
               Deadline::after(Duration(20'000)));
  return exchange->status();
}

}  // namespace walstow
