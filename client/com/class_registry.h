#ifndef CONVOY_CLIENT_COM_CLASS_REGISTRY_H_
#define CONVOY_CLIENT_COM_CLASS_REGISTRY_H_

#include <combaseapi.h>

namespace convoy {

// Makes an object of `clsid` and gives its interface `riid`, as
// IClassFactory::CreateInstance without an outer object. Any thread.
using CreateComObject = HRESULT (*)(REFCLSID clsid, REFIID riid, void** object);

// Makes a class known to CoCreateInstance and CoGetClassObject for as long as
// the process lives; a later call for the same class replaces it. Any thread,
// also while static variables are initialised.
void RegisterComClass(REFCLSID clsid, CreateComObject create);

// For a variable of the library that has the class.
struct ComClassRegistration {
  ComClassRegistration(REFCLSID clsid, CreateComObject create) {
    RegisterComClass(clsid, create);
  }
};

}  // namespace convoy

#endif  // CONVOY_CLIENT_COM_CLASS_REGISTRY_H_
