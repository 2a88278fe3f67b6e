// The proofs of the other end's identity: known hosts, keys, certificates, answers of an ssh-agent.
#include <boost/asio/io_context.hpp>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include "proto/base/descriptor.h"
#include "proto/link/ssh/known_hosts.h"
#include "proto/link/ssh/openssh_key.h"
#include "proto/link/ssh/ssh_agent.h"
#include "proto/link/ssh/ssh_rsa_key.h"
#include "proto/link/tls/certificate.h"
#include "store/certificates/certificate_authority.h"
#include "store/certificates/host_names.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/run_coroutine.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

namespace asio = boost::asio;

void known_hosts(ByteView input) {
  FuzzInput choices(input);
  const HostPort host{.host = "archive1.example",
                      .port = choices.byte() % 2 == 0 ? kSshPort : std::uint16_t{2222}};
  const std::string text = choices.text();
  for (const KnownKey& known : known_keys(text, "known_hosts", host)) {
    const auto own = known_keys(known_hosts_line(host, known.key), "known_hosts", host);
    require(judge(own, known.key) == HostKeyVerdict::kKnown, "a line makes a key known");
    require(!known.revoked ||
                judge(known_keys(text, "known_hosts", host), known.key) == HostKeyVerdict::kRevoked,
            "a revoked key is taken nowhere");
  }
}

void openssh_key(ByteView input) {
  const std::string text(as_text(input));
  if (const auto key = parse_openssh_key(text)) {
    require(key->public_blob.size() + key->private_part.size() <= text.size(),
            "a key's parts are parts of its file");
  }
  const auto rsa = SshRsaKey::parse(text);
  if (!rsa) return;
  require(ssh_key_type(rsa->public_key().blob) == "ssh-rsa", "an RSA key is one");
  unless_error({ErrorKind::kUsage}, [&] { return rsa->sign(as_bytes("text")).size(); });
}

void certificate(ByteView input) {
  const MemoryFile file(as_text(input));
  const auto chain =
      unless_error({ErrorKind::kUsage}, [&] { return read_certificates(file.path()); });
  if (chain) {
    for (const CertificateHandle& one : *chain) {
      unless_error({ErrorKind::kInvalid}, [&] { return facts_of(*one).fingerprint; });
      for (const std::string& host : hosts_of(*one))
        check_host(host);
    }
  }
  unless_error({ErrorKind::kUsage}, [&] { return read_private_key(file.path()) != nullptr; });
  unless_error({ErrorKind::kUsage, ErrorKind::kInvalid},
               [&] { return read_signing_request(file.path()) != nullptr; });
}

// In the form of the registry and of requests.
void public_key(ByteView input) {
  unless_error({ErrorKind::kInvalid}, [&] { return parse_public_key(input) != nullptr; });
}

// --- ssh-agent ---

class FakeAgent {
 public:
  FakeAgent()
      : path_((folder_.path() / "agent").string()),
        socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    require(::bind(socket_.get(), generic, sizeof address) == 0 && ::listen(socket_.get(), 1) == 0,
            "a socket can be made");
  }
  const std::string& path() const { return path_; }
  // Answers the connected client, before its request.
  Descriptor answer(std::string_view text) {
    Descriptor call(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    ::send(call.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(call.get(), SHUT_WR);
    return call;
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
  Descriptor socket_;
};

asio::awaitable<void> use_agent(SshAgent agent) {
  const std::vector<SshPublicKey> keys = co_await agent.keys();
  for (const SshPublicKey& key : keys) {
    require(ssh_key_type(key.blob) == key.type, "an agent's key is of the type that it names");
    std::vector<std::byte> data(10);
    const std::vector<std::byte> signature = co_await agent.sign(key, std::move(data));
    require(!signature.empty(), "a signature has bytes");
  }
}

// The agent's answers: two with their sizes before them, which the choices contain, then the rest
// of the input unchanged.
void ssh_agent(ByteView input) {
  static FakeAgent fake;
  FuzzInput choices(input);
  const std::size_t first_size = choices.number(2);
  const std::size_t second_size = choices.number(2);
  std::vector<std::byte> answers;
  for (const std::size_t size : {first_size, second_size}) {
    const ByteView answer = choices.bytes(size);
    if (!answer.empty()) append_ssh_string(answers, answer);
  }
  answers.insert(answers.end(), choices.rest().begin(), choices.rest().end());

  asio::io_context io;
  SshAgent agent(io.get_executor(), fake.path(), Deadline::after(Duration(60000)));
  const Descriptor call = fake.answer(as_text(answers));
  unless_error({ErrorKind::kUnavailable}, [&] {
    run_to_its_end(io, use_agent(std::move(agent)));
    return true;
  });
}

constexpr std::array kLinkTargets = {
    FuzzTarget{"known_hosts", known_hosts}, FuzzTarget{"openssh_key", openssh_key},
    FuzzTarget{"certificate", certificate}, FuzzTarget{"public_key", public_key},
    FuzzTarget{"ssh_agent", ssh_agent},
};

}  // namespace

std::span<const FuzzTarget> link_targets() {
  return kLinkTargets;
}

}  // namespace walstow
