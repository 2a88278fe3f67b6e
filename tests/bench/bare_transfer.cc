// The least that archiving and restoring a segment over TLS can cost: read, compress with zstd,
// send, write and fsync, or read, send, decompress and write. It checks nothing, and it does not
// survive a failure. tests/bench/run compares walstow with it.
//
//   bare_transfer serve FOLDER CERTIFICATE KEY AUTHORITY PORT-FILE
//   bare_transfer put CERTIFICATE KEY AUTHORITY PORT FILE    every segment that is ready (*.ready)
//   bare_transfer get CERTIFICATE KEY AUTHORITY PORT NAME FILE
//
// `put` archives FILE and whatever else is ready, over two connections, and leaves a mark for each
// file. A later `put` of a file with a mark ends at once, like walstow-archive.
#include <openssl/ssl.h>
#include <zstd.h>

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "proto/base/filesystem.h"

namespace {

namespace fs = walstow::fs;

constexpr std::size_t kPiece = std::size_t{256} * 1024;  // as walstow's
constexpr int kLevel = 1;
constexpr int kConnections = 2;
const fs::path kMarks = "pg_wal/pgsql_tmp_walstow";  // removed after each round

// Each message begins with this. A put's content follows it; the answer to a put is one such
// head, and so is the beginning of the answer to a get.
struct Head {
  char kind = 'p';
  char name[31] = {};
  std::uint64_t size = 0;
};

void require(bool good, const std::string& what) {
  if (good) return;
  std::perror(what.c_str());
  std::exit(1);
}

SSL_CTX* context_of(const SSL_METHOD* method, char** files) {
  SSL_CTX* const context = SSL_CTX_new(method);
  require(SSL_CTX_use_certificate_file(context, files[0], SSL_FILETYPE_PEM) == 1, files[0]);
  require(SSL_CTX_use_PrivateKey_file(context, files[1], SSL_FILETYPE_PEM) == 1, files[1]);
  require(SSL_CTX_load_verify_file(context, files[2]) == 1, files[2]);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  return context;
}

// Returns false at the end of the connection, which may only come before the first byte.
bool read_all(SSL* tls, void* into, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const int got = SSL_read(tls, static_cast<char*>(into) + done, static_cast<int>(size - done));
    if (got <= 0) {
      require(done == 0, "the connection ended");
      return false;
    }
    done += static_cast<std::size_t>(got);
  }
  return true;
}

void write_all(SSL* tls, const void* from, std::size_t size) {
  require(size == 0 || SSL_write(tls, from, static_cast<int>(size)) == static_cast<int>(size),
          "SSL_write");
}

int opened(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  require(file >= 0, path.string());
  return file;
}

void write_file(int file, const char* from, std::size_t size) {
  require(::write(file, from, size) == static_cast<ssize_t>(size), "write");
}

// The content of a message comes in pieces, each with its size. The last one is empty.
void receive_content(SSL* tls, int file, std::vector<char>& piece) {
  for (std::uint32_t size = 0;;) {
    require(read_all(tls, &size, sizeof(size)), "read");
    if (size == 0) return;
    require(size <= piece.size(), "size");
    require(read_all(tls, piece.data(), size), "read");
    write_file(file, piece.data(), size);
  }
}

// Otherwise the end of an answer waits up to 40 ms for an acknowledgement.
void send_at_once(int socket) {
  const int on = 1;
  require(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "setsockopt");
}

void serve(SSL_CTX* context, int socket, const fs::path& folder) {
  send_at_once(socket);
  SSL* const tls = SSL_new(context);
  SSL_set_fd(tls, socket);
  require(SSL_accept(tls) == 1, "SSL_accept");
  std::vector<char> piece(2 * kPiece);
  for (Head head; read_all(tls, &head, sizeof(head));) {
    const fs::path path = folder / head.name;
    if (head.kind == 'p') {
      const int file = opened(path, O_WRONLY | O_CREAT | O_TRUNC);
      receive_content(tls, file, piece);
      require(::fsync(file) == 0, "fsync");
      ::close(file);
      const int directory = opened(folder, O_RDONLY);
      require(::fsync(directory) == 0, "fsync");
      ::close(directory);
      write_all(tls, &head, sizeof(head));
      continue;
    }
    const int file = opened(path, O_RDONLY);
    head.size = fs::file_size(path);
    write_all(tls, &head, sizeof(head));
    for (ssize_t size = 0; (size = ::read(file, piece.data(), piece.size())) > 0;)
      write_all(tls, piece.data(), static_cast<std::size_t>(size));
    ::close(file);
  }
  SSL_free(tls);
  ::close(socket);
}

[[noreturn]] void serve_all(const fs::path& folder, char** files, const char* port_file) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  require(::bind(listener, generic, size) == 0, "bind");
  require(::listen(listener, 16) == 0, "listen");
  require(::getsockname(listener, generic, &size) == 0, "getsockname");
  SSL_CTX* const context = context_of(TLS_server_method(), files);
  std::ofstream(port_file) << ntohs(address.sin_port) << std::endl;
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    require(socket >= 0, "accept");
    std::thread([=] { serve(context, socket, folder); }).detach();
  }
}

SSL* connected(SSL_CTX* context, const char* port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  require(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0,
          "connect");
  send_at_once(socket);
  SSL* const tls = SSL_new(context);
  SSL_set_fd(tls, socket);
  require(SSL_connect(tls) == 1, "SSL_connect");
  return tls;
}

Head head_of(char kind, const std::string& name) {
  Head head;
  head.kind = kind;
  require(name.size() < sizeof(head.name), name);
  std::memcpy(head.name, name.data(), name.size());
  return head;
}

void put(SSL* tls, const fs::path& path) {
  const int file = opened(path, O_RDONLY);
  Head head = head_of('p', path.filename().string());
  write_all(tls, &head, sizeof(head));
  ZSTD_CCtx* const zstd = ZSTD_createCCtx();
  std::vector<char> piece(kPiece);
  std::vector<char> message(sizeof(std::uint32_t) + ZSTD_compressBound(kPiece));
  for (std::uint32_t size = 1; size > 0;) {
    const ssize_t got = ::read(file, piece.data(), piece.size());
    require(got >= 0, "read");
    char* const content = message.data() + sizeof(size);
    size = got == 0 ? 0
                    : static_cast<std::uint32_t>(
                          ZSTD_compressCCtx(zstd, content, message.size() - sizeof(size),
                                            piece.data(), static_cast<std::size_t>(got), kLevel));
    std::memcpy(message.data(), &size, sizeof(size));
    write_all(tls, message.data(), sizeof(size) + size);
  }
  ::close(file);
  ZSTD_freeCCtx(zstd);
  require(read_all(tls, &head, sizeof(head)), "answer");
  std::ofstream((kMarks / path.filename()).string());
}

std::vector<fs::path> ready_files() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator("pg_wal/archive_status")) {
    const fs::path path = "pg_wal" / entry.path().filename().stem();
    if (entry.path().extension() == ".ready" && !fs::exists(kMarks / path.filename()))
      found.push_back(path);
  }
  std::ranges::sort(found);
  return found;
}

void put_all(SSL_CTX* context, const char* port, const fs::path& path) {
  if (fs::exists(kMarks / path.filename())) return;
  fs::create_directories(kMarks);
  std::vector<fs::path> files = ready_files();
  if (files.empty()) files = {path};
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    SSL* const tls = connected(context, port);
    for (std::size_t at = next++; at < files.size(); at = next++)
      put(tls, files[at]);
    SSL_shutdown(tls);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < kConnections && files.size() > 1; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread& thread : threads)
    thread.join();
}

void get(SSL* tls, const std::string& name, const fs::path& path) {
  Head head = head_of('g', name);
  write_all(tls, &head, sizeof(head));
  require(read_all(tls, &head, sizeof(head)), "answer");
  const int file = opened(path, O_WRONLY | O_CREAT | O_TRUNC);
  ZSTD_DCtx* const zstd = ZSTD_createDCtx();
  std::vector<char> from(kPiece);
  std::vector<char> to(kPiece);
  for (std::uint64_t left = head.size; left > 0;) {
    const std::size_t size = std::min<std::uint64_t>(left, from.size());
    require(read_all(tls, from.data(), size), "read");
    left -= size;
    for (ZSTD_inBuffer in{from.data(), size, 0}; in.pos < in.size;) {
      ZSTD_outBuffer out{to.data(), to.size(), 0};
      require(ZSTD_isError(ZSTD_decompressStream(zstd, &out, &in)) == 0, "zstd");
      write_file(file, to.data(), out.pos);
    }
  }
  ::close(file);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "serve" && argc == 7) serve_all(argv[2], argv + 3, argv[6]);
  require((what == "put" && argc == 7) || (what == "get" && argc == 8),
          "usage: see bare_transfer.cc");
  if (what == "put" && fs::exists(kMarks / fs::path(argv[6]).filename())) return 0;
  SSL_CTX* const context = context_of(TLS_client_method(), argv + 2);
  if (what == "put") {
    put_all(context, argv[5], argv[6]);
  } else {
    get(connected(context, argv[5]), argv[6], argv[7]);
  }
  return 0;
}
