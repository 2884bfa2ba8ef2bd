#include "client/delivery_optimization/download_status.h"

#include "client/background_copy/flavour.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job_notes.h"

namespace convoy::delivery_optimization {
namespace {

DODownloadState StateOfJob(const v1::Job& job) {
  switch (job.state()) {
    case v1::JOB_STATE_QUEUED:
    case v1::JOB_STATE_CONNECTING:
    case v1::JOB_STATE_TRANSFERRING:
      return DODownloadState_Transferring;
    case v1::JOB_STATE_TRANSFERRED:
      return DODownloadState_Transferred;
    case v1::JOB_STATE_ACKNOWLEDGED:
      return DODownloadState_Finalized;
    case v1::JOB_STATE_CANCELLED:
      return background_copy::Note(job, kFinalizedNote).has_value()
                 ? DODownloadState_Finalized
                 : DODownloadState_Aborted;
    default:
      return DODownloadState_Paused;
  }
}

}  // namespace

DO_DOWNLOAD_STATUS StatusOfJob(const v1::Job& job) {
  DO_DOWNLOAD_STATUS status = {};
  status.State = StateOfJob(job);
  status.BytesTotal = static_cast<UINT64>(job.progress().total_bytes());
  status.BytesTransferred =
      static_cast<UINT64>(job.progress().transferred_bytes());
  if (job.has_error()) {
    status.ExtendedError = background_copy::HresultOfDetail(
        job.error().detail(), background_copy::DeliveryOptimizationFlavour());
  }
  if (job.state() == v1::JOB_STATE_ERROR) status.Error = status.ExtendedError;
  return status;
}

}  // namespace convoy::delivery_optimization
