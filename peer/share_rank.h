#ifndef CONVOY_PEER_SHARE_RANK_H_
#define CONVOY_PEER_SHARE_RANK_H_

#include <cstdint>

#include "peer/share_message.h"

namespace convoy {

// The hashes by which machines agree without asking each other: all get the
// same values, so they must never change.

// The finalizer of SplitMix64: every bit of the result depends on every bit.
constexpr std::uint64_t MixBits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Of machines that could fetch a content, those with the highest ranks do.
constexpr std::uint64_t RankOf(MachineId machine, std::uint64_t content) {
  return MixBits(machine ^ MixBits(content));
}

// How much a machine likes a thing, of all machines that could take it
// (rendezvous hashing).
constexpr std::uint64_t ScoreOf(MachineId machine, std::int32_t thing) {
  return MixBits(machine ^ MixBits(static_cast<std::uint64_t>(thing) + 77));
}

}  // namespace convoy

#endif  // CONVOY_PEER_SHARE_RANK_H_
