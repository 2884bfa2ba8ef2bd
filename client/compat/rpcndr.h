// How the headers here declare an interface, for C++ and for C at once:
//
//   #undef INTERFACE
//   #define INTERFACE IExample
//   DECLARE_INTERFACE_(IExample, IUnknown) {
//     CONVOY_BASE(CONVOY_IUNKNOWN)         the base's methods, in C only
//     STDMETHOD(Method)(THIS_ LPWSTR* value) PURE;
//   };
//
// In C++ it is a struct whose virtual methods stand in the order of Windows'
// slots, without a destructor, which would take two; in C a struct with an
// lpVtbl. Both see the same objects.
#ifndef CONVOY_COMPAT_RPCNDR_H_
#define CONVOY_COMPAT_RPCNDR_H_

#include <rpc.h>
#include <rpcsal.h>
#include <winerror.h>

typedef uint8_t byte;
typedef uint8_t boolean;
typedef int64_t hyper;

#ifndef interface
#define interface struct
#endif

#define STDMETHODCALLTYPE
#define STDMETHODVCALLTYPE
#define STDAPICALLTYPE
#define STDMETHODIMP HRESULT STDMETHODCALLTYPE
#define STDMETHODIMP_(type) type STDMETHODCALLTYPE
#define STDAPI EXTERN_C HRESULT STDAPICALLTYPE
#define STDAPI_(type) EXTERN_C type STDAPICALLTYPE
#define STDOVERRIDEMETHODIMP STDMETHODIMP
#define IFACEMETHODIMP STDMETHODIMP
#define IFACEMETHODIMP_(type) STDMETHODIMP_(type)

#ifdef __cplusplus
#define STDMETHOD(method) virtual HRESULT STDMETHODCALLTYPE method
#define STDMETHOD_(type, method) virtual type STDMETHODCALLTYPE method
#define PURE = 0
#define THIS_
#define THIS void
#define IFACEMETHOD(method) STDMETHOD(method)
#define IFACEMETHOD_(type, method) STDMETHOD_(type, method)
#define MIDL_INTERFACE(uuid) struct
#define DECLARE_INTERFACE(name) struct name
#define DECLARE_INTERFACE_(name, base) struct name : public base
#define CONVOY_BASE(methods)
#define BEGIN_INTERFACE
#define END_INTERFACE
#else
#define STDMETHOD(method) HRESULT(STDMETHODCALLTYPE* method)
#define STDMETHOD_(type, method) type(STDMETHODCALLTYPE* method)
#define PURE
#define THIS_ INTERFACE *This,
#define THIS INTERFACE* This
#define MIDL_INTERFACE(uuid) struct
#ifdef CONST_VTABLE
#define CONST_VTBL const
#else
#define CONST_VTBL
#endif
#define DECLARE_INTERFACE(name)           \
  typedef struct name {                   \
    CONST_VTBL struct name##Vtbl* lpVtbl; \
  } name;                                 \
  typedef struct name##Vtbl name##Vtbl;   \
  struct name##Vtbl
#define DECLARE_INTERFACE_(name, base) DECLARE_INTERFACE(name)
#define CONVOY_BASE(methods) methods
#define BEGIN_INTERFACE
#define END_INTERFACE
#endif
#define DECLARE_INTERFACE_IID(name, iid) DECLARE_INTERFACE(name)
#define DECLARE_INTERFACE_IID_(name, base, iid) DECLARE_INTERFACE_(name, base)

#endif  // CONVOY_COMPAT_RPCNDR_H_
