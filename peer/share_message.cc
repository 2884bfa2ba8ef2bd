#include "peer/share_message.h"

#include <utility>

namespace convoy {
namespace {

constexpr std::uint8_t kVersion = 1;

enum Section : std::uint8_t {
  kRecords = 1,
  kHashes = 2,
  kHashRequests = 3,
  kRelayed = 4,
};
enum RecordFlag : std::uint8_t { kUsable = 1, kWants = 2, kCandidate = 4 };
enum ClaimFlag : std::uint8_t { kTakeover = 1 };

void Put(std::uint64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

void PutSpan(PieceSpan span, std::string* out) {
  Put(static_cast<std::uint64_t>(span.first.value), 4, out);
  Put(static_cast<std::uint64_t>(span.count()), 2, out);
}

void PutRecord(const ClaimRecord& record, std::string* out) {
  Put(record.machine, 8, out);
  Put(record.sequence, 4, out);
  Put((record.usable ? kUsable : 0) | (record.wants ? kWants : 0) |
          (record.candidate ? kCandidate : 0),
      1, out);
  Put(record.blocks, 4, out);
  Put(record.claims.size(), 1, out);
  for (const ClaimedSpan& claim : record.claims) {
    PutSpan(claim.pieces, out);
    Put(claim.takeover ? kTakeover : 0, 1, out);
  }
  Put(record.fetched.size(), 1, out);
  for (const PieceSpan& span : record.fetched) PutSpan(span, out);
}

void PutSection(Section type, const std::string& body, std::string* out) {
  Put(type, 1, out);
  Put(body.size(), 2, out);
  out->append(body);
}

// Takes values off the front; after the first failure everything fails.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return !ok_ || rest_.empty(); }

  absl::string_view Bytes(std::size_t length) {
    if (rest_.size() < length) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const absl::string_view bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return bytes;
  }
  std::uint64_t Integer(int length) {
    std::uint64_t value = 0;
    for (const char byte : Bytes(static_cast<std::size_t>(length))) {
      value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
  }
  std::uint8_t Byte() { return static_cast<std::uint8_t>(Integer(1)); }
  // A number of things; fails beyond `max`.
  std::size_t Count(int length, std::size_t max) {
    const std::uint64_t count = Integer(length);
    if (count > max) ok_ = false;
    return ok_ ? static_cast<std::size_t>(count) : 0;
  }
  PieceIndex Piece() {
    const std::uint64_t piece = Integer(4);
    if (piece >= PieceLayout::kMaxCount) ok_ = false;
    return PieceIndex{ok_ ? static_cast<std::int32_t>(piece) : 0};
  }
  PieceSpan Span() {
    const PieceIndex first = Piece();
    const auto count = static_cast<std::int32_t>(Integer(2));
    if (count == 0 || count > ClaimRecord::kMaxPieces ||
        first.value + count > PieceLayout::kMaxCount) {
      ok_ = false;
    }
    return {first, PieceIndex{first.value + count}};
  }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

ClaimRecord ReadRecord(Reader& reader) {
  ClaimRecord record;
  record.machine = reader.Integer(8);
  record.sequence = static_cast<std::uint32_t>(reader.Integer(4));
  const std::uint8_t flags = reader.Byte();
  record.usable = (flags & kUsable) != 0;
  record.wants = (flags & kWants) != 0;
  record.candidate = (flags & kCandidate) != 0;
  record.blocks = static_cast<std::uint32_t>(reader.Integer(4));
  for (auto n = reader.Count(1, ClaimRecord::kMaxSpans); n > 0; --n) {
    ClaimedSpan claim;
    claim.pieces = reader.Span();
    claim.takeover = (reader.Byte() & kTakeover) != 0;
    if (reader.ok()) record.claims.push_back(claim);
  }
  for (auto n = reader.Count(1, ClaimRecord::kMaxSpans); n > 0; --n) {
    const PieceSpan span = reader.Span();
    if (reader.ok()) record.fetched.push_back(span);
  }
  return record;
}

// False: the section is not what it should be.
bool ReadSection(std::uint8_t type, absl::string_view body,
                 ShareMessage* message) {
  if (type == kRelayed) message->relayed = true;
  Reader reader(body);
  while (!reader.AtEnd()) {
    switch (type) {
      case kRecords:
        message->records.push_back(ReadRecord(reader));
        break;
      case kHashes: {
        const PieceIndex piece = reader.Piece();
        message->hashes.push_back(
            {piece, std::string(reader.Bytes(PieceHash::kSize))});
        break;
      }
      case kHashRequests:
        message->hash_requests.push_back(reader.Piece());
        break;
      default:
        return true;
    }
    if (message->records.size() > ShareMessage::kMaxRecords ||
        message->hashes.size() > ShareMessage::kMaxHashes ||
        message->hash_requests.size() > ShareMessage::kMaxRequests) {
      return false;
    }
  }
  return reader.ok();
}

}  // namespace

std::string EncodeShareMessage(const ShareMessage& message) {
  std::string out;
  Put(kVersion, 1, &out);
  std::string body;
  for (const ClaimRecord& record : message.records) PutRecord(record, &body);
  if (!body.empty()) PutSection(kRecords, body, &out);
  body.clear();
  for (const PieceHash& hash : message.hashes) {
    Put(static_cast<std::uint64_t>(hash.piece.value), 4, &body);
    body.append(hash.sha1);
  }
  if (!body.empty()) PutSection(kHashes, body, &out);
  body.clear();
  for (const PieceIndex piece : message.hash_requests) {
    Put(static_cast<std::uint64_t>(piece.value), 4, &body);
  }
  if (!body.empty()) PutSection(kHashRequests, body, &out);
  if (message.relayed) PutSection(kRelayed, "", &out);
  return out;
}

std::optional<ShareMessage> DecodeShareMessage(absl::string_view payload) {
  if (payload.size() > ShareMessage::kMaxLength) return std::nullopt;
  Reader reader(payload);
  if (reader.Byte() != kVersion) return std::nullopt;
  ShareMessage message;
  while (!reader.AtEnd()) {
    const std::uint8_t type = reader.Byte();
    const auto length = static_cast<std::size_t>(reader.Integer(2));
    const absl::string_view body = reader.Bytes(length);
    if (!reader.ok() || !ReadSection(type, body, &message)) {
      return std::nullopt;
    }
  }
  if (!reader.ok()) return std::nullopt;
  return message;
}

}  // namespace convoy
