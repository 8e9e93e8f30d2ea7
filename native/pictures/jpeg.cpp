// JPEG by libjpeg: baseline, progressive and, where the library has it, arithmetic coding.
#include <algorithm>
#include <cstdio>
#include <cstring>

// First: it says which codes jerror.h has.
#include <jpeglib.h>

#include <jerror.h>

#include "pictures/format.h"
#include "pictures/jump.h"
#include "pictures/orientation.h"

namespace lapis::native {
namespace {

/// More scans than any encoder writes: each goes over the whole picture, and a small file may hold thousands.
constexpr int kMostScans = 100;
/// Every 8 x 8 block takes at least one bit, but for arithmetic coding.
constexpr std::uint64_t kMostPixelsPerByte = 8 * 64;

struct Decoder {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf failed{};
  char message[JMSG_LENGTH_MAX] = {};
  bool truncated = false;
  bool seen[MAX_COMPONENTS] = {};  // components that a scan had
  bool complete = true;            // no scan is missing that made the picture finer

  ~Decoder() { jpeg_destroy_decompress(&info); }
};

Decoder& decoder_of(j_common_ptr info) {
  return *static_cast<Decoder*>(info->client_data);
}

[[noreturn]] void leave(j_common_ptr info) {
  Decoder& decoder = decoder_of(info);
  info->err->format_message(info, decoder.message);
  std::longjmp(decoder.failed, 1);
}

/// The library warns, and makes up pixels, where data is missing or damaged. Other warnings say nothing about
/// the pixels: bytes between two segments, an unknown version.
void refuse_made_up_pixels(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
      decoder_of(info).truncated = true;
      [[fallthrough]];
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
#ifdef D_ARITH_CODING_SUPPORTED
    case JWRN_ARITH_BAD_CODE:
#endif
    case JWRN_MUST_RESYNC:
      leave(info);
    default:
      return;
  }
}

/// The first EXIF block among the segments before the pixels.
int orientation_of(const jpeg_decompress_struct& info) {
  constexpr std::size_t kPrefix = 6;  // "Exif", zero, and a byte that browsers do not look at
  for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr; marker = marker->next) {
    const Octets data(marker->data, marker->data_length);
    if (data.size() > kPrefix && std::memcmp(data.data(), "Exif", 5) == 0) {
      return exif_orientation(data.subspan(kPrefix));
    }
  }
  return 1;
}

void read_header(Decoder& decoder, Octets bytes) {
  jpeg_create_decompress(&decoder.info);
  jpeg_mem_src(&decoder.info, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_save_markers(&decoder.info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&decoder.info, TRUE);
}

/// Channels of the picture that `jpeg_read_scanlines` hands out.
int choose_colours(jpeg_decompress_struct& info) {
  switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE:
      info.out_color_space = JCS_GRAYSCALE;
      return 1;
    case JCS_CMYK:
    case JCS_YCCK:
      info.out_color_space = JCS_CMYK;
      return 4;
    default:
      info.out_color_space = JCS_RGB;
      return 3;
  }
}

void note_scan(Decoder& decoder) {
  for (int i = 0; i < decoder.info.comps_in_scan; ++i) {
    decoder.seen[decoder.info.cur_comp_info[i]->component_index] = true;
  }
}

/// Of a progressive picture all bits are there of every coefficient that had a scan, and of the low ones,
/// which the library would guess else (kGuessed of them, with the mean).
bool has_all_bits(const jpeg_decompress_struct& info) {
  constexpr int kGuessed = 10;
  for (int i = 0; i < info.num_components; ++i) {
    for (int k = 0; k < DCTSIZE2; ++k) {
      const int missing = info.coef_bits[i][k];  // -1: all
      if (missing > 0 || (missing < 0 && k < kGuessed)) return false;
    }
  }
  return true;
}

/// Takes in all scans before the first pixel is made. False where there are too many.
bool read_scans(Decoder& decoder) {
  jpeg_decompress_struct& info = decoder.info;
  info.buffered_image = TRUE;
  jpeg_start_decompress(&info);
  note_scan(decoder);
  for (int event = 0; event != JPEG_REACHED_EOI;) {
    event = jpeg_consume_input(&info);
    if (event == JPEG_REACHED_SOS) note_scan(decoder);
    if (info.input_scan_number > kMostScans) return false;
  }
  decoder.complete = info.progressive_mode == FALSE || has_all_bits(info);
  jpeg_start_output(&info, info.input_scan_number);
  return true;
}

void read_rows(Decoder& decoder, Picture& picture) {
  jpeg_decompress_struct& info = decoder.info;
  const std::size_t row_bytes =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = picture.pixels.data() + info.output_scanline * row_bytes;
    jpeg_read_scanlines(&info, &row, 1);
  }
  if (info.buffered_image == TRUE) jpeg_finish_output(&info);
  jpeg_finish_decompress(&info);
}

/// CMYK as every file in use stores it, with or without Adobe's mark: 255 is no ink.
void ink_to_rgb(Picture& picture) {
  std::uint8_t* out = picture.pixels.data();
  for (std::size_t at = 0; at < picture.pixels.size(); at += 4) {
    const std::uint8_t* ink = picture.pixels.data() + at;
    const int black = ink[3];
    for (int c = 0; c < 3; ++c) *out++ = static_cast<std::uint8_t>((ink[c] * black + 127) / 255);
  }
  picture.pixels.resize(picture.pixels.size() / 4 * 3);
  picture.channels = 3;
}

[[noreturn]] void refuse(const Decoder& decoder) {
  if (decoder.truncated) fail_truncated();
  fail_damaged(decoder.message);
}

}  // namespace

Picture decode_jpeg(Octets bytes) {
  Decoder decoder;
  jpeg_decompress_struct& info = decoder.info;
  info.err = jpeg_std_error(&decoder.errors);
  info.client_data = &decoder;
  decoder.errors.error_exit = leave;
  decoder.errors.emit_message = refuse_made_up_pixels;
  if (!run_or_jump(decoder.failed, [&] { read_header(decoder, bytes); })) refuse(decoder);

  check_size(info.image_width, info.image_height);
  const std::uint64_t pixels = std::uint64_t{info.image_width} * info.image_height;
  if (info.arith_code == FALSE && pixels > kMostPixelsPerByte * bytes.size()) fail_truncated();
  Picture picture = make_picture(info.image_width, info.image_height, choose_colours(info));
  const int orientation = orientation_of(info);

  bool few_scans = true;
  const bool done = run_or_jump(decoder.failed, [&] {
    if (jpeg_has_multiple_scans(&info) == TRUE) {
      few_scans = read_scans(decoder);
    } else {
      jpeg_start_decompress(&info);
      note_scan(decoder);
    }
    if (few_scans) read_rows(decoder, picture);
  });
  if (!done) refuse(decoder);
  if (!few_scans) fail_damaged("more than 100 scans");
  const bool all_seen =
      std::all_of(decoder.seen, decoder.seen + info.num_components, [](bool seen) { return seen; });
  if (!all_seen || !decoder.complete) fail_damaged("not all of its scans are there");
  if (picture.channels == 4) ink_to_rgb(picture);
  turn_upright(orientation, picture);
  return picture;
}

}  // namespace lapis::native
