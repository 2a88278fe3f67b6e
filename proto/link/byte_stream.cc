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

// Each piece of a body has a deadline of its own, later than the one before. A timer that is set
// already goes off too early then, finds that there is time left, and is set again: that takes a
// system call now and then, rather than two for each piece.
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

// Once it has passed, a deadline cancels again and again: what was about to end by itself when the
// first one came may have begun another wait since (TLS has several in one operation).
void ByteStream::wait(const std::shared_ptr<State>& state, boost::asio::steady_timer& timer) {
  static constexpr Duration kAgain{50};
  // The handler of an earlier wait may be on its way already, hence the number. The timer goes with
  // the transport.
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
