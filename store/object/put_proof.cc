#include "store/object/put_proof.h"

#include <utility>

namespace walstow {

PutProof::PutProof(StagedObject& staged, const WalFileName& file)
    : back_(staged.read_back()),
      is_segment_(file.kind() == FileKind::kSegment),
      content_(file),
      examiner_([this](ByteView raw) {
        content_.add(raw);
        if (is_segment_) end_.add(raw);
      }) {}

void PutProof::read_back() {
  Piece piece;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_) return;
    piece = std::exchange(spare_, {});
  }
  if (piece.buffer.empty()) piece.buffer = Buffer(kChunkSize);
  piece.size = back_->read(piece.buffer);
  if (piece.size == 0) return;
  const std::lock_guard lock(mutex_);
  waiting_ = std::move(piece);
}

void PutProof::examine() {
  std::optional<Piece> piece;
  {
    const std::lock_guard lock(mutex_);
    piece = std::exchange(waiting_, std::nullopt);
  }
  if (!piece) return;
  examiner_.write(piece->buffer.first(piece->size));
  const std::lock_guard lock(mutex_);
  spare_ = *std::move(piece);
}

Examined PutProof::finish() {
  examine();
  Buffer buffer = std::exchange(spare_, {}).buffer;
  if (buffer.empty()) buffer = Buffer(kChunkSize);
  while (const std::size_t size = back_->read(buffer))
    examiner_.write(buffer.first(size));
  return examiner_.finish();
}

}  // namespace walstow
