// WebP by libwebp: lossy, lossless, with or without alpha; of an animation the first frame.
#include <memory>

#include <webp/decode.h>
#include <webp/demux.h>

#include "lapis/core/error.h"
#include "pictures/format.h"

namespace lapis::native {
namespace {

void decode_still(Octets bytes, Picture& picture) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) fail("libwebp here is of another version than its headers");
  config.output.colorspace = picture.channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = picture.pixels.data();
  config.output.u.RGBA.size = picture.pixels.size();
  config.output.u.RGBA.stride = picture.width * picture.channels;
  const VP8StatusCode status = WebPDecode(bytes.data(), bytes.size(), &config);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED) fail_truncated();
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != VP8_STATUS_OK) fail_damaged("libwebp cannot decode it");
}

void decode_first_frame(Octets bytes, Picture& picture) {
  WebPAnimDecoderOptions options;
  if (WebPAnimDecoderOptionsInit(&options) == 0) fail("libwebp here is of another version than its headers");
  options.color_mode = MODE_RGBA;
  const WebPData data{bytes.data(), bytes.size()};
  const std::unique_ptr<WebPAnimDecoder, void (*)(WebPAnimDecoder*)> decoder(
      WebPAnimDecoderNew(&data, &options), WebPAnimDecoderDelete);
  std::uint8_t* frame = nullptr;  // belongs to the decoder
  int milliseconds = 0;
  WebPAnimInfo info;
  if (!decoder || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0 ||
      info.canvas_width != static_cast<std::uint32_t>(picture.width) ||
      info.canvas_height != static_cast<std::uint32_t>(picture.height) ||
      WebPAnimDecoderGetNext(decoder.get(), &frame, &milliseconds) == 0) {
    fail_damaged("libwebp cannot decode its first frame");
  }
  picture.pixels.assign(frame, frame + picture.pixels.size());
}

}  // namespace

Picture decode_webp(Octets bytes) {
  constexpr std::uint64_t kRiffHeader = 8;  // "RIFF" and the length of what follows
  if (bytes.size() < kRiffHeader + little_endian(bytes, 4, 4)) fail_truncated();
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(bytes.data(), bytes.size(), &features);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) fail_truncated();
  if (status != VP8_STATUS_OK) fail_damaged("libwebp cannot read its header");
  const bool is_animated = features.has_animation != 0;
  Picture picture =
      make_picture(features.width, features.height, is_animated || features.has_alpha != 0 ? 4 : 3);
  if (is_animated) {
    decode_first_frame(bytes, picture);
  } else {
    decode_still(bytes, picture);
  }
  return picture;
}

}  // namespace lapis::native
