// A connection is a libcurl multi handle with one easy handle in it. So each exchange owns its
// connection and keeps it, and a waiting thread can leave at any moment. With the easy interface,
// only a callback could end a transfer, and libcurl would push data instead of letting the caller
// pull it.
#include "store/backend/s3/http_connections.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <fmt/format.h>
#include <utility>

#include "store/backend/s3/curl_library.h"

namespace walstow {
namespace {

using CurlLong = long;  // NOLINT(google-runtime-int): libcurl's type

// Bytes of an answer that are buffered until the caller reads them; then the transfer pauses.
constexpr std::size_t kReadAhead = std::size_t{128} * 1024;
constexpr std::size_t kUploadBuffer = std::size_t{128} * 1024;
// The far end closes idle connections at some time, and a request that coincides with that has an
// unknown outcome. The shortest of the known services waits for 20 s.
constexpr CurlLong kLongestRest = 15;
constexpr std::size_t kMostIdle = 16;
constexpr std::size_t kMostHeaders = 100;
constexpr Duration kPoll{200};  // how often a deadline is checked; a byte ends the wait at once

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

class HeaderList {
 public:
  explicit HeaderList(const CurlLibrary& curl) : curl_(curl) {}
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_.slist_free_all(list_); }
  void add(const std::string& line) { list_ = curl_.slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  const CurlLibrary& curl_;
  curl_slist* list_ = nullptr;
};

}  // namespace

class HttpPool::HttpConnection {
 public:
  explicit HttpConnection(HttpLimits limits)
      : curl_(curl_library()),
        limits_(std::move(limits)),
        multi_(curl_.multi_init()),
        easy_(curl_.easy_init()) {
    if (multi_ == nullptr || easy_ == nullptr) {
      throw Error(ErrorKind::kUnavailable, "could not create a libcurl handle");
    }
  }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection() {
    end();
    if (easy_ != nullptr) curl_.easy_cleanup(easy_);
    if (multi_ != nullptr) curl_.multi_cleanup(multi_);
  }

  void begin(const HttpRequest& request);
  // Works until `is_enough` holds or the transfer is over.
  template <class Enough>
  void work(Deadline deadline, Enough is_enough);
  void wait_for_head(Deadline deadline) {
    work(deadline, [this] { return head_is_over_; });
  }
  std::size_t read(MutableByteView out);
  // If the transfer is not over, its connection is closed.
  void end() {
    if (active_) curl_.multi_remove_handle(multi_, easy_);
    active_ = false;
  }
  bool is_over() const { return over_; }
  int status() const { return status_; }
  std::string header(const std::string& name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? "" : found->second;
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    curl_.easy_setopt(easy_, option, value);
  }
  std::size_t available() const { return arrived_.size() - taken_; }
  void note_progress() { last_progress_ = Clock::now(); }
  [[noreturn]] void fail(const std::string& why) {
    end();
    throw NoAnswer(fmt::format("{} to the S3 service: {}", what_, why));
  }

  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* connection);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* connection);
  static std::size_t on_upload(char* bytes, std::size_t size, std::size_t count, void* connection);

  const CurlLibrary& curl_;
  const HttpLimits limits_;
  CURLM* multi_;
  CURL* easy_;

  std::unique_ptr<HeaderList> sent_headers_;
  BodyReader body_;
  std::string what_;            // for messages
  std::exception_ptr failure_;  // of the body's reader
  bool active_ = false, over_ = false, paused_ = false, head_is_over_ = false;
  int status_ = 0;
  std::map<std::string, std::string> headers_;
  std::vector<std::byte> arrived_;
  std::size_t taken_ = 0;  // of arrived_
  Clock::time_point last_progress_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

void HttpPool::HttpConnection::begin(const HttpRequest& request) {
  end();
  what_ = request.method;
  body_ = request.body;
  failure_ = nullptr;
  over_ = paused_ = head_is_over_ = false;
  status_ = 0;
  headers_.clear();
  arrived_.clear();
  taken_ = 0;
  note_progress();

  curl_.easy_reset(easy_);
  sent_headers_ = std::make_unique<HeaderList>(curl_);
  for (const std::string& line : request.headers)
    sent_headers_->add(line);
  sent_headers_->add("Expect:");  // a service that does not know it would take a second
  sent_headers_->add("Accept:");

  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");  // the environment must not divert WAL
  set(CURLOPT_HTTP_VERSION, static_cast<CurlLong>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<CurlLong>(limits_.connect.count()));
  set(CURLOPT_MAXAGE_CONN, kLongestRest);
  set(CURLOPT_MAXCONNECTS, 1L);
  set(CURLOPT_BUFFERSIZE, static_cast<CurlLong>(kReadAhead / 2));
  set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<CurlLong>(kUploadBuffer));
  set(CURLOPT_ERRORBUFFER, error_.data());
  error_.fill('\0');
  if (!limits_.ca.empty()) set(CURLOPT_CAINFO, limits_.ca.c_str());
  set(CURLOPT_HTTPHEADER, sent_headers_->get());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    // POST as PUT: the body comes from the same callback.
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body_size));
    set(CURLOPT_READFUNCTION, &on_upload);
    set(CURLOPT_READDATA, this);
  } else {
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (curl_.multi_add_handle(multi_, easy_) != CURLM_OK) fail("libcurl accepted no request");
  active_ = true;
}

template <class Enough>
void HttpPool::HttpConnection::work(Deadline deadline, Enough is_enough) {
  while (!over_ && !is_enough()) {
    if (paused_ && available() < kReadAhead / 2) {
      paused_ = false;
      note_progress();
      curl_.easy_pause(easy_, CURLPAUSE_CONT);
      if (is_enough()) return;
    }
    int running = 0;
    if (curl_.multi_perform(multi_, &running) != CURLM_OK) fail("libcurl failed");
    if (failure_) {
      end();
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    int left = 0;
    if (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      const CURLcode code = message->data.result;
      if (code != CURLE_OK) {
        fail(error_.front() != '\0' ? error_.data() : curl_.easy_strerror(code));
      }
      over_ = true;
      end();
      return;
    }
    if (is_enough()) return;
    const Deadline silent = Deadline::at(last_progress_ + limits_.silence);
    if (silent.passed()) {
      fail(fmt::format("no byte for {} ms", limits_.silence.count()));
    }
    if (deadline.passed()) fail("it took too long");
    const Duration wait = std::min(kPoll, silent.earlier(deadline).remaining());
    curl_.multi_poll(multi_, nullptr, 0,
                     static_cast<int>(std::max<Duration>(wait, Duration(1)).count()), nullptr);
  }
}

std::size_t HttpPool::HttpConnection::read(MutableByteView out) {
  if (available() == 0) {
    arrived_.clear();
    taken_ = 0;
    note_progress();  // the caller's own time does not count as the service's silence
    work(Deadline::after(limits_.silence), [this] { return available() > 0; });
  }
  const std::size_t size = std::min(out.size(), available());
  if (size > 0) std::memcpy(out.data(), arrived_.data() + taken_, size);
  taken_ += size;
  return size;
}

std::size_t HttpPool::HttpConnection::on_body(char* bytes, std::size_t size, std::size_t count,
                                              void* connection) {
  HttpConnection& self = *static_cast<HttpConnection*>(connection);
  const std::size_t total = size * count;
  self.note_progress();
  if (self.available() >= kReadAhead) {
    self.paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  const ByteView more = as_bytes({bytes, total});
  self.arrived_.insert(self.arrived_.end(), more.begin(), more.end());
  return total;
}

std::size_t HttpPool::HttpConnection::on_header(char* bytes, std::size_t size, std::size_t count,
                                                void* connection) {
  HttpConnection& self = *static_cast<HttpConnection*>(connection);
  const std::size_t total = size * count;
  self.note_progress();
  std::string_view line(bytes, total);
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' '))
    line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    self.headers_.clear();  // the head before it was that of a "100 Continue"
    return total;
  }
  if (line.empty()) {
    CurlLong status = 0;
    self.curl_.easy_getinfo(self.easy_, CURLINFO_RESPONSE_CODE, &status);
    self.status_ = static_cast<int>(status);
    self.head_is_over_ = status >= 200;
    return total;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return total;
  if (self.headers_.size() >= kMostHeaders) return 0;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' '))
    value.remove_prefix(1);
  self.headers_[lower(line.substr(0, colon))] = value;
  return total;
}

std::size_t HttpPool::HttpConnection::on_upload(char* bytes, std::size_t size, std::size_t count,
                                                void* connection) {
  HttpConnection& self = *static_cast<HttpConnection*>(connection);
  self.note_progress();
  if (!self.body_) return 0;
  try {
    return self.body_(std::as_writable_bytes(std::span(bytes, size * count)));
  } catch (...) {
    // No exception may pass through C code; work() rethrows it.
    self.failure_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

class HttpPool::Exchange final : public HttpExchange {
 public:
  Exchange(HttpPool& pool, std::unique_ptr<HttpConnection> connection)
      : pool_(pool), connection_(std::move(connection)) {}
  ~Exchange() override {
    connection_->end();
    pool_.give_back(std::move(connection_));
  }
  int status() const override { return connection_->status(); }
  std::string header(const std::string& name) const override { return connection_->header(name); }
  std::size_t read(MutableByteView out) override { return connection_->read(out); }

 private:
  HttpPool& pool_;
  std::unique_ptr<HttpConnection> connection_;
};

HttpPool::HttpPool(HttpLimits limits) : limits_(std::move(limits)) {
  curl_library();
}
HttpPool::~HttpPool() = default;

std::unique_ptr<HttpPool::HttpConnection> HttpPool::acquire() {
  const std::lock_guard lock(mutex_);
  if (under_way_ >= limits_.exchanges) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("{} requests to the S3 service are already in progress", under_way_));
  }
  std::unique_ptr<HttpConnection> connection;
  if (idle_.empty()) {
    connection = std::make_unique<HttpConnection>(limits_);
  } else {
    // Take the one that was used last: the others may stay idle until they are closed.
    connection = std::move(idle_.back());
    idle_.pop_back();
  }
  ++under_way_;
  return connection;
}

void HttpPool::give_back(std::unique_ptr<HttpConnection> connection) {
  const std::lock_guard lock(mutex_);
  --under_way_;
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
}

std::unique_ptr<HttpExchange> HttpPool::ask(const HttpRequest& request, Deadline deadline) {
  std::unique_ptr<HttpConnection> taken = acquire();
  HttpConnection& connection = *taken;
  auto exchange = std::make_unique<Exchange>(*this, std::move(taken));
  connection.begin(request);
  connection.wait_for_head(deadline);
  if (connection.status() == 0)
    throw NoAnswer(fmt::format("{} to the S3 service: no answer", request.method));
  return exchange;
}

}  // namespace walstow
