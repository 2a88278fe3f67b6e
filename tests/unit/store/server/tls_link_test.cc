// Both ends of the tls link against each other, with certificates of the archive's own authority.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <thread>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/link/tls/tls_client.h"
#include "proto/link/tls/tls_errors.h"
#include "proto/link/tls/tls_server.h"
#include "store/certificates/certificate_authority.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr Duration kPatience{10'000};
constexpr std::array<char, 1> kByte{'w'};

// What the other end came to, once both are done.
struct Met {
  std::string client;  // "" when a byte went there and back; else the client's message
  std::string server;  // the client's common name; or why there is none
  bool resumed = false;
};

class TlsLinkTest : public testing::Test {
 protected:
  struct Issuer {
    Authority authority;
    std::string ca;  // path of its certificate
  };

  Issuer issuer(const std::string& name) {
    Identity identity;
    identity.key = make_key();
    identity.chain.push_back(make_authority_certificate(
        *identity.key, name, lifetime_of(std::chrono::system_clock::now(), kAuthorityDays)));
    const std::string ca = write(name + ".crt", certificate_text(*identity.chain.front()), 0644);
    return {Authority(std::move(identity)), ca};
  }

  TlsFiles server_files(const Issuer& own, const std::vector<std::string>& hosts) {
    const KeyHandle key = make_key();
    const auto certificate = own.authority.issue_server(*key, hosts, lifetime());
    return files("server", own.ca, *certificate, *key);
  }

  TlsFiles client_files(const Issuer& own, const std::string& name) {
    const KeyHandle key = make_key();
    const auto certificate = own.authority.issue_client(*key, name, lifetime());
    return files(name, own.ca, *certificate, *key);
  }

  TlsFiles files(const std::string& name, const std::string& ca, const X509& certificate,
                 const EVP_PKEY& key) {
    const std::string unique = name + std::to_string(number_++);
    return {.ca = ca,
            .certificate = write(unique + ".crt", certificate_text(certificate), 0644),
            .key = write(unique + ".key", private_key_text(key), 0600)};
  }

  std::string write(const std::string& name, const std::string& text, unsigned mode) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms(mode));
    return path.string();
  }

  static Lifetime lifetime() {
    return lifetime_of(std::chrono::system_clock::now(), kCertificateDays);
  }

  // Serves one connection: sends back the byte that comes.
  static void serve_one(tcp::acceptor& acceptor, const TlsServer& server, Met& met) {
    auto& io = static_cast<asio::io_context&>(acceptor.get_executor().context());
    auto work = [](tcp::acceptor& from, const TlsServer& with,
                   Met& result) -> asio::awaitable<void> {
      tcp::socket socket = co_await from.async_accept(asio::use_awaitable);
      TlsServer::Accepted accepted =
          co_await with.accept(std::move(socket), Deadline::after(kPatience));
      result.server = accepted.client.common_name;
      result.resumed = accepted.resumed;
      ByteStream stream(std::move(accepted.transport));
      stream.set_deadline(Deadline::after(kPatience));
      std::array<char, 1> byte{};
      co_await stream.async_read_some(asio::buffer(byte), asio::use_awaitable);
      co_await asio::async_write(stream, asio::buffer(byte), asio::use_awaitable);
    };
    asio::co_spawn(io, work(acceptor, server, met), [&met](std::exception_ptr failure) {
      try {
        if (failure) std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        met.server = error.what();
      }
    });
    io.run();
  }

  static asio::awaitable<void> send_and_receive(TlsClient& client, asio::any_io_executor executor) {
    ByteStream stream(co_await client.connect(executor, Deadline::after(kPatience)));
    stream.set_deadline(Deadline::after(kPatience));
    boost::system::error_code error;
    std::array<char, 1> byte{};
    co_await asio::async_write(stream, asio::buffer(kByte),
                               asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      co_await stream.async_read_some(asio::buffer(byte),
                                      asio::redirect_error(asio::use_awaitable, error));
    }
    if (auto explained = explain_tls_failure("store", error)) throw Error(*explained);
    if (error) throw Error(ErrorKind::kUnavailable, error.message());
    EXPECT_EQ(byte, kByte);
  }

  static void call(TlsClient& client, Met& met) {
    asio::io_context io;
    asio::co_spawn(io, send_and_receive(client, io.get_executor()),
                   [&met](std::exception_ptr failure) {
                     try {
                       if (failure) std::rethrow_exception(failure);
                     } catch (const std::exception& error) {
                       met.client = error.what();
                     }
                   });
    io.run();
  }

  // One meeting: `client` calls `host`, where `server` is.
  static Met meet(const TlsServer& server, const TlsFiles& client, const std::string& host) {
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    TlsClient caller(
        {.at = {.host = host, .port = acceptor.local_endpoint().port()}, .files = client});
    Met met;
    std::thread serving([&] { serve_one(acceptor, server, met); });
    call(caller, met);
    serving.join();
    return met;
  }

  TemporaryFolder folder_;  // first: the issuers write into it
  int number_ = 0;
  const Issuer own_ = issuer("own");
  const Issuer foreign_ = issuer("foreign");
};

TEST_F(TlsLinkTest, BothEndsKnowEachOther) {
  const TlsServer server(server_files(own_, {"localhost", "127.0.0.1"}));
  const TlsFiles client = client_files(own_, "primary1");
  for (const char* host : {"localhost", "127.0.0.1"}) {
    const Met met = meet(server, client, host);
    EXPECT_EQ(met.client, "") << host;
    EXPECT_EQ(met.server, "primary1") << host;
    EXPECT_FALSE(met.resumed);
  }
}

TEST_F(TlsLinkTest, EachWayToFailIsNamed) {
  const TlsServer server(server_files(own_, {"localhost", "127.0.0.1"}));
  const TlsServer elsewhere(server_files(own_, {"archive2.example"}));
  const TlsServer of_another_archive(server_files(foreign_, {"localhost"}));
  const TlsFiles client = client_files(own_, "primary1");
  TlsFiles stranger = client_files(foreign_, "primary1");
  stranger.ca = own_.ca;
  TlsFiles server_as_client = server_files(own_, {"localhost"});

  struct Case {
    const TlsServer& server;
    const TlsFiles& client;
    const char* host;
    const char* message;
  };
  for (const Case& tested : {
           Case{elsewhere, client, "localhost", "its certificate is for another host name"},
           Case{elsewhere, client, "127.0.0.1", "its certificate is not for this address"},
           Case{of_another_archive, client, "localhost", "an authority that is not trusted"},
           Case{server, stranger, "localhost",
                "it does not trust the authority of this client's certificate"},
           Case{server, server_as_client, "localhost",
                "does not accept this certificate as a client's"},
       }) {
    const Met met = meet(tested.server, tested.client, tested.host);
    EXPECT_NE(met.client.find(tested.message), std::string::npos)
        << tested.message << "\nclient: " << met.client << "\nserver: " << met.server;
    EXPECT_NE(met.server, "primary1");
  }
}

TEST_F(TlsLinkTest, TheSecondConnectionResumesTheFirst) {
  const TlsServer server(server_files(own_, {"localhost"}));
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  TlsClient client({.at = {.host = "localhost", .port = acceptor.local_endpoint().port()},
                    .files = client_files(own_, "primary1")});
  for (const bool resumed : {false, true, true}) {
    Met met;
    io.restart();
    std::thread serving([&] { serve_one(acceptor, server, met); });
    call(client, met);
    serving.join();
    EXPECT_EQ(met.client, "");
    EXPECT_EQ(met.server, "primary1");
    EXPECT_EQ(met.resumed, resumed);
  }
}

TEST_F(TlsLinkTest, PeerThatIsNoWalstowdIsNamed) {
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  TlsClient client({.at = {.host = "127.0.0.1", .port = acceptor.local_endpoint().port()},
                    .files = client_files(own_, "primary1")});
  std::thread serving([&] {
    tcp::socket socket = acceptor.accept();
    asio::write(socket, asio::buffer(std::string("HTTP/1.1 400 Bad Request\r\n\r\n")));
    boost::system::error_code ended;
    std::array<char, 4096> rest{};
    while (!ended)
      socket.read_some(asio::buffer(rest), ended);
  });
  Met met;
  call(client, met);
  serving.join();
  EXPECT_NE(met.client.find("it does not speak TLS"), std::string::npos) << met.client;
}

// Takes the connection and says nothing: only the deadline ends it.
TEST_F(TlsLinkTest, SilentPeerEndsByTheDeadline) {
  asio::io_context io;
  const tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  TlsClient client({.at = {.host = "127.0.0.1", .port = acceptor.local_endpoint().port()},
                    .files = client_files(own_, "primary1")});
  std::optional<ErrorKind> kind;
  asio::co_spawn(io, client.connect(io.get_executor(), Deadline::after(Duration(50))),
                 [&kind](std::exception_ptr failure, std::unique_ptr<Transport>) {
                   try {
                     if (failure) std::rethrow_exception(failure);
                   } catch (const Error& error) {
                     kind = error.kind();
                   }
                 });
  io.run();
  EXPECT_EQ(kind, ErrorKind::kTimeout);
}

TEST_F(TlsLinkTest, CertificateOutOfItsTimeIsRefusedBeforeItIsShown) {
  const KeyHandle key = make_key();
  const Time now = std::chrono::system_clock::now();
  const auto day = std::chrono::days(1);
  const auto past = own_.authority.issue_client(*key, "late", {now - 2 * day, now - day});
  const auto future = own_.authority.issue_client(*key, "early", {now + day, now + 2 * day});
  for (const auto& [certificate, message] :
       {std::pair(past.get(), "expired on"), std::pair(future.get(), "is not valid before")}) {
    try {
      TlsClient({.at = {.host = "localhost"}, .files = files("late", own_.ca, *certificate, *key)});
      FAIL() << message;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
      EXPECT_NE(error.hint(), "");
    }
  }
}

}  // namespace
}  // namespace walstow
