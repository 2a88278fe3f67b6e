#include "store/stdio_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include "proto/link/descriptor_transport.h"
#include "store/archive_folder.h"
#include "store/local_user.h"

namespace walstow {

namespace asio = boost::asio;

Caller local_user() {
  return {.kind = Caller::Kind::kOwner, .name = user_name(geteuid())};
}

void serve_standard_streams(const StdioServer& server) {
  Handler handler([&server] { return open_archive_folder(server.archive); },
                  server.compression_level);
  asio::io_context io{1};
  asio::thread_pool workers(1);  // one connection works on one request at a time
  auto transport = make_descriptor_transport(io.get_executor(), Descriptor(STDIN_FILENO),
                                             Descriptor(STDOUT_FILENO));
  std::exception_ptr failure;
  asio::co_spawn(io,
                 serve(ByteStream(std::move(transport)), {.handler = handler,
                                                          .workers = workers,
                                                          .caller = local_user(),
                                                          .limits = server.limits}),
                 [&failure](std::exception_ptr error) { failure = error; });
  io.run();
  workers.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace walstow
