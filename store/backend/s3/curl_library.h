// libcurl, loaded when the process first opens an archive in S3. libcurl depends on about thirty
// libraries. A store in a folder, which may be started for each file, does not load them, and they
// need not be installed for it. The OpenSSL that libcurl uses stays separate from the OpenSSL that
// is linked into this program.
#pragma once

#include <curl/curl.h>

namespace walstow {

struct CurlLibrary {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_pause) easy_pause;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

// The first call loads libcurl, for the rest of the process's life. Throws Error{kUsage} if it is
// not installed. Threads: any.
const CurlLibrary& curl_library();

}  // namespace walstow
