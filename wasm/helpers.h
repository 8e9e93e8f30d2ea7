#pragma once

#include <cstdint>

#include "api.h"

/// What the module with threads exports besides api.h; src/helpers.ts declares the same functions. The module
/// starts no thread: a helper is a worker of the host's with an instance of its own over the same memory, and
/// a stack of its own there (`stackRestore` with its end, a multiple of 16), that calls `lapis_help`. It runs
/// nothing but pieces of operations, which neither allocate nor throw, so nothing else here, malloc included,
/// has to be safe for several threads.
extern "C" {

/// The life of helper `index`, counted from 1: takes pieces of the caller's work whenever there are some,
/// sleeps in between, and returns after `lapis_set_helpers(0)`.
void LAPIS_EXPORT(lapis_help)(std::int32_t index);

/// A helper that ended inside a piece (a trap) says so, on the stack that it began with: the caller, which
/// waits for the piece, ends with a trap too. Without this it would wait for ever.
void LAPIS_EXPORT(lapis_helper_lost)();

/// Helpers 1 to `count` are there: models that are loaded from now on use them. 0: they are sent home, and
/// the caller does all the work itself, with the same results.
void LAPIS_EXPORT(lapis_set_helpers)(std::int32_t count);
}
