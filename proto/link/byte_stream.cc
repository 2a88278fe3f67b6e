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

void ByteStream::set_deadline(Deadline deadline) {
  state_->expired = false;
  ++state_->deadline_number;
  timer_->expires_at(deadline.when());
  expire(state_, *timer_);
}

// Once it has passed, a deadline cancels again and again: what was about to end by itself when the
// first one came may have begun another wait since (TLS has several in one operation).
void ByteStream::expire(const std::shared_ptr<State>& state, boost::asio::steady_timer& timer) {
  static constexpr Duration kAgain{50};
  // The handler of an earlier deadline may be on its way already, hence the number. The timer goes
  // with the transport.
  timer.async_wait([state, &timer, number = state->deadline_number](error_code error) {
    if (error || state->deadline_number != number || state->transport == nullptr) return;
    state->expired = true;
    state->transport->cancel();
    timer.expires_after(kAgain);
    expire(state, timer);
  });
}

}  // namespace walstow
