#ifndef CONVOY_PEER_BYTE_RANGE_H_
#define CONVOY_PEER_BYTE_RANGE_H_

#include <cstdint>

namespace convoy {

// Bytes [offset, offset + length) of some file.
struct ByteRange {
  // To the end of the file, however long it is.
  static constexpr std::int64_t kToEnd = -1;

  std::int64_t offset = 0;
  std::int64_t length = kToEnd;

  std::int64_t end() const { return offset + length; }
  friend bool operator==(const ByteRange& a, const ByteRange& b) {
    return a.offset == b.offset && a.length == b.length;
  }
};

}  // namespace convoy

#endif  // CONVOY_PEER_BYTE_RANGE_H_
