// The stand-in's graphs, and streams while they are captured.
#include <exception>
#include <queue>
#include <utility>

#include "cuda_device/stand_in_objects.h"

namespace lapis_test::stand_in {

void Content::run() const {
  std::vector<std::vector<std::size_t>> next(nodes.size());
  std::vector<std::size_t> waits(nodes.size());
  std::priority_queue<std::size_t> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::size_t before : nodes[i]->after) next[before].push_back(i);
    waits[i] = nodes[i]->after.size();
    if (waits[i] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const std::size_t at = ready.top();
    ready.pop();
    nodes[at]->work();
    for (const std::size_t after : next[at])
      if (--waits[after] == 0) ready.push(after);
  }
}

namespace {

Graph* make_graph() {
  Graph* const graph = state().graphs.make();
  graph->number = ++state().graphs_made;
  return graph;
}

/// Adds a node to a living graph; its dependencies must be nodes of the same one.
cudaError_t add_node(cudaGraphNode_t* handle, Graph& graph, const cudaGraphNode_t* after, std::size_t count,
                     Node node) {
  if (count > 0 && after == nullptr) return refuse(cudaErrorInvalidValue, "dependencies without a list");
  for (std::size_t i = 0; i < count; ++i) {
    const NodeHandle* const before = state().nodes.find(after[i]);
    if (before == nullptr || before->graph != graph.number)
      return refuse(cudaErrorInvalidValue, "a dependency that is not a node of this graph");
    node.after.push_back(before->index);
  }
  NodeHandle* const made = state().nodes.make();
  *made = {graph.number, graph.content.nodes.size()};
  graph.content.nodes.push_back(std::make_shared<const Node>(std::move(node)));
  *handle = reinterpret_cast<cudaGraphNode_t>(made);
  return cudaSuccess;
}

cudaError_t make_kernel(Node& node, const cudaKernelNodeParams& parameters) {
  if (parameters.kernelParams == nullptr || parameters.extra != nullptr)
    return refuse(cudaErrorInvalidValue, "a kernel without parameters");
  return make_kernel(node, parameters.func, parameters.gridDim, parameters.blockDim, parameters.kernelParams,
                     parameters.sharedMemBytes);
}

Graph* find_graph(cudaGraph_t handle) {
  Graph* const graph = state().graphs.find(handle);
  if (graph == nullptr) refuse(cudaErrorInvalidValue, "an unknown graph");
  return graph;
}

}  // namespace

}  // namespace lapis_test::stand_in

using namespace lapis_test::stand_in;

extern "C" {

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  if (const cudaError_t error = enter("cudaStreamBeginCapture")) return error;
  cudaError_t error = cudaSuccess;
  Stream* const stream = find_stream(handle, error);
  if (stream == nullptr) return error;
  if (stream->captured != nullptr) return refuse(cudaErrorIllegalState, "a capture inside a capture");
  if (mode == cudaStreamCaptureModeRelaxed)
    return refuse(cudaErrorInvalidValue, "a capture that lets memory be asked for");
  stream->captured = make_graph();
  stream->is_spoilt = false;
  ++state().settings.counts.captures;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  const cudaError_t asked_for = enter("cudaStreamEndCapture");
  cudaError_t error = cudaSuccess;
  Stream* const stream = find_stream(handle, error);
  if (stream == nullptr) return error;
  *graph = nullptr;
  if (stream->captured == nullptr) return refuse(cudaErrorIllegalState, "the end of no capture");
  Graph* const captured = std::exchange(stream->captured, nullptr);
  if (stream->is_spoilt || asked_for != cudaSuccess) {
    state().graphs.erase(captured);
    return asked_for != cudaSuccess ? asked_for : cudaErrorStreamCaptureInvalidated;
  }
  *graph = reinterpret_cast<cudaGraph_t>(captured);
  return cudaSuccess;
}

cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned flags) {
  if (const cudaError_t error = enter("cudaGraphCreate")) return error;
  if (flags != 0) return refuse(cudaErrorInvalidValue, "unknown flags of a graph");
  *graph = reinterpret_cast<cudaGraph_t>(make_graph());
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t handle) {
  if (const cudaError_t error = enter("cudaGraphDestroy", false)) return error;
  const Graph* const graph = find_graph(handle);
  if (graph == nullptr) return cudaErrorInvalidValue;
  state().nodes.erase_if([number = graph->number](const NodeHandle& node) { return node.graph == number; });
  state().graphs.erase(handle);
  return cudaSuccess;
}

cudaError_t cudaGraphAddKernelNode(cudaGraphNode_t* handle, cudaGraph_t graph_handle,
                                   const cudaGraphNode_t* after, std::size_t count,
                                   const cudaKernelNodeParams* parameters) {
  if (const cudaError_t error = enter("cudaGraphAddKernelNode")) return error;
  Graph* const graph = find_graph(graph_handle);
  if (graph == nullptr) return cudaErrorInvalidValue;
  Node node;
  if (const cudaError_t error = make_kernel(node, *parameters)) return error;
  return add_node(handle, *graph, after, count, std::move(node));
}

cudaError_t cudaGraphAddChildGraphNode(cudaGraphNode_t* handle, cudaGraph_t graph_handle,
                                       const cudaGraphNode_t* after, std::size_t count, cudaGraph_t child) {
  if (const cudaError_t error = enter("cudaGraphAddChildGraphNode")) return error;
  Graph* const graph = find_graph(graph_handle);
  const Graph* const inner = find_graph(child);
  if (graph == nullptr || inner == nullptr || graph == inner) return cudaErrorInvalidValue;
  Node node;
  node.device = state().current;
  node.work = [content = inner->content] { content.run(); };  // a copy: the child may be changed or go
  return add_node(handle, *graph, after, count, std::move(node));
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* handle, cudaGraph_t graph_handle,
                                 unsigned long long flags) {
  if (const cudaError_t error = enter("cudaGraphInstantiate")) return error;
  const Graph* const graph = find_graph(graph_handle);
  if (graph == nullptr) return cudaErrorInvalidValue;
  if (flags != 0) return refuse(cudaErrorInvalidValue, "unknown flags of an executable graph");
  Executable* const made = state().executables.make();
  *made = {graph->number, graph->content};
  *handle = reinterpret_cast<cudaGraphExec_t>(made);
  ++state().settings.counts.graphs_made;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t handle) {
  if (const cudaError_t error = enter("cudaGraphExecDestroy", false)) return error;
  if (state().executables.find(handle) == nullptr)
    return refuse(cudaErrorInvalidValue, "an unknown executable graph");
  state().executables.erase(handle);
  return cudaSuccess;
}

cudaError_t cudaGraphExecKernelNodeSetParams(cudaGraphExec_t handle, cudaGraphNode_t node_handle,
                                             const cudaKernelNodeParams* parameters) {
  if (const cudaError_t error = enter("cudaGraphExecKernelNodeSetParams")) return error;
  Executable* const executable = state().executables.find(handle);
  const NodeHandle* const at = state().nodes.find(node_handle);
  if (executable == nullptr) return refuse(cudaErrorInvalidValue, "an unknown executable graph");
  if (at == nullptr || at->graph != executable->graph)
    return refuse(cudaErrorInvalidValue, "a node of another graph");
  std::shared_ptr<const Node>& node = executable->content.nodes[at->index];
  if (!node->is_kernel) return refuse(cudaErrorInvalidValue, "a kernel put where a library's work is");
  Node changed;
  if (const cudaError_t error = make_kernel(changed, *parameters)) return error;
  if (changed.device != node->device)
    return refuse(cudaErrorInvalidValue, "a recorded kernel moved to another GPU");
  changed.after = node->after;
  node = std::make_shared<const Node>(std::move(changed));
  ++state().settings.counts.nodes_changed;
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t handle, cudaStream_t stream_handle) {
  if (const cudaError_t error = enter("cudaGraphLaunch")) return error;
  cudaError_t error = cudaSuccess;
  const Executable* const executable = state().executables.find(handle);
  if (executable == nullptr) return refuse(cudaErrorInvalidValue, "an unknown executable graph");
  Stream* const stream = find_stream(stream_handle, error);
  if (stream == nullptr) return error;
  if (stream->captured != nullptr) {
    stream->is_spoilt = true;
    return refuse(cudaErrorStreamCaptureUnsupported, "a graph started in a capture");
  }
  for (const auto& node : executable->content.nodes)
    if (node->device != stream->device)
      return refuse(cudaErrorInvalidValue, "a graph of one GPU started on another");
  // What is changed in the executable later does not touch what is queued.
  stream->queue.push_back([content = executable->content] { content.run(); });
  ++state().settings.counts.graphs_started;
  return cudaSuccess;
}

}  // extern "C"
