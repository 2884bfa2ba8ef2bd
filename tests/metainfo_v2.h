#ifndef CONVOY_TESTS_METAINFO_V2_H_
#define CONVOY_TESTS_METAINFO_V2_H_

#include <string>

namespace convoy::testing {

// A metainfo file of version 2 alone (BEP 52) of the file at `path`, as
// libtorrent makes it. Without trackers and web seeds.
std::string MetainfoV2Of(const std::string& path, int piece_length);

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_METAINFO_V2_H_
