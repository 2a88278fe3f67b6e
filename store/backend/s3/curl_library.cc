#include "store/backend/s3/curl_library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <string>

#include "proto/base/error.h"

namespace walstow {
namespace {

constexpr const char* kName = "libcurl.so.4";

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::kUsage, fmt::format("could not load {}: {}", kName, why),
              "An archive in S3 needs libcurl. Install it: on Debian, it is the package libcurl4.");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) refuse(fmt::format("it has no {}", name));
}

CurlLibrary load() {
  void* const library = dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) refuse(dlerror());
  CurlLibrary curl{};
  decltype(&::curl_global_init) global_init = nullptr;
  find(library, "curl_global_init", global_init);
  find(library, "curl_easy_init", curl.easy_init);
  find(library, "curl_easy_cleanup", curl.easy_cleanup);
  find(library, "curl_easy_reset", curl.easy_reset);
  find(library, "curl_easy_setopt", curl.easy_setopt);
  find(library, "curl_easy_getinfo", curl.easy_getinfo);
  find(library, "curl_easy_pause", curl.easy_pause);
  find(library, "curl_easy_strerror", curl.easy_strerror);
  find(library, "curl_multi_init", curl.multi_init);
  find(library, "curl_multi_cleanup", curl.multi_cleanup);
  find(library, "curl_multi_add_handle", curl.multi_add_handle);
  find(library, "curl_multi_remove_handle", curl.multi_remove_handle);
  find(library, "curl_multi_perform", curl.multi_perform);
  find(library, "curl_multi_poll", curl.multi_poll);
  find(library, "curl_multi_info_read", curl.multi_info_read);
  find(library, "curl_slist_append", curl.slist_append);
  find(library, "curl_slist_free_all", curl.slist_free_all);
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) refuse("it does not start");
  return curl;
}

}  // namespace

const CurlLibrary& curl_library() {
  // Not a static with an initializer that throws: the next call must retry what failed.
  static std::mutex mutex;
  static std::optional<CurlLibrary> library;
  const std::lock_guard lock(mutex);
  if (!library) library = load();
  return *library;
}

}  // namespace walstow
