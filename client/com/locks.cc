// Critical sections and slim locks, on pthreads.
#include <pthread.h>
#include <synchapi.h>

namespace {

static_assert(sizeof(CRITICAL_SECTION) >= sizeof(pthread_mutex_t));
static_assert(sizeof(SRWLOCK) >= sizeof(pthread_rwlock_t));

pthread_mutex_t* MutexOf(LPCRITICAL_SECTION section) {
  return reinterpret_cast<pthread_mutex_t*>(section->state);
}

// A lock of zeros, as SRWLOCK_INIT gives, is pthread's initial state.
pthread_rwlock_t* LockOf(PSRWLOCK lock) {
  return reinterpret_cast<pthread_rwlock_t*>(lock->state);
}

}  // namespace

void InitializeCriticalSection(LPCRITICAL_SECTION section) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(MutexOf(section), &attributes);
  pthread_mutexattr_destroy(&attributes);
}
BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD) {
  InitializeCriticalSection(section);
  return TRUE;
}
BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD, DWORD) {
  InitializeCriticalSection(section);
  return TRUE;
}
void EnterCriticalSection(LPCRITICAL_SECTION section) {
  pthread_mutex_lock(MutexOf(section));
}
BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section) {
  return pthread_mutex_trylock(MutexOf(section)) == 0 ? TRUE : FALSE;
}
void LeaveCriticalSection(LPCRITICAL_SECTION section) {
  pthread_mutex_unlock(MutexOf(section));
}
void DeleteCriticalSection(LPCRITICAL_SECTION section) {
  pthread_mutex_destroy(MutexOf(section));
}

void InitializeSRWLock(PSRWLOCK lock) {
  pthread_rwlock_init(LockOf(lock), nullptr);
}
void AcquireSRWLockExclusive(PSRWLOCK lock) {
  pthread_rwlock_wrlock(LockOf(lock));
}
void ReleaseSRWLockExclusive(PSRWLOCK lock) {
  pthread_rwlock_unlock(LockOf(lock));
}
void AcquireSRWLockShared(PSRWLOCK lock) {
  pthread_rwlock_rdlock(LockOf(lock));
}
void ReleaseSRWLockShared(PSRWLOCK lock) {
  pthread_rwlock_unlock(LockOf(lock));
}
