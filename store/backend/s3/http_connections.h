// HTTP/1.1 to one host, over libcurl. Requests and answers are streamed, connections are reused,
// and each wait has its own deadline. This code knows nothing about S3.
//
// Threads: any thread may use an HttpPool; only one thread at a time may use an HttpExchange. All
// calls block.
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

// Writes the next bytes of a body into the view, up to its size. Returns 0 at the end.
using BodyReader = std::function<std::size_t(MutableByteView)>;

struct HttpRequest {
  std::string method;  // GET, HEAD, PUT, POST or DELETE
  std::string url;     // escaped, in the form in which it is sent
  std::vector<std::string> headers;
  std::uint64_t body_size = 0;  // bytes
  BodyReader body;              // used if body_size is not 0
};

// No answer arrived, or the answer ended too early. It is unknown whether the request took effect.
class NoAnswer : public Error {
 public:
  explicit NoAnswer(const std::string& message) : Error(ErrorKind::kUnavailable, message) {}
};

// One request whose answer has begun. Destroying it before the answer's end closes the connection.
class HttpExchange {
 public:
  HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  virtual ~HttpExchange() = default;

  virtual int status() const = 0;
  // Returns the value of the header with this lower-case name. Returns "" if there is no such
  // header.
  virtual std::string header(const std::string& name) const = 0;
  // Reads the next bytes of the body. Returns 0 at its end. Throws NoAnswer if the body stalls or
  // breaks off, including when fewer bytes arrive than were announced.
  virtual std::size_t read(MutableByteView out) = 0;
};

struct HttpLimits {
  Duration connect{0};
  Duration silence{0};        // longest wait for the next byte, sent or received
  std::size_t exchanges = 0;  // largest number of simultaneous exchanges
  std::string ca;             // a file; "": the system's authorities
};

class HttpPool {
 public:
  explicit HttpPool(HttpLimits limits);
  ~HttpPool();

  // Sends the request and waits for the head of the answer. Sends it a second time only if the
  // first connection turned out to be dead before anything was sent. Throws NoAnswer if the
  // connection fails, or `deadline` passes. Throws what the reader of the request's body throws.
  // Throws Error{kUnavailable} if too many exchanges are open. The pool must outlive the exchanges
  // that this function returns.
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
