#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_PROPERTIES_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_PROPERTIES_H_

#include <deliveryoptimization.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy::delivery_optimization {

// What a download is, or shall be.
struct DownloadParts {
  v1::Job job;
  v1::JobFile file;
  // As they were given; together they are job.http.headers, which the daemon
  // does not tell.
  std::string headers;
  std::string auth_headers;
  // PEM of the client's certificate and its key, which Download puts into a
  // file (CertificateFolder). Empty: none was given.
  std::string certificate;
};

// A property that is a value of the contract. Those that only the process knows
// (callback, stream, how often, blocking) are Download's.
struct PropertyRule {
  enum class Access { kReadWrite, kReadOnly, kWriteOnly };
  // Where a change after Start goes: fields of the job, a field of the file
  // (UpdateFile), or nowhere (DO_E_INVALID_STATE).
  enum class Change { kJob, kFile, kBeforeStart };

  DODownloadProperty property;
  Access access;
  Change change;
  // Of UpdateJob or UpdateFile.
  std::vector<absl::string_view> fields;
  // Checks the value and writes it. E_INVALIDARG: its type is another one, or
  // it is not allowed. nullptr: cannot be written.
  HRESULT (*set)(const VARIANT& value, DownloadParts* parts);
  // nullptr: cannot be read.
  HRESULT (*get)(const DownloadParts& parts, VARIANT* value);
};

// nullptr: there is no such rule.
const PropertyRule* FindPropertyRule(DODownloadProperty property);

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_PROPERTIES_H_
