// The messages of a thread, without windows: any other HWND than NULL is
// ERROR_INVALID_WINDOW_HANDLE.
//
// A thread has a queue from its first call of a function of this header,
// CoInitialize, or a method that takes a callback (SetNotifyInterface). In a
// callback, what is posted to its own thread goes to the thread that had set
// the callback object: PostQuitMessage there ends that one's loop, as in an
// apartment of Windows.
#ifndef CONVOY_COMPAT_WINUSER_H_
#define CONVOY_COMPAT_WINUSER_H_

#include <windef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WM_NULL 0x0000
#define WM_CLOSE 0x0010
#define WM_QUIT 0x0012
#define WM_COMMAND 0x0111
#define WM_TIMER 0x0113
#define WM_USER 0x0400
#define WM_APP 0x8000

// `time` is GetTickCount's when it was posted; `pt` is 0, 0.
typedef struct tagMSG {
  HWND hwnd;
  UINT message;
  WPARAM wParam;
  LPARAM lParam;
  DWORD time;
  POINT pt;
} MSG, *PMSG, *LPMSG;

#define PM_NOREMOVE 0x0000
#define PM_REMOVE 0x0001
#define PM_NOYIELD 0x0002

// Waits for a message of this thread from `first` to `last` (0, 0: any) and
// takes it. 0: it is WM_QUIT; -1, with GetLastError: `window` is not NULL.
BOOL GetMessageW(LPMSG message, HWND window, UINT first, UINT last);
BOOL GetMessageA(LPMSG message, HWND window, UINT first, UINT last);
// FALSE: there is none now.
BOOL PeekMessageW(LPMSG message, HWND window, UINT first, UINT last,
                  UINT remove);
BOOL PeekMessageA(LPMSG message, HWND window, UINT first, UINT last,
                  UINT remove);
// There are no keys, and nobody to give a message to: FALSE, and 0.
BOOL TranslateMessage(const MSG* message);
LRESULT DispatchMessageW(const MSG* message);
LRESULT DispatchMessageA(const MSG* message);
// Waits for a message that this thread has not looked for yet.
BOOL WaitMessage(void);

// FALSE, with GetLastError: ERROR_INVALID_WINDOW_HANDLE;
// ERROR_INVALID_THREAD_ID for a thread without a queue, or that has ended;
// ERROR_NOT_ENOUGH_QUOTA where 10,000 messages wait.
BOOL PostMessageW(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
BOOL PostMessageA(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
BOOL PostThreadMessageW(DWORD thread, UINT message, WPARAM wparam,
                        LPARAM lparam);
BOOL PostThreadMessageA(DWORD thread, UINT message, WPARAM wparam,
                        LPARAM lparam);
// WM_QUIT comes after all messages that were posted.
void PostQuitMessage(int exit_code);

#define QS_KEY 0x0001
#define QS_MOUSEMOVE 0x0002
#define QS_MOUSEBUTTON 0x0004
#define QS_POSTMESSAGE 0x0008
#define QS_TIMER 0x0010
#define QS_PAINT 0x0020
#define QS_SENDMESSAGE 0x0040
#define QS_HOTKEY 0x0080
#define QS_ALLPOSTMESSAGE 0x0100
#define QS_RAWINPUT 0x0400
#define QS_MOUSE (QS_MOUSEMOVE | QS_MOUSEBUTTON)
#define QS_INPUT (QS_MOUSE | QS_KEY | QS_RAWINPUT)
#define QS_ALLEVENTS \
  (QS_INPUT | QS_POSTMESSAGE | QS_TIMER | QS_PAINT | QS_HOTKEY)
#define QS_ALLINPUT (QS_ALLEVENTS | QS_SENDMESSAGE)

#define MWMO_WAITALL 0x0001
#define MWMO_ALERTABLE 0x0002
#define MWMO_INPUTAVAILABLE 0x0004

// As WaitForMultipleObjects, and WAIT_OBJECT_0 + count: a message was posted
// that this thread has not looked for yet, or, with MWMO_INPUTAVAILABLE, there
// is any. Only with QS_POSTMESSAGE or QS_ALLPOSTMESSAGE in `wake`.
DWORD MsgWaitForMultipleObjects(DWORD count, const HANDLE* handles, BOOL all,
                                DWORD milliseconds, DWORD wake);
DWORD MsgWaitForMultipleObjectsEx(DWORD count, const HANDLE* handles,
                                  DWORD milliseconds, DWORD wake, DWORD flags);

// Functions, not macros, so that no method of a program's classes is renamed.
FORCEINLINE BOOL GetMessage(LPMSG message, HWND window, UINT first, UINT last) {
  return GetMessageW(message, window, first, last);
}
FORCEINLINE BOOL PeekMessage(LPMSG message, HWND window, UINT first, UINT last,
                             UINT remove) {
  return PeekMessageW(message, window, first, last, remove);
}
FORCEINLINE LRESULT DispatchMessage(const MSG* message) {
  return DispatchMessageW(message);
}
FORCEINLINE BOOL PostMessage(HWND window, UINT message, WPARAM wparam,
                             LPARAM lparam) {
  return PostMessageW(window, message, wparam, lparam);
}
FORCEINLINE BOOL PostThreadMessage(DWORD thread, UINT message, WPARAM wparam,
                                   LPARAM lparam) {
  return PostThreadMessageW(thread, message, wparam, lparam);
}

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_WINUSER_H_
