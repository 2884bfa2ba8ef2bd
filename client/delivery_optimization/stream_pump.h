#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_STREAM_PUMP_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_STREAM_PUMP_H_

#include <objidl.h>
#include <wrl/client.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "client/client_options.h"
#include "client/file_reader.h"
#include "peer/base/mutex.h"

namespace convoy::delivery_optimization {

// Writes the bytes of a download's file to a stream, in rising order, as they
// are verified, on a thread of its own. What lies between its ranges is left
// out. After the last byte it commits; a stream that cannot (E_NOTIMPL) need
// not. A lost connection is taken up again. The pump fails where a stream
// refuses, or has bytes of a version of the file that is no more.
class StreamPump {
 public:
  enum class State { kRuns, kDone, kFailed };

  // `on_end` is called on the pump's thread when it is done or has failed.
  StreamPump(const ClientOptions& client, std::string job_id,
             Microsoft::WRL::ComPtr<ISequentialStream> stream,
             std::function<void(State)> on_end);
  // Stops; waits for a Write that runs, unless it is that Write which destroys
  // the pump.
  ~StreamPump();
  StreamPump(const StreamPump&) = delete;
  StreamPump& operator=(const StreamPump&) = delete;

  State state() const;
  // Why it failed: what Write or Commit answered, or that the file changed.
  // S_OK: it has not.
  HRESULT error() const;
  // The job goes on, or may have; also after a stream refused.
  void GoOn();

 private:
  // What the thread uses; it outlives the pump for as long as the thread runs.
  struct Shared {
    ClientOptions client;
    std::string job_id;
    Microsoft::WRL::ComPtr<ISequentialStream> stream;
    std::function<void(State)> on_end;

    mutable Mutex mutex;
    CondVar changed;
    bool stopping ABSL_GUARDED_BY(mutex) = false;
    bool go_on ABSL_GUARDED_BY(mutex) = false;
    // The thread has ended, or will.
    bool over ABSL_GUARDED_BY(mutex) = false;
    State state ABSL_GUARDED_BY(mutex) = State::kRuns;
    HRESULT error ABSL_GUARDED_BY(mutex) = S_OK;
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
  // REMOTE_FILE_CHANGED: the stream has bytes of another version.
  static absl::Status CheckVersion(Shared& shared);
  static HRESULT Write(Shared& shared, const std::string& data);
  static HRESULT Commit(Shared& shared);
  // Tells the end of a run; false: the pump stops.
  static bool End(Shared& shared, State state, HRESULT error);
  // Waits for GoOn or, at most, for `time`; false: the pump stops.
  static bool Wait(Shared& shared, absl::Duration time);

  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_STREAM_PUMP_H_
