#pragma once

// The tests are written in Catch2 2's names. Where the machine has Catch2 3, this header stands in for 2's:
// it gives 3's things the names of 2. Not on the path where the machine has Catch2 2.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch_amalgamated.hpp>  // all of Catch2 in two files: what tests/install puts into build/tools for WebAssembly
#endif

using Catch::Approx;

namespace Catch {

using Matchers::EndsWith;
using Matchers::Matches;
using Matchers::StartsWith;
template <class Value>
using MatcherBase = Matchers::MatcherBase<Value>;

/// A class and no other name for one: what is derived from it calls its constructor by this name.
struct TestEventListenerBase : EventListenerBase {
  using EventListenerBase::EventListenerBase;
};

/// In Catch2 3 `Contains` asks a range for an element.
inline auto Contains(const std::string& part) {
  return Matchers::ContainsSubstring(part);
}

}  // namespace Catch
