#include "client/background_copy/error_text.h"

#include <cstdint>

#include "absl/strings/str_format.h"
#include "client/com/error_text.h"

namespace convoy::background_copy {
namespace {

struct Row {
  uint32_t code;
  const char* text;
};

// Of BITS and Delivery Optimization, and what else hresult.cc gives.
constexpr Row kTexts[] = {
    {0x8000000C, "The job kept changing while it was being changed."},
    {0x8007001D, "The disk cannot be written."},
    {0x800700B7, "It exists already."},
    {0x8007010B, "The path does not name a plain file in a folder."},
    {0x800706BA, "The daemon cannot be reached."},
    {0x80070718, "A quota is used up."},
    {0x80072EE2, "The transfer took too long."},
    {0x80072EE7, "The server's name cannot be resolved."},
    {0x80072EFD, "No connection to the server could be made."},
    {0x80072EFE, "The connection to the server broke."},
    {0x80072F78, "The server's answer cannot be understood."},
    {0x80072F7C, "A redirect was refused."},
    {0x80072F7D, "No secure channel to the server could be set up."},

    {0x00200017, "Not all files were whole; only the whole ones were kept."},
    {0x0020001A, "Some temporary files could not be removed."},
    {0x80200001, "There is no such job, or it is not the caller's."},
    {0x80200002, "The job's state does not allow this."},
    {0x80200003, "The job has no file to transfer."},
    {0x80200004, "The error does not concern a file."},
    {0x80200005, "The protocol is not known."},
    {0x8020000F, "The job has no error."},
    {0x80200010, "There is no network."},
    {0x80200011, "The file's size is not the expected one."},
    {0x80200013, "The server does not serve ranges of files."},
    {0x8020001B, "The server's answer cannot be understood."},
    {0x8020001D, "The local file was changed by somebody else."},
    {0x80200021, "A text is too long."},
    {0x80200024, "Nothing was received for too long a time."},
    {0x80200025, "The user name is too long."},
    {0x80200026, "The password is too long."},
    {0x80200027, "The target of the credentials is not known."},
    {0x80200028, "The scheme of the credentials is not known."},
    {0x8020002B, "A range is not inside the file."},
    {0x8020002C, "Ranges of a file overlap."},
    {0x8020002D, "No connection to the server could be made."},
    {0x8020002E, "The connection to the server broke."},
    {0x80200031, "The server's name cannot be resolved."},
    {0x80200035, "The proxy's name cannot be resolved."},
    {0x80200038, "No secure channel to the server could be set up."},
    {0x8020003B, "The transfer took too long."},
    {0x8020003C, "The server's certificate is not trusted."},
    {0x8020003D, "The daemon failed; please report it."},
    {0x8020003E, "A policy forbids the transfer."},
    {0x8020003F, "The proxy cannot be used."},
    {0x80200040, "The credentials cannot be used."},
    {0x80200049, "The user has too many jobs."},
    {0x80200050, "The machine has too many jobs."},
    {0x80200051, "The job has too many files."},
    {0x80200052, "The file has too many ranges."},
    {0x80200053, "The file is not the expected one."},
    {0x80200054, "The job's maximum download time is over."},
    {0x80200057, "The property is not known."},
    {0x80200058, "The property cannot be set."},
    {0x80200059, "The network costs more than the job may."},
    {0x80200063, "The maximum download size is not a size."},
    {0x80200064, "The job's files are larger than it may fetch."},
    {0x80200066, "Credentials of the user are for proxies alone."},
    {0x8020006D, "Only whole files can be fetched from there."},
    {0x80200071, "The job's HTTP method does not allow this."},
    {0x80200073, "The file at the server changed while it was read."},
    {0x80200074, "The server's certificate waits for a program's approval."},

    {0x80D02002, "Nothing was received for too long a time."},
    {0x80D02003, "There is no such job, or it is not the caller's."},
    {0x80D02004, "The job has no file to transfer."},
    {0x80D0200B, "Files do not come into the memory of a program."},
    {0x80D0200C, "The job is too old."},
    {0x80D02010, "The error does not concern a file."},
    {0x80D02011, "The property is not known."},
    {0x80D02012, "The property cannot be set."},
    {0x80D02013, "The job's state does not allow this."},
    {0x80D02014, "The job has no error."},
    {0x80D02015, "The property cannot be read."},
    {0x80D02018, "A file has neither a path nor a stream."},
    {0x80D02019, "The file has a path or a stream already."},
    {0x80D03801, "The network costs more than the job may."},
    {0x80D03806, "A policy forbids the transfer."},
    {0x80D05001, "The file at the server changed while it was read."},
    {0x80D05002, "The server's certificate is not trusted."},
    {0x80D05010, "A range is not inside the file."},
    {0x80D05011, "The server does not serve ranges of files."},
    {0x80D05012, "Ranges of a file overlap."},
    {0x80D06805, "The file is not the expected one."},
    {0x80D0681D, "The file's size is not the expected one."},
};

// For FormatMessage too.
std::string TextOf(HRESULT code) {
  for (const Row& row : kTexts) {
    if (row.code == static_cast<uint32_t>(code)) return row.text;
  }
  return "";
}

const ErrorTextRegistration kRegistration(TextOf);

}  // namespace

std::string DescriptionOf(HRESULT code) {
  const std::string text = ErrorText(code);
  return text.empty()
             ? absl::StrFormat("Error 0x%08X.", static_cast<uint32_t>(code))
             : text;
}

std::string ContextText(BG_ERROR_CONTEXT context) {
  switch (context) {
    case BG_ERROR_CONTEXT_NONE:
      return "No more is told of where the error occurred.";
    case BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER:
      return "The error occurred in the daemon's queue of jobs.";
    case BG_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION:
      return "The error occurred while the program was being notified.";
    case BG_ERROR_CONTEXT_LOCAL_FILE:
      return "The error occurred with the local file.";
    case BG_ERROR_CONTEXT_REMOTE_FILE:
      return "The error occurred with the remote file.";
    case BG_ERROR_CONTEXT_GENERAL_TRANSPORT:
      return "The error occurred on the way to the server.";
    case BG_ERROR_CONTEXT_REMOTE_APPLICATION:
      return "The error occurred in the server's application.";
    case BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK:
      return "The error occurred while the server's certificate was checked.";
    case BG_ERROR_CONTEXT_UNKNOWN:
      break;
  }
  return "Where the error occurred is not known.";
}

}  // namespace convoy::background_copy
