#ifndef CONVOY_DO_CLIENT_DO_DOWNLOAD_STATUS_H_
#define CONVOY_DO_CLIENT_DO_DOWNLOAD_STATUS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <system_error>

#include "do_errors.h"

namespace microsoft {
namespace deliveryoptimization {

enum class download_state {
  created,
  transferring,
  transferred,
  finalized,
  aborted,
  paused,
};

// How a download is: sizes in bytes, 0 for a total that is not known.
class download_status {
 public:
  download_status() = default;
  download_status(std::uint64_t total, std::uint64_t transferred,
                  std::int32_t error, std::int32_t extended_error,
                  download_state state) noexcept
      : _bytesTotal(total),
        _bytesTransferred(transferred),
        _errorCode(error),
        _extendedErrorCode(extended_error),
        _state(state) {}

  // It stopped, and does not go on by itself.
  bool is_error() const noexcept;
  // It waits, and goes on by itself.
  bool is_transient_error() const noexcept;
  // All bytes are there; finalize() gives the file its name.
  bool is_complete() const noexcept;

  std::uint64_t bytes_total() const noexcept { return _bytesTotal; }
  std::uint64_t bytes_transferred() const noexcept { return _bytesTransferred; }
  std::error_code error_code() const noexcept;
  std::error_code extended_error_code() const noexcept;
  download_state state() const noexcept { return _state; }

 private:
  std::uint64_t _bytesTotal{0};
  std::uint64_t _bytesTransferred{0};
  std::int32_t _errorCode{0};
  std::int32_t _extendedErrorCode{0};
  download_state _state{download_state::created};
};

class download;
using status_callback_t = std::function<void(download&, download_status&)>;
// An error stops the download.
using output_stream_callback_t =
    std::function<std::error_code(const unsigned char* data, std::size_t size)>;

struct download_range {
  std::uint64_t offset;
  std::uint64_t length;
};
static constexpr std::uint64_t length_to_eof = static_cast<std::uint64_t>(-1);

}  // namespace deliveryoptimization
}  // namespace microsoft

#endif  // CONVOY_DO_CLIENT_DO_DOWNLOAD_STATUS_H_
