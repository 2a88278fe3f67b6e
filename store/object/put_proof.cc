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
  const std::lock_guard lock(mutex_);
  if (piece.size == 0) {
    spare_ = std::move(piece);
  } else {
    waiting_ = std::move(piece);
  }
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

void PutProof::examine_all() {
  do {
    examine();
    read_back();
  } while (waiting_);
}

Sha256Digest PutProof::finish_frames() {
  examine_all();
  return examiner_.finish_frames();
}

Examined PutProof::finish() {
  examine_all();
  return examiner_.finish();
}

}  // namespace walstow
