// Smart pointers that throw, and their exception.
#ifndef CONVOY_COMPAT_COMDEF_H_
#define CONVOY_COMPAT_COMDEF_H_

#include <comip.h>
#include <comutil.h>
#include <ole2.h>

// Declares the pointer InterfacePtr. The id is __uuidof(Interface), whatever
// `iid` says.
#define _COM_SMARTPTR_TYPEDEF(Interface, iid) \
  typedef _com_ptr_t<_com_IIID<Interface>> Interface##Ptr

_COM_SMARTPTR_TYPEDEF(IUnknown, __uuidof(IUnknown));
_COM_SMARTPTR_TYPEDEF(IClassFactory, __uuidof(IClassFactory));
_COM_SMARTPTR_TYPEDEF(IEnumUnknown, __uuidof(IEnumUnknown));
_COM_SMARTPTR_TYPEDEF(ISequentialStream, __uuidof(ISequentialStream));
_COM_SMARTPTR_TYPEDEF(IStream, __uuidof(IStream));
_COM_SMARTPTR_TYPEDEF(IGlobalInterfaceTable, __uuidof(IGlobalInterfaceTable));

#endif  // CONVOY_COMPAT_COMDEF_H_
