#include "store/server/stdio_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/user_name.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/link/descriptor_transport.h"

namespace walstow {

namespace asio = boost::asio;

Caller local_user() {
  return {.kind = Caller::Kind::kOwner, .name = user_name(geteuid())};
}

Caller named_client(const std::string& name, const std::string& fingerprint) {
  if (!valid_client_name(name)) {
    throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is not a valid client name", escaped(name)),
                "Give --as a name that \"walstow client list\" shows.");
  }
  Caller caller{.kind = Caller::Kind::kNamed, .name = name};
  if (fingerprint.empty()) return caller;
  const auto digest = parse_ssh_fingerprint(fingerprint);
  if (!digest) {
    throw Error(ErrorKind::kUsage,
                fmt::format("\"{}\" is not the fingerprint of an SSH key", escaped(fingerprint)),
                "Give --key the fingerprint that \"ssh-keygen -lf KEY.pub\" shows: SHA256:...");
  }
  caller.fingerprint = *digest;
  return caller;
}

void serve_standard_streams(const StdioServer& server) {
  Handler handler([&server] { return open_archive(server.archive); }, server.compression_level);
  asio::io_context io{1};
  WorkerPool workers(2);  // one request at a time: a chunk, and the proof of the previous ones
  auto transport = make_descriptor_transport(io.get_executor(), Descriptor(STDIN_FILENO),
                                             Descriptor(STDOUT_FILENO));
  std::exception_ptr failure;
  asio::co_spawn(io,
                 serve(ByteStream(std::move(transport)), {.handler = handler,
                                                          .workers = workers,
                                                          .caller = server.caller,
                                                          .limits = server.limits}),
                 [&failure](std::exception_ptr error) { failure = error; });
  io.run();
  workers.join();
  if (failure) std::rethrow_exception(failure);
  handler.write_times();
}

}  // namespace walstow
