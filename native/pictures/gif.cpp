// The first frame of a GIF, by giflib.
#include <algorithm>
#include <cstring>
#include <memory>

#include <gif_lib.h>

#include "pictures/format.h"

namespace lapis::native {
namespace {

struct Source {
  Octets bytes;
  std::size_t position = 0;
  bool past_end = false;
};

int read(GifFileType* gif, GifByteType* data, int size) {
  auto& source = *static_cast<Source*>(gif->UserData);
  const std::size_t count = std::min(static_cast<std::size_t>(size), source.bytes.size() - source.position);
  if (count < static_cast<std::size_t>(size)) source.past_end = true;
  std::memcpy(data, source.bytes.data() + source.position, count);
  source.position += count;
  return static_cast<int>(count);
}

struct Close {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, Close>;

[[noreturn]] void refuse(const Source& source, int error) {
  if (source.past_end) fail_truncated();
  const char* why = GifErrorString(error);
  fail_damaged(why == nullptr ? "unknown reason" : why);
}

void check(int result, const Gif& gif, const Source& source) {
  if (result == GIF_ERROR) refuse(source, gif->Error);
}

/// Reads on to the first frame's description; returns the number of the colour that is transparent, or -1.
int find_frame(const Gif& gif, const Source& source) {
  int transparent = NO_TRANSPARENT_COLOR;
  for (;;) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    check(DGifGetRecordType(gif.get(), &record), gif, source);
    if (record == IMAGE_DESC_RECORD_TYPE) return transparent;
    if (record == TERMINATE_RECORD_TYPE) fail_damaged("it holds no frame");
    int kind = 0;
    GifByteType* block = nullptr;
    check(DGifGetExtension(gif.get(), &kind, &block), gif, source);
    while (block != nullptr) {
      GraphicsControlBlock control;
      if (kind == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
        transparent = control.TransparentColor;
      }
      check(DGifGetExtensionNext(gif.get(), &block), gif, source);
    }
  }
}

/// The frame's rows in the order in which they are stored.
std::vector<int> row_order(int height, bool interlaced) {
  std::vector<int> order;
  if (!interlaced) {
    for (int y = 0; y < height; ++y) order.push_back(y);
    return order;
  }
  constexpr int kPasses[][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};  // first row, step
  for (const auto& [first, step] : kPasses) {
    for (int y = first; y < height; y += step) order.push_back(y);
  }
  return order;
}

}  // namespace

Picture decode_gif(Octets bytes) {
  Source source{bytes};
  int error = 0;
  const Gif gif(DGifOpen(&source, read, &error));
  if (gif == nullptr) refuse(source, error);
  check_size(gif->SWidth, gif->SHeight);
  const int transparent = find_frame(gif, source);
  check(DGifGetImageDesc(gif.get()), gif, source);
  const GifImageDesc& frame = gif->Image;
  const ColorMapObject* colours = frame.ColorMap != nullptr ? frame.ColorMap : gif->SColorMap;
  if (colours == nullptr) fail_damaged("it has no colours");
  if (frame.Width < 1 || frame.Height < 1) fail_damaged("its frame has no pixels");

  // What no frame covers is transparent, as in browsers: white here.
  Picture picture = make_picture(std::max(gif->SWidth, frame.Left + frame.Width),
                                 std::max(gif->SHeight, frame.Top + frame.Height), 3, 255);
  std::vector<GifPixelType> line(static_cast<std::size_t>(frame.Width));
  for (const int y : row_order(frame.Height, frame.Interlace)) {
    check(DGifGetLine(gif.get(), line.data(), frame.Width), gif, source);
    std::uint8_t* out = picture.pixels.data() + 3 * (static_cast<std::size_t>(frame.Top + y) *
                                                         static_cast<std::size_t>(picture.width) +
                                                     static_cast<std::size_t>(frame.Left));
    for (const GifPixelType number : line) {
      if (number != transparent) {
        const GifColorType black{0, 0, 0};
        const GifColorType& colour = number < colours->ColorCount ? colours->Colors[number] : black;
        out[0] = colour.Red, out[1] = colour.Green, out[2] = colour.Blue;
      }
      out += 3;
    }
  }
  return picture;
}

}  // namespace lapis::native
