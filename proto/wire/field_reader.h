// Reads the fields of a request head from outside. Private to this folder.
#pragma once

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/command.h"

namespace walstow {

// Returns text from outside in a form that is safe in a message.
std::string shown(std::string_view text);

// The form that the value of a field must have.
template <class Value>
struct FieldForm {
  std::string_view name;
  std::optional<Value> (*parse)(std::string_view);
  std::string_view description;  // completes the message "NAME is ..."
};

namespace form {
inline constexpr std::string_view kSegmentSizeText =
    "a power of two from 1048576 to 1073741824 (bytes)";
extern const FieldForm<std::uint64_t> kSystem;
extern const FieldForm<SegmentSize> kSegmentSize;
extern const FieldForm<std::uint64_t> kSize;
extern const FieldForm<Digest> kDigest;
extern const FieldForm<Sha256Digest> kSha256;
extern const FieldForm<Encoding> kContentEncoding;
extern const FieldForm<std::string> kRequest;
extern const FieldForm<WalFileName> kRestartpoint;
extern const FieldForm<bool> kExpect;  // "100-continue" gives true; anything else is invalid
extern const FieldForm<std::string> kPublicKey;
extern const FieldForm<Grants> kGrants;
extern const FieldForm<Grants> kIfGrants;
extern const FieldForm<Time> kUntil;
}  // namespace form

// Reads fields one by one. The first invalid field becomes the refusal; fields that are read after
// it do not count.
class FieldReader {
 public:
  explicit FieldReader(const Fields& fields) : fields_(fields) {}

  // Returns nullopt if the field is absent, or refused because it is invalid.
  template <class Value>
  std::optional<Value> optional(const FieldForm<Value>& form) {
    const std::string* text = fields_.find(form.name);
    if (text == nullptr) return std::nullopt;
    auto value = form.parse(*text);
    if (!value) refuse_value(form.name, *text, form.description);
    return value;
  }

  // Returns nullopt if the field was refused.
  template <class Value>
  std::optional<Value> required(const FieldForm<Value>& form) {
    if (fields_.find(form.name) == nullptr) refuse_absence(form.name, form.description);
    return optional(form);
  }

  // Reads the complete instance or nothing. Refuses the other fields of an instance if
  // Walstow-Instance is absent.
  std::optional<Instance> instance();
  // Returns kZstd only if the client names zstd: programs that cannot read it may send "*".
  Encoding accepted_encoding() const;

  void refuse(Refusal refusal);
  const std::optional<Refusal>& refused() const { return refusal_; }

 private:
  void refuse_value(std::string_view name, std::string_view value, std::string_view description);
  void refuse_absence(std::string_view name, std::string_view description);

  const Fields& fields_;
  std::optional<Refusal> refusal_;
};

}  // namespace walstow
