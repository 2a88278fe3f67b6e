#include "restorer/prefetch/prefetcher.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <poll.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// How many calls may be connected at once. PostgreSQL runs one, and a killed one may linger.
constexpr std::size_t kMostCalls = 16;

// Segments that were fetched ahead may take this part of the disk's free space: the rest is the
// server's.
constexpr std::uint64_t kShareOfFreeSpace = 4;

// A step that fails here is repeated or reported by the call that needs it.
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
  // Entries that a killed prefetcher left; they are dropped unless the window continues from them.
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
  // PostgreSQL may have returned to a segment that it had left.
  if (!segment || worker_.is_under_way(*segment)) return;
  window_.started(*segment);
  worker_.start(*segment);
}

// Nothing more can be fetched, and nothing is left to deliver to PostgreSQL.
bool Prefetcher::exhausted() const {
  return window_.ended() && ready_.empty() && worker_.under_way() == 0;
}

// Sleeps until something happens, and handles it.
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
    if (reason_.empty() && idle_until_.passed()) reason_ = "there was no call for a long time";
  }
}

void Prefetcher::accept_calls() {
  while (Descriptor socket = listener_->accept()) {
    // If there is one call too many, it is closed at once, and continues without a prefetcher.
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
    // The call is from another release, or has changed settings: a prefetcher for them will be
    // started.
    reason_ = "a call has other settings, or comes from another release";
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
    feed();  // it may be the next segment
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

// Segments that were delivered, and those that PostgreSQL no longer wants.
void Prefetcher::drop_unwanted() {
  std::erase_if(ready_, [this](const EntryName& entry) {
    if (window_.wants(entry.segment)) return false;
    attempt([&] { job_.entries->remove(to_string(entry)); });
    return true;
  });
}

// A prefetcher that ends removes its entries: only a running one knows which segments are wanted.
void Prefetcher::clean_up() {
  listener_.reset();
  attempt([this] { clean_entries(*job_.entries, ""); });
}

}  // namespace walstow
