#include "data/chosen_split.h"

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

void check_asked(Split asked, const std::string& model, const SplitRecord& record, const DataSource& data) {
  const Inventory& inventory = data.inventory();
  if (inventory.count(asked) == 0 && !record.known) {
    fail(data.path(), ": no ", split_name(asked), " split, and ", model,
         " does not say how its data was split: --split all evaluates all ", inventory.total(), " ",
         inventory.what);
  }
  data.check_has(asked, "; --split all evaluates everything");
}

}  // namespace

ChosenSplit choose_split(std::optional<Split> asked, const std::string& model, const SplitRecord& record,
                         const DataSource& data) {
  const Inventory& inventory = data.inventory();
  const std::string change = change_since(record, data);
  if (asked) {
    check_asked(*asked, model, record, data);
    ChosenSplit chosen{*asked, {}};
    if (change.empty() || *asked == Split::all) return chosen;
    if (!data.is_apart(*asked)) {
      chosen.notes.push_back(change +
                             ": the split is made anew, and some of it may have been trained on; "
                             "--split all evaluates everything");
    } else if (*asked != Split::test) {
      chosen.notes.push_back(change);
    }
    return chosen;
  }
  for (const Split split : {Split::test, Split::valid}) {
    if (inventory.count(split) == 0 || (!data.is_apart(split) && !change.empty())) continue;
    ChosenSplit chosen{split, {}};
    if (split == Split::valid) chosen.notes.emplace_back("there is no test split: valid is evaluated");
    return chosen;
  }
  const std::string all = "all " + inventory.what + " are evaluated";
  if (!record.known) return {Split::all, {model + " does not say how its data was split: " + all}};
  if (!change.empty()) return {Split::all, {change + ": " + all + ", also any that were trained on"}};
  return {Split::all, {"there is no test or valid split: " + all + ", those that were trained on"}};
}

}  // namespace lapis::native
