#include "daemon/dns_srv.h"

#include <algorithm>
#include <random>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"

namespace convoy {
namespace {

// RFC 1035, sections 2.3.4 and 4.1.
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxNameCharacters = 253;  // 255 bytes of labels.
constexpr unsigned kIsAnswer = 0x8000;
constexpr unsigned kIsCut = 0x0200;
constexpr unsigned kTypeSrv = 33;
constexpr unsigned kClassInternet = 1;

// Reads a message from its begin to its end.
class Reader {
 public:
  explicit Reader(absl::string_view message) : message_(message) {}

  std::size_t position() const { return position_; }

  bool Skip(std::size_t bytes) {
    if (bytes > message_.size() - position_) return false;
    position_ += bytes;
    return true;
  }
  bool Read16(unsigned* value) {
    if (message_.size() - position_ < 2) return false;
    *value = Byte(position_) << 8 | Byte(position_ + 1);
    position_ += 2;
    return true;
  }
  // Labels with dots between them; empty: the root. What stands in no host's
  // name becomes "?".
  bool ReadName(std::string* name);

 private:
  unsigned Byte(std::size_t at) const {
    return static_cast<unsigned char>(message_[at]);
  }

  const absl::string_view message_;
  std::size_t position_ = 0;
};

bool Reader::ReadName(std::string* name) {
  name->clear();
  std::size_t at = position_;
  // A pointer leads to what stands before the part that it ends: so there is no
  // way round in a circle.
  std::size_t part = position_;
  bool followed = false;
  while (at < message_.size()) {
    const unsigned length = Byte(at);
    if (length >= 0xC0) {
      if (message_.size() - at < 2) return false;
      const std::size_t target = (length & 0x3F) << 8 | Byte(at + 1);
      if (target >= part) return false;
      if (!std::exchange(followed, true)) position_ = at + 2;
      at = part = target;
      continue;
    }
    if (length > 63 || length >= message_.size() - at) return false;
    if (length == 0) {
      if (!followed) position_ = at + 1;
      return true;
    }
    if (name->size() + 1 + length > kMaxNameCharacters) return false;
    if (!name->empty()) *name += '.';
    for (const char c : message_.substr(at + 1, length)) {
      const bool usual = absl::ascii_isalnum(c) || c == '-' || c == '_';
      *name += usual ? absl::ascii_tolower(c) : '?';
    }
    at += 1 + length;
  }
  return false;
}

// One record. False: it is not whole.
bool ReadRecord(Reader* reader, std::vector<SrvRecord>* records) {
  std::string name;
  unsigned type = 0;
  unsigned of_class = 0;
  unsigned length = 0;
  constexpr std::size_t kTimeToLive = 4;
  if (!reader->ReadName(&name) || !reader->Read16(&type) ||
      !reader->Read16(&of_class) || !reader->Skip(kTimeToLive) ||
      !reader->Read16(&length)) {
    return false;
  }
  if (type != kTypeSrv || of_class != kClassInternet) {
    return reader->Skip(length);
  }
  const std::size_t end = reader->position() + length;
  unsigned priority = 0;
  unsigned weight = 0;
  unsigned port = 0;
  SrvRecord record;
  if (!reader->Read16(&priority) || !reader->Read16(&weight) ||
      !reader->Read16(&port) || !reader->ReadName(&record.target) ||
      reader->position() != end) {
    return false;
  }
  if (port == 0 || record.target.empty() ||
      record.target.find('?') != std::string::npos) {
    return true;
  }
  record.priority = static_cast<std::uint16_t>(priority);
  record.weight = static_cast<std::uint16_t>(weight);
  record.port = static_cast<std::uint16_t>(port);
  records->push_back(std::move(record));
  return true;
}

auto Key(const SrvRecord& record) {
  return std::tie(record.priority, record.weight, record.target, record.port);
}

}  // namespace

std::optional<std::vector<SrvRecord>> ParseSrvAnswer(
    absl::string_view message) {
  Reader reader(message);
  unsigned id = 0;
  unsigned flags = 0;
  unsigned questions = 0;
  unsigned answers = 0;
  if (message.size() < kHeaderBytes || !reader.Read16(&id) ||
      !reader.Read16(&flags) || !reader.Read16(&questions) ||
      !reader.Read16(&answers) || !reader.Skip(4) || (flags & kIsAnswer) == 0) {
    return std::nullopt;
  }
  std::string name;
  constexpr std::size_t kTypeAndClass = 4;
  for (unsigned i = 0; i < questions; ++i) {
    if (!reader.ReadName(&name) || !reader.Skip(kTypeAndClass)) {
      return std::nullopt;
    }
  }
  std::vector<SrvRecord> records;
  for (unsigned i = 0; i < answers && records.size() < kMaxSrvRecords; ++i) {
    if (ReadRecord(&reader, &records)) continue;
    if ((flags & kIsCut) == 0) return std::nullopt;
    break;
  }
  return records;
}

std::vector<SrvRecord> InSrvOrder(std::vector<SrvRecord> records,
                                  std::uint64_t seed) {
  // Weight 0 comes first in its priority, as RFC 2782 wants it for what
  // follows.
  absl::c_sort(records, [](const SrvRecord& a, const SrvRecord& b) {
    return Key(a) < Key(b);
  });
  records.erase(std::unique(records.begin(), records.end()), records.end());
  std::mt19937_64 random(seed);
  for (auto first = records.begin(); first != records.end(); ++first) {
    unsigned sum = 0;
    auto end = first;
    for (; end != records.end() && end->priority == first->priority; ++end) {
      sum += end->weight;
    }
    auto left = std::uniform_int_distribution<unsigned>(0, sum)(random);
    auto chosen = first;
    while (chosen->weight < left) {
      left -= chosen->weight;
      ++chosen;
    }
    std::rotate(first, chosen, chosen + 1);
  }
  return records;
}

}  // namespace convoy
