// Messages of threads, as programs with a loop use them.
#include "client/com/messages.h"

#include <objbase.h>
#include <windows.h>

#include <future>
#include <thread>

#include "gtest/gtest.h"

namespace convoy {
namespace {

// In a thread of its own, whose queue is new.
template <typename Body>
void InThread(const Body& body) {
  std::thread(body).join();
}

TEST(MessagesTest, ComeInTheOrderOfTheirPosts) {
  InThread([] {
    EXPECT_TRUE(PostMessage(nullptr, WM_APP + 1, 2, -3));
    EXPECT_TRUE(PostThreadMessage(GetCurrentThreadId(), WM_USER, 0, 0));
    MSG message = {};
    EXPECT_TRUE(GetMessage(&message, nullptr, 0, 0));
    EXPECT_EQ(message.message, UINT{WM_APP + 1});
    EXPECT_EQ(message.wParam, 2u);
    EXPECT_EQ(message.lParam, -3);
    EXPECT_EQ(message.hwnd, nullptr);
    EXPECT_FALSE(TranslateMessage(&message));
    EXPECT_EQ(DispatchMessage(&message), 0);
    EXPECT_TRUE(GetMessage(&message, nullptr, 0, 0));
    EXPECT_EQ(message.message, UINT{WM_USER});
    EXPECT_FALSE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  });
}

TEST(MessagesTest, QuitComesAfterAllOthersAndOnce) {
  InThread([] {
    PostQuitMessage(17);
    PostMessage(nullptr, WM_APP, 0, 0);
    MSG message = {};
    EXPECT_TRUE(GetMessage(&message, nullptr, 0, 0));
    EXPECT_EQ(message.message, UINT{WM_APP});
    // Whatever is looked for.
    EXPECT_TRUE(PeekMessage(&message, nullptr, WM_USER, WM_USER, PM_NOREMOVE));
    EXPECT_EQ(message.message, UINT{WM_QUIT});
    EXPECT_FALSE(GetMessage(&message, nullptr, 0, 0));
    EXPECT_EQ(message.wParam, 17u);
    EXPECT_FALSE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  });
}

TEST(MessagesTest, AFilterLeavesTheOthers) {
  InThread([] {
    PostMessage(nullptr, WM_USER, 0, 0);
    PostMessage(nullptr, WM_APP, 0, 0);
    MSG message = {};
    EXPECT_TRUE(GetMessage(&message, nullptr, WM_APP, WM_APP + 5));
    EXPECT_EQ(message.message, UINT{WM_APP});
    EXPECT_FALSE(PeekMessage(&message, nullptr, WM_APP, WM_APP, PM_REMOVE));
    EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_NOREMOVE));
    EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
    EXPECT_EQ(message.message, UINT{WM_USER});
  });
}

TEST(MessagesTest, AnotherThreadEndsTheWait) {
  std::promise<DWORD> id;
  std::thread waits([&id] {
    EXPECT_EQ(CoInitialize(nullptr), S_OK);
    id.set_value(GetCurrentThreadId());
    MSG message = {};
    EXPECT_FALSE(GetMessage(&message, nullptr, 0, 0));
    EXPECT_EQ(message.wParam, 5u);
    CoUninitialize();
  });
  const DWORD thread = id.get_future().get();
  EXPECT_TRUE(PostThreadMessage(thread, WM_QUIT, 5, 0));
  waits.join();
  EXPECT_FALSE(PostThreadMessage(thread, WM_USER, 0, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_THREAD_ID});
}

TEST(MessagesTest, AThreadWithoutAQueueTakesNone) {
  InThread([] {
    const DWORD thread = GetCurrentThreadId();
    InThread([thread] {
      EXPECT_FALSE(PostThreadMessage(thread, WM_USER, 0, 0));
      EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_THREAD_ID});
    });
    MSG message = {};
    EXPECT_FALSE(PeekMessage(&message, nullptr, 0, 0, PM_NOREMOVE));
    InThread(
        [thread] { EXPECT_TRUE(PostThreadMessage(thread, WM_USER, 0, 0)); });
    EXPECT_TRUE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
  });
}

TEST(MessagesTest, ThereAreNoWindows) {
  InThread([] {
    char window;
    MSG message = {};
    SetLastError(0);
    EXPECT_EQ(GetMessage(&message, &window, 0, 0), -1);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_WINDOW_HANDLE});
    SetLastError(0);
    EXPECT_FALSE(PeekMessage(&message, &window, 0, 0, PM_REMOVE));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_WINDOW_HANDLE});
    SetLastError(0);
    EXPECT_FALSE(PostMessage(&window, WM_USER, 0, 0));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_WINDOW_HANDLE});
  });
}

TEST(MessagesTest, AQueueHasABound) {
  InThread([] {
    for (int i = 0; i < 10000; ++i) {
      ASSERT_TRUE(PostMessage(nullptr, WM_USER, 0, 0)) << i;
    }
    EXPECT_FALSE(PostMessage(nullptr, WM_USER, 0, 0));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_ENOUGH_QUOTA});
    // Not for the end.
    PostQuitMessage(0);
    MSG message = {};
    int got = 0;
    while (GetMessage(&message, nullptr, 0, 0)) ++got;
    EXPECT_EQ(got, 10000);
  });
}

TEST(MessagesTest, AWaitEndsByHandleOrMessage) {
  InThread([] {
    const HANDLE event = CreateEvent(nullptr, FALSE, TRUE, nullptr);
    EXPECT_EQ(
        MsgWaitForMultipleObjects(1, &event, FALSE, INFINITE, QS_ALLINPUT),
        WAIT_OBJECT_0);
    EXPECT_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, 0, QS_ALLINPUT),
              DWORD{WAIT_TIMEOUT});
    PostMessage(nullptr, WM_USER, 0, 0);
    // Only for what was asked for.
    EXPECT_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, 0, QS_PAINT),
              DWORD{WAIT_TIMEOUT});
    EXPECT_EQ(
        MsgWaitForMultipleObjects(1, &event, FALSE, INFINITE, QS_ALLINPUT),
        WAIT_OBJECT_0 + 1);
    // The message is there still, but not new.
    EXPECT_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, 0, QS_ALLINPUT),
              DWORD{WAIT_TIMEOUT});
    EXPECT_EQ(MsgWaitForMultipleObjectsEx(0, nullptr, INFINITE, QS_ALLINPUT,
                                          MWMO_INPUTAVAILABLE),
              WAIT_OBJECT_0);
    PostMessage(nullptr, WM_USER, 0, 0);
    EXPECT_TRUE(WaitMessage());
    // Both.
    EXPECT_EQ(MsgWaitForMultipleObjectsEx(1, &event, 0, QS_ALLINPUT,
                                          MWMO_WAITALL | MWMO_INPUTAVAILABLE),
              DWORD{WAIT_TIMEOUT});
    SetEvent(event);
    EXPECT_EQ(MsgWaitForMultipleObjectsEx(1, &event, INFINITE, QS_ALLINPUT,
                                          MWMO_WAITALL | MWMO_INPUTAVAILABLE),
              WAIT_OBJECT_0);
    CloseHandle(event);
    EXPECT_EQ(MsgWaitForMultipleObjects(1, &event, FALSE, 0, QS_ALLINPUT),
              WAIT_FAILED);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  });
}

TEST(MessagesTest, ACallbacksPostsGoToTheThreadThatSetIt) {
  std::promise<std::shared_ptr<MessageQueue>> set;
  std::thread loop([&set] {
    set.set_value(MessagesOfThisThread());
    MSG message = {};
    int messages = 0;
    while (GetMessage(&message, nullptr, 0, 0)) ++messages;
    EXPECT_EQ(messages, 2);
    EXPECT_EQ(message.wParam, 9u);
  });
  const std::shared_ptr<MessageQueue> queue = set.get_future().get();
  InThread([&queue] {
    {
      const MessageRedirect redirect(queue);
      EXPECT_EQ(MessagesOfThisThread(), queue);
      EXPECT_TRUE(PostMessage(nullptr, WM_USER, 0, 0));
      EXPECT_TRUE(PostThreadMessage(GetCurrentThreadId(), WM_USER, 0, 0));
      PostQuitMessage(9);
      // What it reads is its own.
      MSG message = {};
      EXPECT_FALSE(PeekMessage(&message, nullptr, 0, 0, PM_REMOVE));
    }
    EXPECT_NE(MessagesOfThisThread(), queue);
  });
  loop.join();
  // The thread has ended.
  const MessageRedirect redirect(queue);
  PostQuitMessage(0);
  EXPECT_FALSE(PostMessage(nullptr, WM_USER, 0, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_THREAD_ID});
}

TEST(CoWaitTest, AnswersAsHresult) {
  HANDLE events[] = {CreateEvent(nullptr, TRUE, FALSE, nullptr),
                     CreateEvent(nullptr, TRUE, TRUE, nullptr)};
  DWORD index = 9;
  EXPECT_EQ(CoWaitForMultipleHandles(COWAIT_DISPATCH_CALLS, INFINITE, 2, events,
                                     &index),
            S_OK);
  EXPECT_EQ(index, 1u);
  EXPECT_EQ(CoWaitForMultipleHandles(COWAIT_WAITALL, 0, 2, events, &index),
            RPC_S_CALLPENDING);
  SetEvent(events[0]);
  EXPECT_EQ(
      CoWaitForMultipleHandles(COWAIT_WAITALL, INFINITE, 2, events, &index),
      S_OK);
  EXPECT_EQ(index, 0u);
  EXPECT_EQ(CoWaitForMultipleHandles(0, 0, 0, nullptr, &index), RPC_E_NO_SYNC);
  EXPECT_EQ(CoWaitForMultipleHandles(0, 0, 2, events, nullptr), E_INVALIDARG);
  CloseHandle(events[0]);
  EXPECT_EQ(CoWaitForMultipleHandles(0, 0, 2, events, &index), E_HANDLE);
  CloseHandle(events[1]);
}

}  // namespace
}  // namespace convoy
