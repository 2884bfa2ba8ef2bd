#include "peer/rate_limiter.h"

#include <algorithm>

namespace convoy {
namespace {

// What a bucket holds: long enough for a reader that comes late, short enough
// to go unnoticed in the sum of a second.
constexpr absl::Duration kBurst = absl::Milliseconds(100);

// Who cannot be held back may be late by a little, for ever.
constexpr absl::Duration kMostCharged = absl::Seconds(1);

double BytesIn(absl::Duration time, std::int64_t rate) {
  return absl::ToDoubleSeconds(time) * static_cast<double>(rate);
}

}  // namespace

RateLimiter::RateLimiter(const Clock& clock) : clock_(clock) {}

void RateLimiter::SetLimits(std::int64_t foreground, std::int64_t background) {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  SetLimit(foreground, now, &foreground_);
  SetLimit(background, now, &background_);
}

void RateLimiter::SetOriginLimit(std::int64_t limit) {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  SetLimit(limit, now, &origin_);
}

void RateLimiter::SetLimit(std::int64_t limit, absl::Duration now,
                           Bucket* bucket) {
  if (limit == bucket->limit) return;
  bucket->limit = limit;
  // What was borrowed or saved at the old rate says nothing at the new one.
  bucket->tokens = 0;
  bucket->filled = now;
}

void RateLimiter::Fill(absl::Duration now, Bucket* bucket) {
  // Somebody else may have looked at the clock later, and been here first.
  if (now <= bucket->filled) return;
  bucket->tokens =
      std::min(bucket->tokens + BytesIn(now - bucket->filled, bucket->limit),
               BytesIn(kBurst, bucket->limit));
  bucket->filled = now;
}

bool RateLimiter::MayTake(absl::Duration now, Bucket* bucket) {
  if (bucket->limit == 0) return true;
  Fill(now, bucket);
  return bucket->tokens >= 0;
}

bool RateLimiter::TryTake(TrafficClass traffic, std::int64_t bytes,
                          TrafficFrom from) {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  Bucket& bucket = Of(traffic);
  if (!MayTake(now, &bucket)) {
    bucket.refused = now;
    return false;
  }
  const bool of_origin = from == TrafficFrom::kOrigin;
  if (of_origin && !MayTake(now, &origin_)) return false;
  if (bucket.limit != 0) bucket.tokens -= static_cast<double>(bytes);
  if (of_origin && origin_.limit != 0) {
    origin_.tokens -= static_cast<double>(bytes);
  }
  total_ += bytes;
  return true;
}

void RateLimiter::Borrow(absl::Duration now, std::int64_t bytes,
                         Bucket* bucket) {
  if (bucket->limit == 0) return;
  Fill(now, bucket);
  bucket->tokens = std::max(bucket->tokens - static_cast<double>(bytes),
                            -BytesIn(kMostCharged, bucket->limit));
}

void RateLimiter::Charge(TrafficClass traffic, std::int64_t bytes,
                         TrafficFrom from) {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  Borrow(now, bytes, &Of(traffic));
  if (from == TrafficFrom::kOrigin) Borrow(now, bytes, &origin_);
  total_ += bytes;
}

absl::Duration RateLimiter::WaitOf(absl::Duration now, Bucket bucket) {
  if (MayTake(now, &bucket)) return absl::ZeroDuration();
  // Rounded up, so that a reader who waited finds what it waited for.
  return absl::Seconds(-bucket.tokens / static_cast<double>(bucket.limit)) +
         absl::Microseconds(1);
}

absl::Duration RateLimiter::Wait(TrafficClass traffic, TrafficFrom from) const {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  const absl::Duration wait = WaitOf(now, Of(traffic));
  return from == TrafficFrom::kOrigin ? std::max(wait, WaitOf(now, origin_))
                                      : wait;
}

bool RateLimiter::IsLimited(TrafficClass traffic, TrafficFrom from) const {
  MutexLock lock(&mutex_);
  return Of(traffic).limit != 0 ||
         (from == TrafficFrom::kOrigin && origin_.limit != 0);
}

bool RateLimiter::IsShort(TrafficClass traffic) const {
  const absl::Duration now = clock_.Monotonic();
  MutexLock lock(&mutex_);
  const Bucket& bucket = Of(traffic);
  return bucket.limit != 0 && now - bucket.refused < absl::Seconds(1);
}

std::int64_t RateLimiter::total() const {
  MutexLock lock(&mutex_);
  return total_;
}

}  // namespace convoy
