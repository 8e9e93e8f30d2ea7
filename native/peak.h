#pragma once

namespace lapis::native {

/// What the arithmetic of this machine gives at most: float32 operations a second, multiply and add counted
/// as two, of threads that do nothing but independent multiply-adds on vectors in registers: no memory is
/// read, no result waited for. With the instructions that this build may use (LAPIS_MARCH), on vectors as
/// wide as the library's. `threads` of them, but no more than the machine has cores.
///
/// Takes about 0.15 s. Of each thread the fastest round of about a millisecond counts, so that other work on
/// the machine hardly matters.
double measure_peak(int threads);

}  // namespace lapis::native
