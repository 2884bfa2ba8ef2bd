#ifndef CONVOY_CLIENT_BACKGROUND_COPY_FILE_STREAMS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_FILE_STREAMS_H_

#include <objidl.h>
#include <wrl/client.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/background_copy/job_access.h"
#include "client/background_copy/stream_pump.h"
#include "convoy/v1/job.pb.h"
#include "peer/base/mutex.h"

namespace convoy::background_copy {

class Session;

// The streams of this process that get files of Delivery Optimization's jobs
// (DOFilePropertyId_DownloadSinkInterface). Here a job is TRANSFERRED when its
// streams have all, and in ERROR when one has refused: Show.
//
// Thread-safe. Never destroyed.
class FileStreams {
 public:
  using Stream = Microsoft::WRL::ComPtr<ISequentialStream>;

  explicit FileStreams(Session& session) : session_(session) {}
  FileStreams(const FileStreams&) = delete;
  FileStreams& operator=(const FileStreams&) = delete;

  // Writes the file's bytes to the stream from now on, on a thread of its own.
  // REQUIRES: the file has no stream.
  void Add(const JobAccess& job, int file_index, Stream stream);
  // Empty: it has none in this process.
  Stream Find(const std::string& job_id, int file_index);

  // The job as it is for its streams.
  void Show(v1::Job* job);
  // What the stream answered that refused first. S_OK: none has.
  HRESULT Refusal(const std::string& job_id);
  // The code of an error that a shown job has.
  HRESULT CodeOf(const JobAccess& job, const v1::JobError& error);

  // How often each stream of the job has refused so far.
  using Refusals = std::vector<std::pair<std::shared_ptr<StreamPump>, int>>;
  Refusals RefusalsOf(const std::string& job_id);
  // The job goes on: those that had refused then are tried again.
  static void GoOn(const Refusals& refusals);
  // Releases the job's streams. Waits for a Write that runs, but not from
  // inside of it.
  void Remove(const std::string& job_id);

 private:
  struct Entry {
    Stream stream;
    std::shared_ptr<StreamPump> pump;
  };
  using Entries = std::map<int, Entry>;  // By the file's index.

  Session& session_;
  Mutex mutex_;
  std::map<std::string, Entries> jobs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_FILE_STREAMS_H_
