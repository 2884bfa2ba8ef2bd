#include "peer/beacon_message.h"

#include <algorithm>

namespace convoy {
namespace {

using Type = BeaconMessage::Type;

constexpr absl::string_view kMagic = "CVYB";
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kSigned = 1;  // The only flag of a message.
// Magic, version, type, flags, count, machine, port, nonce.
constexpr std::size_t kHeadBytes = 4 + 1 + 1 + 1 + 1 + 8 + 2 + 8;
// Time, source, and the lengths of certificate and signature.
constexpr std::size_t kProofBytes = 8 + 16 + 2 + 2;

std::size_t EntryBytes(Type type) {
  return sizeof(BeaconKey) + (type == Type::kWant ? 2 : 0) + 1;
}

// Big endian.
void Put(std::uint64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

template <typename Bytes>
void PutBytes(const Bytes& bytes, std::string* out) {
  out->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Takes integers and bytes from the front; once something is missing, nothing
// more comes.
class Cursor {
 public:
  explicit Cursor(absl::string_view bytes) : rest_(bytes) {}

  std::uint64_t Take(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char c : TakeBytes(bytes)) {
      value = value << 8 | static_cast<std::uint8_t>(c);
    }
    return value;
  }
  absl::string_view TakeBytes(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <typename Bytes>
  Bytes TakeArray() {
    Bytes result = {};
    const absl::string_view taken = TakeBytes(result.size());
    std::copy(taken.begin(), taken.end(), result.begin());
    return result;
  }

  bool ok() const { return ok_; }
  std::size_t left() const { return rest_.size(); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

std::string Encode(const BeaconMessage& message, std::uint8_t flags) {
  std::string bytes(kMagic);
  Put(kVersion, 1, &bytes);
  Put(static_cast<std::uint8_t>(message.type), 1, &bytes);
  Put(flags, 1, &bytes);
  Put(message.entries.size(), 1, &bytes);
  Put(message.machine, 8, &bytes);
  Put(message.port, 2, &bytes);
  Put(message.nonce, 8, &bytes);
  for (const BeaconMessage::Entry& entry : message.entries) {
    PutBytes(entry.key, &bytes);
    if (message.type == Type::kWant) Put(entry.known, 2, &bytes);
    Put(entry.flags, 1, &bytes);
  }
  return bytes;
}

void DecodeEntries(std::size_t count, Cursor* cursor, BeaconMessage* message) {
  // No more room than what came can fill.
  if (count * EntryBytes(message->type) > cursor->left()) {
    cursor->TakeBytes(cursor->left() + 1);
    return;
  }
  message->entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    BeaconMessage::Entry entry;
    entry.key = cursor->TakeArray<BeaconKey>();
    if (message->type == Type::kWant) {
      entry.known = static_cast<std::uint16_t>(cursor->Take(2));
    }
    entry.flags = static_cast<std::uint8_t>(cursor->Take(1));
    message->entries.push_back(entry);
  }
}

void DecodeProof(std::size_t all_bytes, Cursor* cursor,
                 BeaconDatagram* datagram) {
  BeaconProof proof;
  proof.time = absl::FromUnixMillis(static_cast<std::int64_t>(cursor->Take(8)));
  proof.source = IpAddress(cursor->TakeArray<IpAddress::Bytes>());
  proof.certificate = std::string(cursor->TakeBytes(cursor->Take(2)));
  datagram->signed_bytes = all_bytes - cursor->left();
  proof.signature = std::string(cursor->TakeBytes(cursor->Take(2)));
  datagram->proof = std::move(proof);
}

}  // namespace

std::size_t MaxBeaconEntries(Type type, std::size_t signed_bytes) {
  const std::size_t limit =
      signed_bytes == 0 ? kMaxBeaconBytes : kMaxSignedBeaconBytes;
  const std::size_t taken =
      kHeadBytes + (signed_bytes == 0 ? 0 : kProofBytes + signed_bytes);
  if (taken > limit) return 0;
  return std::min(BeaconMessage::kMaxEntries,
                  (limit - taken) / EntryBytes(type));
}

std::string EncodeBeaconMessage(const BeaconMessage& message) {
  return Encode(message, 0);
}

std::string EncodeForSignature(const BeaconMessage& message,
                               const BeaconProof& proof) {
  std::string bytes = Encode(message, kSigned);
  Put(static_cast<std::uint64_t>(absl::ToUnixMillis(proof.time)), 8, &bytes);
  PutBytes(proof.source.bytes(), &bytes);
  Put(proof.certificate.size(), 2, &bytes);
  bytes += proof.certificate;
  return bytes;
}

void AppendSignature(absl::string_view signature, std::string* bytes) {
  Put(signature.size(), 2, bytes);
  bytes->append(signature.data(), signature.size());
}

std::optional<BeaconDatagram> DecodeBeaconDatagram(absl::string_view bytes) {
  if (bytes.size() > kMaxSignedBeaconBytes) return std::nullopt;
  Cursor cursor(bytes);
  if (cursor.TakeBytes(kMagic.size()) != kMagic) return std::nullopt;
  if (cursor.Take(1) != kVersion) return std::nullopt;
  BeaconDatagram datagram;
  BeaconMessage& message = datagram.message;
  const std::uint64_t type = cursor.Take(1);
  if (type != static_cast<std::uint8_t>(Type::kWant) &&
      type != static_cast<std::uint8_t>(Type::kHere)) {
    return std::nullopt;
  }
  message.type = static_cast<Type>(type);
  const std::uint64_t flags = cursor.Take(1);
  if ((flags & ~std::uint64_t{kSigned}) != 0) return std::nullopt;
  const std::size_t count = cursor.Take(1);
  if (count == 0 || count > BeaconMessage::kMaxEntries) return std::nullopt;
  message.machine = cursor.Take(8);
  message.port = static_cast<std::uint16_t>(cursor.Take(2));
  message.nonce = cursor.Take(8);
  DecodeEntries(count, &cursor, &message);
  if (flags == kSigned) {
    DecodeProof(bytes.size(), &cursor, &datagram);
  } else if (bytes.size() > kMaxBeaconBytes) {
    return std::nullopt;
  }
  if (!cursor.ok() || cursor.left() != 0) return std::nullopt;
  return datagram;
}

}  // namespace convoy
