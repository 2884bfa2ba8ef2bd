#ifndef CONVOY_BENCH_PAYLOAD_H_
#define CONVOY_BENCH_PAYLOAD_H_

#include <cstdint>
#include <string>

namespace convoy::bench {

// Makes a file of `size` random bytes and reads it back, so that it is cached.
// Its SHA-256 in hexadecimal digits.
std::string MakePayload(const std::string& path, std::int64_t size,
                        std::uint64_t seed);
// In hexadecimal digits.
std::string Sha256OfFile(const std::string& path);
// Ends the bench if the files differ.
void CheckSameBytes(const std::string& expected, const std::string& actual);

// `sync -d FILE`.
void SyncFile(const std::string& path);
// `sync -f FOLDER`: all that its file system has to write.
void SyncFileSystem(const std::string& folder);

}  // namespace convoy::bench

#endif  // CONVOY_BENCH_PAYLOAD_H_
