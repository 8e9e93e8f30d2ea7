#pragma once

namespace lapis::native {

/// What the system hands to a new program, made safe before anything else is done. Where one of the
/// descriptors 0 to 2 is closed, it is opened so that reading or writing there fails as before: without this
/// the next file that is opened, a model or a log, would become standard output. A file that grows past the
/// limit on its size makes the write fail, as on a full disk, instead of ending the program.
void prepare_process();

}  // namespace lapis::native
