#include "peer/origin_questions.h"

#include <utility>

#include "absl/time/time.h"
#include "peer/byte_range.h"

namespace convoy {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

void OriginQuestions::Ask(const std::string& url,
                          std::shared_ptr<const HttpSettings> http,
                          Answer answer) {
  OriginRequest request;
  request.url = url;
  request.range = ByteRange{0, 1};
  request.settings = std::move(http);
  const std::uint64_t id = ++last_;
  std::unique_ptr<SmallGet>& get = asked_[id];
  get = std::make_unique<SmallGet>(transport_, executor_);
  get->Start(
      std::move(request), SmallGet::Want::kHead, kPatience,
      [this, id, answer = std::move(answer)](SmallGet::Answer got) mutable {
        asked_.erase(id);
        if (got.status.ok()) {
          std::move(answer)(std::move(got.answer.validator));
        } else {
          std::move(answer)(std::move(got.status));
        }
      });
}

}  // namespace convoy
