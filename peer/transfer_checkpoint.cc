#include "peer/transfer_checkpoint.h"

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

constexpr char kFormat = 1;
constexpr std::uint64_t kMaxTextLength = 8192;
constexpr int kChecksumLength = 8;

std::uint64_t Fnv1a(absl::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return hash;
}

void PutFixed64(std::uint64_t value, std::string* out) {
  for (int i = 0; i < 8; ++i) {
    out->push_back(static_cast<char>(value >> (8 * i)));
  }
}

void PutVarint(std::uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

void PutText(absl::string_view text, std::string* out) {
  PutVarint(text.size(), out);
  absl::StrAppend(out, text);
}

// Takes values off the front; after the first failure everything fails.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

  std::uint64_t Byte() {
    if (rest_.empty()) return Fail();
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::uint64_t Fixed64() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= Byte() << (8 * i);
    return value;
  }
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      const std::uint64_t byte = Byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return Fail();
  }
  std::string Text() {
    const std::uint64_t length = Varint();
    if (length > kMaxTextLength || length > rest_.size()) {
      Fail();
      return "";
    }
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return text;
  }

 private:
  std::uint64_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  absl::string_view rest_;
  bool ok_ = true;
};

// Runs as pairs: pieces not flushed, pieces flushed.
bool ReadFlushed(Reader* reader, TransferCheckpoint* checkpoint) {
  const auto count = static_cast<std::uint64_t>(checkpoint->layout.count());
  std::uint64_t at = 0;
  while (!reader->AtEnd()) {
    const std::uint64_t gap = reader->Varint();
    const std::uint64_t run = reader->Varint();
    const bool touches = gap == 0 && at != 0;
    if (!reader->ok() || run == 0 || touches || gap > count - at ||
        run > count - at - gap) {
      return false;
    }
    at += gap + run;
    checkpoint->flushed.push_back(
        {PieceIndex{static_cast<std::int32_t>(at - run)},
         PieceIndex{static_cast<std::int32_t>(at)}});
  }
  return true;
}

}  // namespace

std::string TransferCheckpoint::Encode() const {
  std::string out;
  out.push_back(kFormat);
  out.push_back(static_cast<char>(source));
  PutFixed64(url_key, &out);
  PutFixed64(ranges_key, &out);
  PutVarint(static_cast<std::uint64_t>(layout.size()), &out);
  PutVarint(static_cast<std::uint64_t>(layout.piece_length()), &out);
  PutVarint(
      complete_length ? static_cast<std::uint64_t>(*complete_length) + 1 : 0,
      &out);
  PutText(validator.etag, &out);
  PutText(validator.last_modified, &out);
  std::int32_t at = 0;
  for (const PieceSpan& span : flushed) {
    PutVarint(static_cast<std::uint64_t>(span.first.value - at), &out);
    PutVarint(static_cast<std::uint64_t>(span.count()), &out);
    at = span.end.value;
  }
  PutFixed64(Fnv1a(out), &out);
  return out;
}

std::optional<TransferCheckpoint> TransferCheckpoint::Decode(
    absl::string_view bytes) {
  if (bytes.size() <= kChecksumLength) return std::nullopt;
  const absl::string_view body =
      bytes.substr(0, bytes.size() - kChecksumLength);
  if (Reader(bytes.substr(body.size())).Fixed64() != Fnv1a(body)) {
    return std::nullopt;
  }
  Reader reader(body);
  TransferCheckpoint checkpoint;
  if (reader.Byte() != kFormat) return std::nullopt;
  const std::uint64_t source = reader.Byte();
  if (source < 1 || source > 3) return std::nullopt;
  checkpoint.source = static_cast<Source>(source);
  checkpoint.url_key = reader.Fixed64();
  checkpoint.ranges_key = reader.Fixed64();
  const auto size = static_cast<std::int64_t>(reader.Varint());
  const auto piece_length = static_cast<std::int64_t>(reader.Varint());
  const std::uint64_t complete_length = reader.Varint();
  if (complete_length > 0) {
    checkpoint.complete_length = static_cast<std::int64_t>(complete_length - 1);
  }
  checkpoint.validator.etag = reader.Text();
  checkpoint.validator.last_modified = reader.Text();
  const std::optional<PieceLayout> layout =
      PieceLayout::Make(size, piece_length);
  if (!reader.ok() || !layout) return std::nullopt;
  checkpoint.layout = *layout;
  if (!ReadFlushed(&reader, &checkpoint)) return std::nullopt;
  return checkpoint;
}

std::uint64_t TransferCheckpoint::KeyOfUrl(absl::string_view url) {
  return Fnv1a(url);
}

std::uint64_t TransferCheckpoint::KeyOfRanges(
    const std::vector<ByteRange>& ranges) {
  std::string bytes;
  for (const ByteRange& range : ranges) {
    PutFixed64(static_cast<std::uint64_t>(range.offset), &bytes);
    PutFixed64(static_cast<std::uint64_t>(range.length), &bytes);
  }
  return Fnv1a(bytes);
}

}  // namespace convoy
