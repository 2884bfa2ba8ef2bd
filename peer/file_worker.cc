#include "peer/file_worker.h"

#include <pthread.h>

#include <utility>

namespace convoy {

FileWorkerPool::~FileWorkerPool() {
  std::deque<Task> dropped;  // Destroyed without the lock.
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    dropped.swap(tasks_);
    threads.swap(threads_);
  }
  wake_.NotifyAll();
  dropped.clear();
  for (std::thread& thread : threads) thread.join();
}

void FileWorkerPool::Post(Task task) {
  {
    MutexLock lock(&mutex_);
    if (stopping_) return;
    tasks_.push_back(std::move(task));
    if (static_cast<int>(tasks_.size()) > idle_ &&
        static_cast<int>(threads_.size()) < max_threads_) {
      threads_.emplace_back([this] { Run(); });
      pthread_setname_np(threads_.back().native_handle(), "convoy-file");
    }
  }
  wake_.NotifyOne();
}

void FileWorkerPool::Run() {
  while (true) {
    Task task;
    {
      MutexLock lock(&mutex_);
      ++idle_;
      while (tasks_.empty() && !stopping_) wake_.Wait(&mutex_);
      --idle_;
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    std::move(task)();
  }
}

}  // namespace convoy
