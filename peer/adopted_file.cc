#include "peer/adopted_file.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "peer/base/status_macros.h"
#include "peer/file_identity_stamp.h"
#include "peer/manifest.h"
#include "peer/manifest_check.h"
#include "peer/piece_layout.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

absl::Status AnotherFile(absl::string_view path, absl::string_view why) {
  return Error(v1::ERROR_REASON_VALIDATION_FAILED, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .StatusWithCode(absl::StatusCode::kFailedPrecondition,
                      absl::StrCat(path, " is not the manifest's file: ", why));
}

}  // namespace

absl::StatusOr<NewContent> CheckAdoptedFile(AdoptRequest request,
                                            const ContentSettings& settings,
                                            absl::FunctionRef<bool()> go_on) {
  const absl::StatusOr<std::shared_ptr<const Manifest>> read =
      ReadManifest(request.metainfo);
  if (!read.ok()) {
    return InvalidField("manifest_path", read.status().message());
  }
  const Manifest& manifest = **read;
  const std::string& path = request.keep.local_path;

  NewContent content;
  CONVOY_ASSIGN_OR_RETURN(content.verified, StampOf(request.file.get()));
  const absl::StatusOr<std::optional<PieceIndex>> wrong =
      FirstWrongPiece(request.file.get(), manifest, go_on);
  if (ErrorDetailOf(wrong.status()).reason() ==
      v1::ERROR_REASON_SIZE_MISMATCH) {
    return AnotherFile(path, wrong.status().message());
  }
  CONVOY_RETURN_IF_ERROR(wrong.status());
  if (wrong->has_value()) {
    return AnotherFile(
        path, absl::StrCat("piece ", (*wrong)->value, " of ",
                           manifest.layout.count(), " has other bytes"));
  }
  CONVOY_ASSIGN_OR_RETURN(const std::shared_ptr<const Manifest> named,
                          settings.NameForPeers(*read));
  content.keep = std::move(request.keep);
  content.keep.content_id = named->info_hash;
  content.file = std::move(request.file);
  content.name = manifest.name;
  if (!manifest.url_seeds.empty()) content.source_url = manifest.url_seeds[0];
  content.piece_length = manifest.layout.piece_length();
  content.metainfo = named->metainfo;
  content.is_private = manifest.is_private;
  return content;
}

}  // namespace convoy
