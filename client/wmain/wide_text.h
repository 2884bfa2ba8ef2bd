#ifndef CONVOY_CLIENT_WMAIN_WIDE_TEXT_H_
#define CONVOY_CLIENT_WMAIN_WIDE_TEXT_H_

namespace convoy {

// Texts in UTF-8, ended by NULL, as wide ones. They live as long as the
// process. NULL: there is no memory.
wchar_t** WidenTexts(char** texts);

}  // namespace convoy

#endif  // CONVOY_CLIENT_WMAIN_WIDE_TEXT_H_
