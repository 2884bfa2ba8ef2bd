#ifndef CONVOY_CLIENT_COM_UTF8_SCOPE_H_
#define CONVOY_CLIENT_COM_UTF8_SCOPE_H_

#include <locale.h>

namespace convoy {

// While it lives, char text of this thread's printf and its like is UTF-8,
// whatever the program's locale is.
class Utf8Scope {
 public:
  Utf8Scope() : before_(::uselocale(Utf8())) {}
  ~Utf8Scope() { ::uselocale(before_); }
  Utf8Scope(const Utf8Scope&) = delete;
  Utf8Scope& operator=(const Utf8Scope&) = delete;

 private:
  static locale_t Utf8() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8;
  }
  const locale_t before_;
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_UTF8_SCOPE_H_
