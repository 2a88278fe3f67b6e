// What sending files over TLS costs at the least: read() and SSL_write(), and nothing else. The
// measure of what a store spends on the same (tests/bench/run).
//
//   bare_tls_sender CERTIFICATE KEY READERS LISTING
//
// sends every file of LISTING (a path a line) to each of READERS connections of its own, at once,
// and prints the processor time that the sending took. What receives is another process.
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t kPiece = std::size_t{256} * 1024;  // as walstowd's

void require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

void send_files(SSL_CTX* context, int socket, const std::vector<std::string>& files) {
  SSL* const tls = SSL_new(context);
  SSL_set_fd(tls, socket);
  require(SSL_accept(tls) == 1, "SSL_accept");
  std::vector<char> piece(kPiece);
  for (const std::string& path : files) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    require(file >= 0, path.c_str());
    for (;;) {
      const ssize_t size = ::read(file, piece.data(), piece.size());
      require(size >= 0, "read");
      if (size == 0) break;
      require(SSL_write(tls, piece.data(), static_cast<int>(size)) == size, "SSL_write");
    }
    ::close(file);
  }
  SSL_shutdown(tls);
  SSL_free(tls);
  ::close(socket);
}

void receive(SSL_CTX* context, sockaddr_in address) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  require(::connect(socket, generic(address), sizeof(address)) == 0, "connect");
  SSL* const tls = SSL_new(context);
  SSL_set_fd(tls, socket);
  require(SSL_connect(tls) == 1, "SSL_connect");
  std::vector<char> piece(kPiece);
  while (SSL_read(tls, piece.data(), static_cast<int>(piece.size())) > 0) {
  }
  SSL_free(tls);
  ::close(socket);
}

void receive_all(sockaddr_in address, int readers) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  std::vector<std::thread> threads;
  for (int i = 0; i < readers; ++i)
    threads.emplace_back([=] { receive(context, address); });
  for (std::thread& thread : threads)
    thread.join();
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  require(argc == 5, "usage: bare_tls_sender CERTIFICATE KEY READERS LISTING");
  const int readers = std::atoi(argv[3]);
  std::vector<std::string> files;
  std::ifstream listing(argv[4]);
  for (std::string line; std::getline(listing, line);)
    files.push_back(line);

  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  require(::bind(listener, generic(address), size) == 0, "bind");
  require(::listen(listener, readers) == 0, "listen");
  require(::getsockname(listener, generic(address), &size) == 0, "getsockname");

  const pid_t receiver = ::fork();
  require(receiver >= 0, "fork");
  if (receiver == 0) {
    receive_all(address, readers);
    return 0;
  }
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  require(SSL_CTX_use_certificate_file(context, argv[1], SSL_FILETYPE_PEM) == 1, argv[1]);
  require(SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) == 1, argv[2]);
  std::vector<std::thread> threads;
  for (int i = 0; i < readers; ++i) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    require(socket >= 0, "accept");
    threads.emplace_back([&, socket] { send_files(context, socket, files); });
  }
  for (std::thread& thread : threads)
    thread.join();
  int status = 0;
  require(::waitpid(receiver, &status, 0) == receiver && status == 0, "receiver");
  std::printf("{\"processor_seconds\": %.6f}\n", processor_seconds());
  return 0;
}
