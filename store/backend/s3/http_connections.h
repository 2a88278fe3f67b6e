// HTTP/1.1 towards one host, over libcurl: requests that stream both ways, on connections that are
// used again, each wait with a deadline of its own. Knows nothing of S3.
//
// Threads: HttpPool any; an HttpExchange one at a time. All calls block.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/deadline.h"
#include "proto/base/error.h"

namespace walstow {

// Gives the next bytes of a body, up to the view's size; 0 at the end.
using BodyReader = std::function<std::size_t(MutableByteView)>;

struct HttpRequest {
  std::string method;  // GET, HEAD, PUT, POST or DELETE
  std::string url;     // escaped, as it goes out
  std::vector<std::string> headers;
  std::uint64_t body_size = 0;  // bytes
  BodyReader body;              // where body_size is not 0
};

// No answer came, or it ended too early: whether the request took effect is not known.
class NoAnswer : public Error {
 public:
  explicit NoAnswer(const std::string& message) : Error(ErrorKind::kUnavailable, message) {}
};

// One request whose answer has begun. Destroyed before its end: the connection is given up.
class HttpExchange {
 public:
  HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  virtual ~HttpExchange() = default;

  virtual int status() const = 0;
  // By lower-case name; "" for none.
  virtual std::string header(const std::string& name) const = 0;
  // The next bytes of the body; 0 at its end. Throws NoAnswer when it stalls or breaks off, also
  // where fewer bytes came than were announced.
  virtual std::size_t read(MutableByteView out) = 0;
};

struct HttpLimits {
  Duration connect{0};
  Duration silence{0};        // longest wait for the next byte, sent or received
  std::size_t exchanges = 0;  // at once, at most
  std::string ca;             // file; "": the system's authorities
};

class HttpPool {
 public:
  explicit HttpPool(HttpLimits limits);
  ~HttpPool();

  // Sends the request and waits for the head of the answer. Never sends twice, but over a
  // connection that turned out dead before anything went out. Throws NoAnswer, also when
  // `deadline` passes; what the body's reader throws; Error{kUnavailable} when too many exchanges
  // are under way. The pool outlives what they return.
  std::unique_ptr<HttpExchange> ask(const HttpRequest& request, Deadline deadline);

 private:
  class HttpConnection;
  class Exchange;
  std::unique_ptr<HttpConnection> acquire();
  void give_back(std::unique_ptr<HttpConnection> connection);

  HttpLimits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpConnection>> idle_;  // guarded by mutex_
  std::size_t under_way_ = 0;                          // guarded by mutex_
};

}  // namespace walstow
