#include "proto/link/ssh/ssh_client.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/shell_quote.h"
#include "proto/link/connect_tcp.h"
#include "proto/link/ssh/ssh_agent.h"
#include "proto/link/ssh/ssh_key_types.h"
#include "proto/link/ssh/ssh_session.h"
#include "proto/link/ssh/ssh_transport.h"

namespace walstow {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr PemKind kKnownHosts{.name = "known_hosts file",
                              .label = "",
                              .missing =
                                  "Correct the setting \"ssh.known_hosts\"; \"ssh-keyscan HOST\" "
                                  "prints the lines for such a file."};

constexpr const char* kSystemKnownHosts = "/etc/ssh/ssh_known_hosts";

// Each offered key counts as an attempt at the remote end, which allows six (MaxAuthTries).
constexpr std::size_t kMostAgentKeys = 5;

bool usable(const std::string& type) {
  const auto& types = ssh_host_key_types();
  return std::ranges::find(types, type) != types.end();
}

// Where one kind of key is known, another kind would prove nothing.
std::vector<std::string> types_to_ask_for(const std::vector<KnownKey>& known) {
  std::vector<std::string> types;
  for (const std::string& type : ssh_host_key_types()) {
    const auto is_known = [&type](const KnownKey& entry) {
      return !entry.revoked && entry.key.type == type;
    };
    if (std::ranges::any_of(known, is_known)) types.push_back(type);
  }
  return types.empty() ? ssh_host_key_types() : types;
}

std::string environment_agent() {
  const char* path = std::getenv("SSH_AUTH_SOCK");
  return path == nullptr ? "" : path;
}

std::string chosen_agent(const SshStore& store) {
  return store.agent.empty() ? environment_agent() : store.agent;
}

void refuse_host_key(const std::string& name, const HostPort& host,
                     const std::vector<KnownKey>& known, const SshPublicKey& shown,
                     const std::string& file) {
  const std::string fingerprint = ssh_fingerprint(shown.blob);
  const std::string line = known_hosts_line(host, shown);
  switch (judge(known, shown)) {
    case HostKeyVerdict::kKnown:
      return;
    case HostKeyVerdict::kUnknown:
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the host key of the store \"{}\" is not known: {} {}", name,
                              shown.type, fingerprint),
                  fmt::format("If \"ssh-keygen -lf /etc/ssh/ssh_host_{}_key.pub\" shows the same "
                              "fingerprint on that host, add this line to \"{}\": {}",
                              shown.type == "ssh-ed25519" ? "ed25519" : "ecdsa", file, line));
    case HostKeyVerdict::kChanged: {
      const auto old = std::ranges::find_if(known, [](const KnownKey& k) { return !k.revoked; });
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the host key of the store \"{}\" has changed: {} {}", name,
                              shown.type, fingerprint),
                  fmt::format("Somebody may be intercepting the connection. Only if the host's key "
                              "was changed on purpose, replace the line in {} with: {}",
                              old->place, line));
    }
    case HostKeyVerdict::kRevoked:
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the host key of the store \"{}\" is revoked: {} {}", name,
                              shown.type, fingerprint),
                  "Another host may have this key. Create a new host key on the store's host.");
  }
}

}  // namespace

std::string remote_command(const std::string& archive) {
  const std::string command = "walstowd --stdio --owner";
  return archive.empty() ? command : fmt::format("{} --archive {}", command, shell_quoted(archive));
}

SshClient::SshClient(SshStore store)
    : store_(std::move(store)), name_(fmt::format("{}@{}", store_.user, to_string(store_.at))) {
  read_known_hosts();
  choose_key();
  if (key_) rsa_ = SshRsaKey::parse(key_->text);
}

void SshClient::read_known_hosts() {
  const bool by_default = store_.known_hosts.empty();
  std::vector<std::string> files{store_.known_hosts};
  if (by_default) files = {fmt::format("{}/.ssh/known_hosts", home_folder()), kSystemKnownHosts};
  hosts_file_ = files.front();
  for (const std::string& file : files) {
    if (by_default && !file_exists(file)) continue;
    const std::string text = read_pem_file(kKnownHosts, file).text;
    for (KnownKey& entry : known_keys(text, file, store_.at)) {
      if (entry.revoked || usable(entry.key.type)) known_.push_back(std::move(entry));
    }
  }
}

void SshClient::choose_key() {
  if (store_.identity.empty()) {
    const std::vector<std::string> there = default_ssh_key_files();
    if (!there.empty()) {
      key_ = read_ssh_key_file(there.front());
      return;
    }
  } else if (store_.identity != kSshAgent) {
    key_ = read_ssh_key_file(store_.identity);
    return;
  }
  agent_ = chosen_agent(store_);
  if (!agent_.empty()) return;
  if (store_.identity == kSshAgent) {
    throw Error(ErrorKind::kUsage, "there is no ssh-agent",
                "Set \"ssh.agent\" to the path of its socket, or set the environment variable "
                "SSH_AUTH_SOCK.");
  }
  throw Error(
      ErrorKind::kUsage,
      fmt::format("there is no SSH key in \"{}/.ssh\", and no ssh-agent", home_folder()),
      "Create one, as the user that runs this command: ssh-keygen -t ed25519 -N ''. Or name one in "
      "the setting \"ssh.identity\".");
}

// One connection attempt.
class SshClient::Attempt {
 public:
  Attempt(SshClient& client, SshSession& session, Deadline deadline)
      : client_(client), session_(session), deadline_(deadline) {}

  asio::awaitable<void> run() {
    co_await session_.handshake(types_to_ask_for(client_.known_));
    refuse_host_key(client_.name_, client_.store_.at, client_.known_, session_.host_key(),
                    client_.hosts_file_);
    if (client_.key_) {
      co_await show_key_file();
    } else {
      co_await show_agent_keys();
    }
    co_await session_.execute(remote_command(client_.store_.archive));
  }

 private:
  [[noreturn]] void fail_not_taken(const std::string& shown) {
    client_.not_taken_.emplace(
        ErrorKind::kUnavailable,
        fmt::format("the store \"{}\" does not accept {}", client_.name_, shown),
        "\"walstow client add NAME --ssh KEY.pub\" prints the line for /etc/ssh/walstow_keys on "
        "that host, or for the file that AuthorizedKeysFile in its sshd_config names. Nobody but "
        "root and the account may be able to write to that file. The sshd's log may say more.");
    throw Error(*client_.not_taken_);
  }

  asio::awaitable<void> show_key_file() {
    bool taken = false;
    if (client_.rsa_) {
      SshSession::Signer sign = [this](std::vector<std::byte> data) { return sign_rsa(data); };
      taken = co_await session_.authenticate(client_.store_.user, client_.rsa_->public_key(),
                                             std::move(sign));
    } else {
      taken = co_await session_.authenticate(client_.store_.user, client_.key_->text);
    }
    if (!taken) fail_not_taken(fmt::format("the key \"{}\"", client_.key_->path));
  }

  asio::awaitable<std::vector<std::byte>> sign_rsa(std::vector<std::byte> data) {
    co_return client_.rsa_->sign(data);
  }

  asio::awaitable<void> show_agent_keys() {
    SshAgent agent(session_.socket().get_executor(), client_.agent_, deadline_);
    const std::vector<SshPublicKey> keys = co_await agent.keys();
    const std::size_t most = std::min(keys.size(), kMostAgentKeys);
    for (std::size_t i = 0; i < most; ++i) {
      const SshPublicKey& key = keys[i];
      SshSession::Signer sign = [&agent, &key](std::vector<std::byte> data) {
        return agent.sign(key, std::move(data));
      };
      const bool taken = co_await session_.authenticate(client_.store_.user, key, std::move(sign));
      if (taken) co_return;
    }
    fail_not_taken(
        fmt::format("any of the {} keys of the ssh-agent at \"{}\"", most, client_.agent_));
  }

  SshClient& client_;
  SshSession& session_;
  Deadline deadline_;
};

asio::awaitable<std::unique_ptr<Transport>> SshClient::connect(asio::any_io_executor executor,
                                                               Deadline deadline) {
  TcpTarget target{.store = name_,
                   .at = store_.at,
                   .hint = "Is an sshd running there, and listening on that port?"};
  tcp::socket socket = co_await connect_tcp(executor, std::move(target), deadline);
  auto session = std::make_unique<SshSession>(std::move(socket), name_);
  {
    const StreamTimeout timeout(session->socket(), deadline);
    Attempt attempt(*this, *session, deadline);
    try {
      co_await attempt.run();
    } catch (const Error& error) {
      if (timeout.expired() && error.kind() != ErrorKind::kTimeout) {
        throw Error(ErrorKind::kTimeout,
                    fmt::format("timed out during the SSH handshake with the store \"{}\"", name_),
                    "Check that an sshd listens at that address, and that it is not overloaded. "
                    "For a distant store, a longer \"connect_timeout\" may be needed.");
      }
      // A consequence of this client's own failed logins, whose error explains more.
      if (not_taken_ && session->penalised()) throw Error(*not_taken_);
      throw;
    }
  }
  co_return make_ssh_transport(std::move(session));
}

}  // namespace walstow
