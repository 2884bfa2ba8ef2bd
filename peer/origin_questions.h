#ifndef CONVOY_PEER_ORIGIN_QUESTIONS_H_
#define CONVOY_PEER_ORIGIN_QUESTIONS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "peer/base/executor.h"
#include "peer/http_settings.h"
#include "peer/origin_transport.h"
#include "peer/small_get.h"

namespace convoy {

// Asks origins which version of a file they have now, with requests for one
// byte. Thread: the transport's executor. Destroying it drops what was asked.
class OriginQuestions {
 public:
  using Answer = absl::AnyInvocable<void(absl::StatusOr<Validator>) &&>;

  // Neither is owned.
  OriginQuestions(OriginTransport* transport, Executor* executor)
      : transport_(transport), executor_(executor) {}

  // Errors: of SmallGet. Never answered from inside.
  void Ask(const std::string& url, std::shared_ptr<const HttpSettings> http,
           Answer answer);
  void Stop() { asked_.clear(); }

 private:
  OriginTransport* const transport_;
  Executor* const executor_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::unique_ptr<SmallGet>> asked_;
};

}  // namespace convoy

#endif  // CONVOY_PEER_ORIGIN_QUESTIONS_H_
