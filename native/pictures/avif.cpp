// AVIF by libavif; of an animation the first frame.
#include <memory>

#include <avif/avif.h>

#include "lapis/core/error.h"
#include "pictures/format.h"
#include "pictures/orientation.h"

namespace lapis::native {
namespace {

void check(avifResult result, const avifDecoder& decoder) {
  if (result == AVIF_RESULT_OK) return;
  if (result == AVIF_RESULT_TRUNCATED_DATA) fail_truncated();
  if (result == AVIF_RESULT_NO_CODEC_AVAILABLE) fail("libavif here has no decoder for AV1");
  fail_damaged(decoder.diag.error[0] != '\0' ? decoder.diag.error : avifResultToString(result));
}

/// The turn and the mirror that the file asks for, in this order, as one orientation of EXIF. An EXIF block
/// in the file does not count.
int orientation_of(const avifImage& image) {
  const int turns = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0 ? image.irot.angle & 3 : 0;
  const bool mirrored = (image.transformFlags & AVIF_TRANSFORM_IMIR) != 0;
#if AVIF_VERSION >= 1000000
  const bool left_to_right = mirrored && image.imir.axis == 1;
#else
  const bool left_to_right = mirrored && image.imir.mode == 1;
#endif
  // By quarter turns against the clock: upright, then mirrored top to bottom, then left to right.
  constexpr int kTurned[] = {1, 8, 3, 6}, kTopDown[] = {4, 5, 2, 7}, kLeftRight[] = {2, 7, 4, 5};
  return left_to_right ? kLeftRight[turns] : mirrored ? kTopDown[turns] : kTurned[turns];
}

}  // namespace

Picture decode_avif(Octets bytes) {
  const std::unique_ptr<avifDecoder, void (*)(avifDecoder*)> decoder(avifDecoderCreate(), avifDecoderDestroy);
  if (!decoder) throw std::bad_alloc();
  decoder->maxThreads = 1;
  // dav1d writes its own lines about damaged files to standard error. What both make of a whole file is the
  // same.
  if (avifCodecName(AVIF_CODEC_CHOICE_AOM, AVIF_CODEC_FLAG_CAN_DECODE) != nullptr) {
    decoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  }
  decoder->ignoreExif = AVIF_TRUE;
  decoder->ignoreXMP = AVIF_TRUE;
  check(avifDecoderSetIOMemory(decoder.get(), bytes.data(), bytes.size()), *decoder);
  check(avifDecoderParse(decoder.get()), *decoder);
  const avifImage& image = *decoder->image;
  check_size(image.width, image.height);
  check(avifDecoderNextImage(decoder.get()), *decoder);

  const int channels = image.alphaPlane != nullptr ? 4 : 3;
  Picture picture = make_picture(image.width, image.height, channels);
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, &image);
  rgb.format = channels == 4 ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  rgb.depth = 8;
  rgb.pixels = picture.pixels.data();
  rgb.rowBytes = image.width * static_cast<std::uint32_t>(channels);
  check(avifImageYUVToRGB(&image, &rgb), *decoder);
  turn_upright(orientation_of(image), picture);
  return picture;
}

}  // namespace lapis::native
