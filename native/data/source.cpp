#include "data/source.h"

#include "lapis/core/error.h"

namespace lapis::native {

void check_input_reads(const std::string& path, DataConfig::Kind kind, const InputSpec& input) {
  const bool texts = kind == DataConfig::Kind::csv_text;
  if (texts ? std::holds_alternative<TextInput>(input) : std::holds_alternative<ImageInput>(input)) return;
  if (std::holds_alternative<TensorInput>(input))
    fail(path, ": the network has no input pipeline for ", texts ? "texts" : "pictures",
         ", it reads plain numbers");
  fail(path, texts ? ": holds texts, but the network reads pictures"
                   : ": holds pictures, but the network reads texts");
}

std::vector<std::string> DataSource::texts(Split /*split*/) const {
  fail(path_, ": holds pictures, but the network reads texts");
}

void DataSource::check_has(Split split, const std::string& else_do) const {
  if (inventory_.count(split) > 0) return;
  const std::string name = split_name(split);
  if (split == Split::train || inventory_.total() == 0) {
    fail(path_, ": no ", inventory_.what, " to train on; there is: ", splits_text(inventory_.counts));
  }
  const char* ending = kind() == DataConfig::Kind::csv_text ? ".csv" : "";
  fail(path_, ": no ", name, " split; there is: ", splits_text(inventory_.counts), ". One is made by ", name,
       ending, " beside train", ending, ", or by \"", split == Split::valid ? "validation" : "test",
       "_split\" in the training config", else_do);
}

SplitShares DataSource::shares_to_cut(const DataRequest& request, const char* place) {
  SplitShares shares = request.shares;
  const bool validates = is_apart(Split::valid), tests = is_apart(Split::test);
  const auto note = [&](const std::string& key, const std::string& purpose) {
    inventory_.notes.push_back(key + " is not used: a " + place + " of its own holds what " + purpose);
  };
  if (validates && request.validation_given) note("validation_split", "validates");
  if (tests && shares.test > 0) note("test_split", "tests");
  shares.cuts_validation = !validates;
  // The first rule tests on what it cuts only where there is no folder called train either.
  shares.cuts_test = !tests && (shares.rule > 1 || !is_apart(Split::train));
  return shares;
}

}  // namespace lapis::native
