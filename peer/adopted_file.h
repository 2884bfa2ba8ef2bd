#ifndef CONVOY_PEER_ADOPTED_FILE_H_
#define CONVOY_PEER_ADOPTED_FILE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "peer/cache_disk.h"
#include "peer/content_rules.h"
#include "peer/contents.h"

namespace convoy {

// Reads the whole file of `request` and holds it to its manifest: what comes
// back may be kept, by the name that `settings` give it for peers. Blocks; ends
// with CANCELLED soon after `go_on` returned false. INVALID_ARGUMENT: the
// manifest. FAILED_PRECONDITION: the file is another one, or was written
// meanwhile.
absl::StatusOr<NewContent> CheckAdoptedFile(AdoptRequest request,
                                            const ContentSettings& settings,
                                            absl::FunctionRef<bool()> go_on);

}  // namespace convoy

#endif  // CONVOY_PEER_ADOPTED_FILE_H_
