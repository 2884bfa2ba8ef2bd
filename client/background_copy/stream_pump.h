#ifndef CONVOY_CLIENT_BACKGROUND_COPY_STREAM_PUMP_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_STREAM_PUMP_H_

#include <objidl.h>
#include <wrl/client.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/file_reader.h"
#include "peer/base/mutex.h"

namespace convoy::background_copy {

// Writes the bytes of a job's file to a stream, in rising order, as they are
// verified, on a thread of its own. What lies between its ranges is left
// out. After the last byte it commits; a stream that cannot (E_NOTIMPL) need
// not. A lost connection is taken up again. The pump fails where a stream
// refuses, or has bytes of a version of the file that is no more; it is over
// when the job ends before the stream has all.
// A job whose stream failed is suspended.
class StreamPump {
 public:
  enum class State { kRuns, kDone, kFailed, kOver };

  // `on_end` is called on the pump's thread at each change of the state but to
  // kRuns.
  StreamPump(const ClientOptions& client, std::string job_id, int file_index,
             Microsoft::WRL::ComPtr<ISequentialStream> stream,
             std::function<void(State)> on_end);
  // Stops; waits for a Write that runs, but not longer than 5 seconds (it may
  // wait for a lock that the caller holds), and not from inside of it.
  ~StreamPump();
  StreamPump(const StreamPump&) = delete;
  StreamPump& operator=(const StreamPump&) = delete;

  State state() const;
  // Why it failed: what Write or Commit answered, or that the file changed.
  // S_OK: it has not.
  HRESULT error() const;
  // How often it has failed.
  int failures() const;
  // The job goes on, or may have. A stream that refused is tried again if it
  // has failed `failures` times: what it refused since then, nobody has seen.
  void GoOn(int failures);

 private:
  // What the thread uses; it outlives the pump for as long as the thread runs.
  struct Shared {
    ClientOptions client;
    std::string job_id;
    int file_index = 0;
    Microsoft::WRL::ComPtr<ISequentialStream> stream;
    std::function<void(State)> on_end;

    mutable Mutex mutex;
    CondVar changed;
    bool stopping ABSL_GUARDED_BY(mutex) = false;
    bool go_on ABSL_GUARDED_BY(mutex) = false;
    // The thread touches nothing of the program's any more.
    bool ended ABSL_GUARDED_BY(mutex) = false;
    // It ends, whatever comes.
    bool over ABSL_GUARDED_BY(mutex) = false;
    State state ABSL_GUARDED_BY(mutex) = State::kRuns;
    HRESULT error ABSL_GUARDED_BY(mutex) = S_OK;
    int failures ABSL_GUARDED_BY(mutex) = 0;
    FileReader* reader ABSL_GUARDED_BY(mutex) = nullptr;
    // Next byte of the local file. The thread's.
    std::int64_t position = 0;
    bool has_all = false;
    // Of the version whose bytes the stream has. Empty: none yet.
    std::string version;
  };

  static void Run(const std::shared_ptr<Shared>& shared);
  // One call of ReadFile; OK: the last byte has been written.
  static absl::Status Read(Shared& shared);
  // Empty: the origin has told none.
  static absl::StatusOr<std::string> VersionNow(const Shared& shared);
  // REMOTE_FILE_CHANGED: the stream has bytes of another version.
  static absl::Status CheckVersion(Shared& shared);
  static HRESULT Write(Shared& shared, const std::string& data);
  static HRESULT Commit(Shared& shared);
  // Tells the end of a run, and suspends the job where it failed; false: the
  // pump stops.
  static bool End(Shared& shared, State state, HRESULT error);
  // Waits for GoOn or, at most, for `time`; false: the pump stops.
  static bool Wait(Shared& shared, absl::Duration time);

  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_STREAM_PUMP_H_
