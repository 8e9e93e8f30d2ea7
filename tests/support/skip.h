#pragma once

#include <string>

namespace lapis_test {

/// Says that the running test cannot be done here and counts it as skipped, not as passed; the test then
/// returns: `return skip("no data set");`
void skip(const std::string& why);

}  // namespace lapis_test
