#include "peer/serial_file_worker.h"

#include <utility>

namespace convoy {

SerialFileWorker::SerialFileWorker(FileWorker& worker)
    : queue_(std::make_shared<Queue>(worker)) {}

void SerialFileWorker::Post(Task task) {
  {
    MutexLock lock(&queue_->mutex);
    queue_->tasks.push_back(std::move(task));
    if (std::exchange(queue_->running, true)) return;
  }
  PostRunOne(queue_);
}

void SerialFileWorker::PostRunOne(const std::shared_ptr<Queue>& queue) {
  queue->worker.Post([queue] { RunOne(queue); });
}

void SerialFileWorker::RunOne(const std::shared_ptr<Queue>& queue) {
  Task task;
  {
    MutexLock lock(&queue->mutex);
    task = std::move(queue->tasks.front());
    queue->tasks.pop_front();
  }
  std::move(task)();
  task = nullptr;  // What it holds goes before the next task runs.
  {
    MutexLock lock(&queue->mutex);
    if (queue->tasks.empty()) {
      queue->running = false;
      return;
    }
  }
  PostRunOne(queue);
}

}  // namespace convoy
