#include "restorer/prefetch/prefetcher.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <poll.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// Calls that are connected at once; PostgreSQL runs one, and one that was killed may linger.
constexpr std::size_t kMostCalls = 16;

// What is fetched ahead may take this part of the disk's free space: the rest is the server's.
constexpr std::uint64_t kShareOfFreeSpace = 4;

// What could not be done here is done again, or told, by the call that needs it.
void attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    log_line(LogLevel::kWarning, error.what(), error.hint());
  }
}

bool is_damage_or_trouble(const Outcome& outcome) {
  return !is_known(outcome.answer);
}

}  // namespace

Prefetcher::Prefetcher(PrefetcherJob job, PrefetchListener listener, AheadGetter getter)
    : job_(std::move(job)),
      listener_(std::move(listener)),
      window_(job_.segment_size, job_.limits),
      idle_until_(Deadline::after(job_.idle)),
      worker_(std::move(getter)) {
  window_.handed(job_.handed);
  // What one that was killed has left; it is dropped where it does not go on from here.
  attempt([this] { ready_ = clean_entries(*job_.entries, job_.tag); });
  for (const EntryName& entry : ready_)
    window_.fetched(entry.segment);
}

std::string Prefetcher::run() {
  for (;;) {
    drop_unwanted();
    feed();
    if (reason_.empty() && exhausted()) reason_ = no_more_;
    if (!reason_.empty()) break;
    wait();
  }
  clean_up();
  return reason_;
}

// Gives the worker its next segment.
void Prefetcher::feed() {
  if (!worker_.is_free()) return;
  std::uint64_t room = 0;
  attempt([&] {
    const std::size_t count = ready_.size() + worker_.under_way();
    const std::uint64_t taken = count * std::uint64_t{job_.segment_size.bytes()};
    room = (job_.free_space() + taken) / kShareOfFreeSpace;
  });
  const auto segment = window_.next(room);
  // PostgreSQL may have come back to one that it turned its back on.
  if (!segment || worker_.is_under_way(*segment)) return;
  window_.started(*segment);
  worker_.start(*segment);
}

// Nothing more can be had, and nothing is left that PostgreSQL could be handed.
bool Prefetcher::exhausted() const {
  return window_.ended() && ready_.empty() && worker_.under_way() == 0;
}

// Sleeps until something happens, and sees to it.
void Prefetcher::wait() {
  std::vector<pollfd> waits = {{.fd = job_.server, .events = POLLIN, .revents = 0},
                               {.fd = job_.signals, .events = POLLIN, .revents = 0},
                               {.fd = worker_.descriptor(), .events = POLLIN, .revents = 0},
                               {.fd = listener_->descriptor(), .events = POLLIN, .revents = 0}};
  for (const PrefetchPeer& call : calls_)
    waits.push_back({.fd = call.socket.get(), .events = POLLIN, .revents = 0});
  const auto left =
      static_cast<int>(std::min<Duration::rep>(idle_until_.remaining().count(), 3'600'000));
  if (::poll(waits.data(), waits.size(), left) < 0 && errno != EINTR) {
    throw_system_error("could not wait for calls", errno);
  }
  if (waits[0].revents != 0) {
    reason_ = "the server has ended";
  } else if (waits[1].revents != 0) {
    reason_ = "it received a signal to end";
  } else {
    if (waits[2].revents != 0) handle_worker_news();
    accept_calls();
    if (reason_.empty() && idle_until_.passed()) reason_ = "no call came for a long time";
  }
}

void Prefetcher::accept_calls() {
  while (Descriptor socket = listener_->accept()) {
    // One too many ends at once, and goes on without a prefetcher.
    if (calls_.size() < kMostCalls) calls_.push_back({.socket = std::move(socket)});
  }
  std::erase_if(calls_, [this](PrefetchPeer& call) {
    while (const auto text = PrefetchListener::receive(call.socket)) {
      if (text->empty()) return true;
      handle_message(call, *text);
    }
    return false;
  });
}

void Prefetcher::handle_message(PrefetchPeer& call, const std::string& text) {
  const auto message = parse_prefetch_message(text);
  if (!message || message->tag != job_.tag || !message->segment.fits(job_.segment_size)) {
    PrefetchListener::reply(call.socket, PrefetchReply::kAskTheStore);
    // Of an earlier or later release, or after a change of settings: one with those will come.
    reason_ = "a call has other settings, or is of another release";
    return;
  }
  idle_until_ = Deadline::after(job_.idle);
  const WalFileName& segment = message->segment;
  if (message->kind == PrefetchMessage::Kind::kHanded) {
    if (is_ready(segment)) ++counts_.handed;
    window_.handed(segment);
  } else if (is_ready(segment)) {
    PrefetchListener::reply(call.socket, PrefetchReply::kReady);
  } else {
    feed();  // it may be the very next
    if (worker_.is_under_way(segment)) {
      call.waits_for = segment;
    } else {
      PrefetchListener::reply(call.socket, PrefetchReply::kAskTheStore);
    }
  }
}

void Prefetcher::handle_worker_news() {
  worker_.hear();
  while (auto done = worker_.take_done())
    handle_done(*std::move(done));
  for (PrefetchPeer& call : calls_) {
    if (call.waits_for && worker_.is_fetching(*call.waits_for))
      PrefetchListener::reply(call.socket, PrefetchReply::kComing);
  }
}

void Prefetcher::handle_done(PrefetchWorker::Done done) {
  const WalFileName& segment = done.segment;
  const Outcome outcome = publish(segment, std::move(done.fetched));
  if (outcome.answer == StoreAnswer::kRestored) {
    ++counts_.fetched;
    window_.fetched(segment);
    reply_to_waiting(segment, PrefetchReply::kReady);
    return;
  }
  no_more_ = fmt::format("could not fetch file \"{}\": {}", segment.text(), outcome.message);
  log_line(is_damage_or_trouble(outcome) ? LogLevel::kWarning : LogLevel::kDebug, no_more_,
           outcome.hint);
  window_.end(segment);
  reply_to_waiting(segment, PrefetchReply::kAskTheStore);
}

Outcome Prefetcher::publish(const WalFileName& segment, Fetched fetched) {
  Outcome& outcome = fetched.outcome;
  if (fetched.file == nullptr) return outcome;
  EntryName entry{.segment = segment, .digest = outcome.digest, .tag = job_.tag};
  try {
    fetched.file->publish(to_string(entry));
    ready_.push_back(std::move(entry));
  } catch (const Error& error) {
    outcome.answer = StoreAnswer::kFailed;
    outcome.message = error.what();
    outcome.hint = error.hint();
  }
  return outcome;
}

void Prefetcher::reply_to_waiting(const WalFileName& segment, PrefetchReply reply) {
  for (PrefetchPeer& call : calls_) {
    if (call.waits_for != segment) continue;
    PrefetchListener::reply(call.socket, reply);
    call.waits_for.reset();
  }
}

bool Prefetcher::is_ready(const WalFileName& segment) const {
  return std::ranges::any_of(
      ready_, [&segment](const EntryName& entry) { return entry.segment == segment; });
}

// What was handed over, and what PostgreSQL has turned its back on.
void Prefetcher::drop_unwanted() {
  std::erase_if(ready_, [this](const EntryName& entry) {
    if (window_.wants(entry.segment)) return false;
    attempt([&] { job_.entries->remove(to_string(entry)); });
    return true;
  });
}

// Whoever ends leaves nothing to be handed over later: only the living know what is wanted.
void Prefetcher::clean_up() {
  listener_.reset();
  attempt([this] { clean_entries(*job_.entries, ""); });
}

}  // namespace walstow
