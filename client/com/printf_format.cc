#include "client/com/printf_format.h"

#include <algorithm>

namespace convoy {
namespace {

// The format, read from its beginning.
template <typename Char>
class Reader {
 public:
  explicit Reader(std::basic_string_view<Char> format) : left_(format) {}

  bool empty() const { return left_.empty(); }
  char Next() const { return Ascii(left_[0]); }
  bool StartsWith(std::string_view ascii) const {
    return left_.size() >= ascii.size() &&
           std::equal(ascii.begin(), ascii.end(), left_.begin(),
                      [](char a, Char b) { return a == Ascii(b); });
  }
  std::basic_string_view<Char> Take(std::size_t count) {
    const auto taken = left_.substr(0, count);
    left_.remove_prefix(taken.size());
    return taken;
  }
  // As long as the characters are some of these.
  std::basic_string_view<Char> TakeAny(std::string_view ascii) {
    std::size_t count = 0;
    while (count < left_.size() &&
           ascii.find(Ascii(left_[count])) != std::string_view::npos) {
      ++count;
    }
    return Take(count);
  }

 private:
  // '?' for others, which no conversion has.
  static char Ascii(Char c) {
    return c > 0 && c < 128 ? static_cast<char>(c) : '?';
  }

  std::basic_string_view<Char> left_;
};

// What stands before a conversion's letter on Windows; "" where there is
// nothing.
template <typename Char>
std::string_view TakeSize(Reader<Char>* reader) {
  // The longer ones first.
  for (const std::string_view size :
       {"I64", "I32", "I", "ll", "l", "hh", "h", "w", "L", "z", "t", "j"}) {
    if (reader->StartsWith(size)) {
      reader->Take(size.size());
      return size;
    }
  }
  return "";
}

bool Is(char letter, std::string_view letters) {
  return letters.find(letter) != std::string_view::npos;
}

// Size and letter as they are written here. `wide`: of a function of wide
// characters.
std::string Conversion(std::string_view size, char letter, bool wide) {
  if (Is(letter, "sScC")) {
    const bool is_text = Is(letter, "sS");
    bool is_wide = wide != Is(letter, "SC");
    if (size == "h") is_wide = false;
    if (size == "l" || size == "w") is_wide = true;
    return std::string(is_wide ? "l" : "") + (is_text ? 's' : 'c');
  }
  if (Is(letter, "diouxX")) {
    // `long` has 32 bits there.
    std::string here(size);
    if (size == "l" || size == "I32") here = "";
    if (size == "I64") here = "ll";
    if (size == "I") here = "z";
    return here + letter;
  }
  const bool is_long_double = size == "L" && Is(letter, "aAeEfFgG");
  return std::string(is_long_double ? "L" : "") + letter;
}

template <typename Char>
std::optional<std::basic_string<Char>> Translate(
    std::basic_string_view<Char> format, bool wide) {
  std::basic_string<Char> result;
  Reader<Char> reader(format);
  while (!reader.empty()) {
    const auto one = reader.Take(1);
    result += one;
    if (one[0] != Char('%')) continue;
    if (reader.StartsWith("%")) {
      result += reader.Take(1);
      continue;
    }
    result += reader.TakeAny("-+ #0123456789.*");
    const std::string_view size = TakeSize(&reader);
    if (reader.empty() || reader.StartsWith("n")) return std::nullopt;
    const std::string conversion = Conversion(size, reader.Next(), wide);
    reader.Take(1);
    result.append(conversion.begin(), conversion.end());
  }
  return result;
}

}  // namespace

std::optional<std::string> NativeFormat(std::string_view format) {
  return Translate(format, false);
}
std::optional<std::wstring> NativeFormat(std::wstring_view format) {
  return Translate(format, true);
}

}  // namespace convoy
