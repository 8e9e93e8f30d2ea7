#include "lapis/io/functional.h"

#include <map>
#include <optional>
#include <set>

#include "lapis/layers/registry.h"

namespace lapis {

namespace {

/// Between a layer and the mask that it gets stand an Any and a NotEqual.
constexpr int kMostMaskOperations = 8;

/// One entry of "layers" before it has its place.
struct Node {
  JsonCursor description;
  std::string name;
  std::string class_name;
  std::vector<std::string> inputs;
  std::string mask;  // name of the operation that made the mask given to it
};

/// What Keras puts between layers to hand a mask on.
bool is_mask_operation(const Node& node) {
  return node.class_name == "NotEqual" || node.class_name == "Any";
}

/// What Keras 3 puts between layers of different dtype policies. It changes no number here.
bool is_float_cast(const Node& node) {
  if (node.class_name != "Cast") return false;
  ObjectReader description(node.description);
  const std::string dtype = ObjectReader(description.need("config")).need("dtype").string();
  return dtype == "float32" || dtype == "float16" || dtype == "bfloat16" || dtype == "float64";
}

std::string label(const Node& node) {
  return "layer " + in_quotes(node.name) + " (" + node.class_name + ")";
}

[[noreturn]] void refuse_branch(const std::string& what) {
  fail(what,
       ": only a chain of layers is supported; branches and joins (Add, Concatenate) need a plan that keeps "
       "several activations at once");
}

/// Name of the layer in ["dense", 0, 0]; its first output.
std::string history_name(const JsonCursor& history) {
  const std::vector<JsonCursor> items = history.items();
  if (items.size() < 3) history.expected("[layer, node, tensor]");
  if (items[1].integer(0) != 0)
    history.expected("a layer's first call (layers used twice are not supported)");
  if (items[2].integer(0) != 0) history.expected("a layer's only output");
  return items[0].string();
}

/// The layer that a __keras_tensor__ comes from; nothing where the value is no such thing.
std::optional<std::string> tensor_source(const JsonCursor& value) {
  const Json* class_name = value.json().find("class_name");
  if (class_name == nullptr || class_name->string() == nullptr || *class_name->string() != "__keras_tensor__")
    return std::nullopt;
  ObjectReader tensor(value);
  tensor.ignore("class_name");
  ObjectReader config(tensor.need("config"));
  for (const std::string_view key : {"shape", "dtype", "name", "ragged", "sparse"}) config.ignore(key);
  const std::string source = history_name(config.need("keras_history"));
  config.finish();
  tensor.finish();
  return source;
}

/// Arithmetic and slicing are layers with arguments of their own.
[[noreturn]] void refuse_argument(const JsonCursor& argument, const Node& node) {
  if (find_layer_type(node.class_name) == nullptr)
    fail("it is an operation between layers, which is not supported; supported: ", supported_layers());
  argument.expected("a tensor");
}

/// `{"args": [...], "kwargs": {...}}`.
void read_call(const JsonCursor& call, Node& node) {
  ObjectReader reader(call);
  for (const JsonCursor& argument : reader.need("args").items()) {
    if (const auto source = tensor_source(argument)) {
      node.inputs.push_back(*source);
    } else if (argument.json().array() != nullptr) {
      for (const JsonCursor& each : argument.items()) {
        const auto source_in_list = tensor_source(each);
        if (!source_in_list) refuse_argument(each, node);
        node.inputs.push_back(*source_in_list);
      }
    } else if (!is_mask_operation(node)) {
      refuse_argument(argument, node);
    }
  }
  ObjectReader named(reader.need("kwargs"));
  if (const auto training = named.find("training"); training && !training->is_null() && training->boolean())
    training->expected("null or false (a layer that always trains is not supported)");
  if (const auto mask = named.find("mask"); mask && !mask->is_null()) {
    const auto source = tensor_source(*mask);
    if (!source) mask->expected("null or a tensor");
    node.mask = *source;
  }
  if (const auto state = named.find("initial_state"); state && !state->is_null())
    state->expected("null (nothing else is supported)");
  named.finish();
  reader.finish();
}

/// Keras 2: `[["dense", 0, 0, {}], ...]`, one for each input.
void read_old_call(const JsonCursor& call, Node& node) {
  for (const JsonCursor& input : call.items()) {
    node.inputs.push_back(history_name(input));
    const std::vector<JsonCursor> items = input.items();
    if (items.size() < 4) continue;
    ObjectReader named(items[3]);
    if (const auto training = named.find("training"); training && !training->is_null() && training->boolean())
      training->expected("null or false (a layer that always trains is not supported)");
    named.finish();
  }
}

/// The value of "inbound_nodes".
void read_calls(const JsonCursor& calls, Node& node) {
  const std::vector<JsonCursor> list = calls.items();
  if (list.size() > 1)
    fail("it is used ", list.size(), " times, expected once (shared layers are not supported)");
  if (list.empty()) return;
  if (list[0].json().array() != nullptr)
    read_old_call(list[0], node);
  else
    read_call(list[0], node);
}

Node read_node(const JsonCursor& description) {
  ObjectReader reader(description);
  Node node{description, "", reader.need("class_name").string(), {}, ""};
  if (const auto name = reader.find("name")) {
    node.name = name->string();
  } else {
    node.name = ObjectReader(reader.need("config")).need("name").string();
  }
  const auto calls = reader.find("inbound_nodes");
  if (!calls) return node;
  try {
    read_calls(*calls, node);
  } catch (const Error& error) {
    throw error.inside(label(node));
  }
  return node;
}

/// The only layer that `key` ("input_layers", "output_layers") names: ["dense", 0, 0] or a list of one of
/// these.
std::string only_layer(ObjectReader& config, std::string_view key) {
  const JsonCursor list = config.need(key);
  const std::vector<JsonCursor> items = list.items();
  if (!items.empty() && items[0].json().string() != nullptr) return history_name(list);
  if (items.size() != 1) list.expected("one layer (a model with several is not supported)");
  return history_name(items[0]);
}

}  // namespace

std::vector<FunctionalLayer> read_functional_chain(const JsonCursor& config) {
  ObjectReader reader(config);
  std::vector<Node> nodes;
  std::map<std::string, const Node*> by_name;
  for (const JsonCursor& description : reader.need("layers").items()) nodes.push_back(read_node(description));
  for (const Node& node : nodes)
    if (!by_name.emplace(node.name, &node).second) fail(label(node), ": the name stands twice");
  const std::string input = only_layer(reader, "input_layers");
  const std::string output = only_layer(reader, "output_layers");

  for (const Node& node : nodes)
    if (!is_mask_operation(node) && node.inputs.size() > 1)
      refuse_branch(label(node) + " joins " + std::to_string(node.inputs.size()) + " tensors");

  // What a mask was made from: through Any to NotEqual to the layer before that.
  const auto mask_source = [&](const Node& from) {
    std::string name = from.mask;
    for (int steps = 0; steps < kMostMaskOperations; ++steps) {
      const auto at = by_name.find(name);
      if (at == by_name.end() || !is_mask_operation(*at->second)) return name;
      if (at->second->inputs.size() != 1) break;
      name = at->second->inputs[0];
    }
    fail(label(from), ": its mask is made in a way that is not supported");
  };

  std::map<std::string_view, std::vector<const Node*>> readers;
  for (const Node& node : nodes)
    if (!is_mask_operation(node) && !node.inputs.empty()) readers[node.inputs[0]].push_back(&node);

  std::vector<FunctionalLayer> chain;
  std::string previous;
  std::string name = input;
  std::size_t steps = 0;
  bool behind_cast = false;
  std::set<std::string_view> used;
  while (true) {
    const auto at = by_name.find(name);
    if (at == by_name.end()) fail(config.path(), ": there is no layer ", in_quotes(name));
    const Node& node = *at->second;
    if (++steps > nodes.size()) fail(label(node), ": the layers run in a circle");
    used.insert(node.name);
    if (is_float_cast(node)) {
      behind_cast = true;
    } else {
      chain.push_back(
          {node.description, node.name, previous, node.mask.empty() ? "" : mask_source(node), behind_cast});
      behind_cast = false;
    }
    const std::vector<const Node*>& next = readers[node.name];
    if (next.size() > 1)
      refuse_branch(label(node) + " feeds " + in_quotes(next[0]->name) + " and " + in_quotes(next[1]->name));
    if (next.empty()) break;
    previous = name;
    name = next[0]->name;
  }
  if (name != output)
    fail(config.path(), ": the layers lead from ", in_quotes(input), " to ", in_quotes(name),
         ", but the output is that of ", in_quotes(output));
  for (const Node& node : nodes)
    if (!is_mask_operation(node) && !used.contains(node.name))
      fail(label(node), ": it does not lie between the model's input and output");
  return chain;
}

void check_functional_masks(const std::vector<FunctionalLayer>& chain, const std::vector<LayerPtr>& layers) {
  std::string carried;  // the layer from whose output the mask was made that reaches the layer
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const FunctionalLayer& link = chain[i + 1];
    if (!link.mask_of.empty() && link.mask_of != carried)
      fail("layer ", in_quotes(link.name), ": its mask is made from ", in_quotes(link.mask_of),
           ", expected the mask that the layer before it hands on");
    if (link.behind_cast && link.mask_of.empty() && !carried.empty())
      fail("layer ", in_quotes(link.name),
           ": a mask ends at the Cast before it, which is not supported; only a layer can end a mask here");
    if (layers[i]->mask_rule() == MaskRule::make) carried = link.input;
    if (layers[i]->mask_rule() == MaskRule::drop) carried.clear();
  }
}

}  // namespace lapis
