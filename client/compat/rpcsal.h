// The words that MIDL puts before the arguments of an interface's methods. They
// mean nothing to gcc and clang.
#ifndef CONVOY_COMPAT_RPCSAL_H_
#define CONVOY_COMPAT_RPCSAL_H_

#define __RPC__in
#define __RPC__in_opt
#define __RPC__in_string
#define __RPC__in_opt_string
#define __RPC__in_range(low, high)
#define __RPC__in_ecount(n)
#define __RPC__in_ecount_opt(n)
#define __RPC__in_ecount_full(n)
#define __RPC__in_ecount_full_opt(n)
#define __RPC__in_ecount_full_string(n)
#define __RPC__in_ecount_part(n, m)
#define __RPC__in_xcount(n)
#define __RPC__in_xcount_full(n)
#define __RPC__in_xcount_part(n, m)
#define __RPC__deref_in
#define __RPC__deref_in_opt
#define __RPC__deref_in_string
#define __RPC__deref_in_opt_string

#define __RPC__out
#define __RPC__out_ecount(n)
#define __RPC__out_ecount_full(n)
#define __RPC__out_ecount_full_string(n)
#define __RPC__out_ecount_part(n, m)
#define __RPC__out_ecount_string(n)
#define __RPC__out_xcount(n)
#define __RPC__out_xcount_full(n)
#define __RPC__out_xcount_part(n, m)
#define __RPC__deref_out
#define __RPC__deref_out_opt
#define __RPC__deref_out_string
#define __RPC__deref_out_opt_string
#define __RPC__deref_out_ecount(n)
#define __RPC__deref_out_ecount_opt(n)
#define __RPC__deref_out_ecount_full(n)
#define __RPC__deref_out_ecount_full_opt(n)
#define __RPC__deref_out_ecount_part(n, m)
#define __RPC__deref_out_ecount_part_opt(n, m)
#define __RPC__deref_out_xcount(n)
#define __RPC__deref_out_xcount_full(n)
#define __RPC__deref_out_xcount_part(n, m)

#define __RPC__inout
#define __RPC__inout_opt
#define __RPC__inout_string
#define __RPC__inout_opt_string
#define __RPC__inout_ecount(n)
#define __RPC__inout_ecount_full(n)
#define __RPC__inout_ecount_part(n, m)
#define __RPC__inout_xcount(n)
#define __RPC__inout_xcount_full(n)
#define __RPC__inout_xcount_part(n, m)
#define __RPC__deref_inout
#define __RPC__deref_inout_opt
#define __RPC__deref_inout_string
#define __RPC__deref_inout_opt_string
#define __RPC__deref_opt_inout
#define __RPC__deref_opt_inout_opt

#define __RPC_unique_pointer
#define __RPC_string
#define __RPC_full_pointer
#define __RPC_ref_pointer

#endif  // CONVOY_COMPAT_RPCSAL_H_
