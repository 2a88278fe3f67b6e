#include "proto/link/byte_stream.h"

namespace walstow {

using boost::system::error_code;

ByteStream::ByteStream(std::unique_ptr<Transport> transport)
    : transport_(std::move(transport)),
      timer_(std::make_unique<boost::asio::steady_timer>(transport_->executor())),
      state_(std::make_shared<State>(State{.transport = transport_.get()})) {}

ByteStream::~ByteStream() {
  if (state_) state_->transport = nullptr;
}

// Each chunk of a body has its own deadline, later than the one before. A timer that is already set
// then expires too early, finds that there is time left, and is set again. That takes an occasional
// system call instead of two for each chunk.
void ByteStream::set_deadline(Deadline deadline) {
  state_->expired = false;
  state_->deadline = deadline.when();
  if (state_->waits > 0 && timer_->expiry() <= state_->deadline) return;
  timer_->expires_at(state_->deadline);
  wait(state_, *timer_);
}

void ByteStream::bound_wait(Duration longest) {
  const Deadline nearer = Deadline::after(longest);
  if (!state_->expired && state_->waits > 0 && nearer.when() < state_->deadline) {
    set_deadline(nearer);
  }
}

// After it has passed, a deadline cancels repeatedly. An operation that was about to end at the
// first cancellation may have begun another wait since (TLS has several in one operation).
void ByteStream::wait(const std::shared_ptr<State>& state, boost::asio::steady_timer& timer) {
  static constexpr Duration kAgain{50};
  // The handler of an earlier wait may already be queued, hence the number. The timer is destroyed
  // with the transport.
  timer.async_wait([state, &timer, number = ++state->waits](error_code error) {
    if (error || state->waits != number || state->transport == nullptr) return;
    if (std::chrono::steady_clock::now() < state->deadline) {
      timer.expires_at(state->deadline);
    } else {
      state->expired = true;
      state->transport->cancel();
      timer.expires_after(kAgain);
    }
    wait(state, timer);
  });
}

}  // namespace walstow
