#include "proto/link/byte_stream.h"

namespace walstow {

ByteStream::ByteStream(std::unique_ptr<Transport> transport)
    : transport_(std::move(transport)),
      timer_(std::make_unique<boost::asio::steady_timer>(transport_->executor())),
      state_(std::make_shared<State>(State{.transport = transport_.get()})) {}

ByteStream::~ByteStream() {
  if (state_) state_->transport = nullptr;
}

void ByteStream::set_deadline(Deadline deadline) {
  state_->expired = false;
  const std::uint64_t number = ++state_->deadline_number;
  timer_->expires_at(deadline.when());
  // The handler of an earlier deadline may be on its way already, hence the number.
  timer_->async_wait([state = state_, number](boost::system::error_code error) {
    if (error || state->deadline_number != number || state->transport == nullptr) return;
    state->expired = true;
    state->transport->cancel();
  });
}

}  // namespace walstow
