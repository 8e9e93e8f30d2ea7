"""Makes the pictures that all ways into lapis are compared on, and what they show.

    python tests/pictures/make_pictures.py        (Pillow 12 or newer, with AVIF; NumPy)

files/NAME: one picture of each kind, 20 x 20 unless the kind needs another size. pictures.json: for each file either
`shows`, a tensor of expected.safetensors, [height, width, 3] of bytes, or `refused`, a word of the message.

What a file shows is what Pillow makes of it, upright and on white. Where Pillow cannot read a kind, or browsers show
something else, it is written here as `shows=`, worked out from the pixels that went in.
"""
import io
import json
import pathlib
import shutil
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
FILES = HERE / "files"
SIDE = 20

random = np.random.default_rng(12)
index = {}
expected = {}


def smooth(channels):
    """No two rows, columns or corners alike, few bytes when compressed."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    waves = [128 + 90 * np.sin(x / (5 + k) + k) + 37 * np.cos(y / (3 + k)) for k in range(channels)]
    return np.clip(np.stack(waves, -1), 0, 255).astype(np.uint8)


def noise(channels, high=256, dtype=np.uint8):
    return random.integers(0, high, (SIDE, SIDE, channels)).astype(dtype)


def on_white(rgba):
    rgb, alpha = rgba[..., :3].astype(int), rgba[..., 3:].astype(int)
    return ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def grey(values):
    return np.repeat(values[..., None], 3, -1).astype(np.uint8)


def scaled(values, most):
    return ((values.astype(np.int64) * 255 + most // 2) // most).astype(np.uint8)


def pillow_sees(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    image = ImageOps.exif_transpose(image).convert("RGBA")
    return on_white(np.asarray(image))


def remember(pixels):
    """The name of the tensor that holds these pixels."""
    for name, known in expected.items():
        if known.shape == pixels.shape and (known == pixels).all():
            return name
    expected[f"picture_{len(expected):02}"] = pixels
    return f"picture_{len(expected) - 1:02}"


def add(name, data, shows=None, refused=None):
    (FILES / name).write_bytes(data)
    if refused:
        index[name] = {"refused": refused}
    else:
        index[name] = {"shows": remember(pillow_sees(data) if shows is None else np.ascontiguousarray(shows))}


def saved(array, form, mode=None, **options):
    image = array if isinstance(array, Image.Image) else Image.fromarray(array, mode)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(orientation, order=">", kind=3):
    value = struct.pack(order + "HH", orientation, 0) if kind == 3 else struct.pack(order + "I", orientation)
    start = struct.pack(order + "HIH", 42, 8, 1) + struct.pack(order + "HHI", 0x112, kind, 1)
    return (b"MM" if order == ">" else b"II") + start + value + bytes(4)


# PNG ------------------------------------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(bits, colour, rows, before=b"", after=b"", interlaced=False, width=SIDE, height=SIDE):
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", body) + after + chunk(b"IEND", b""))


def rows_of(array):
    return [np.ascontiguousarray(row).tobytes() for row in array]


def packed(values, bits):
    """[height, width] of numbers below 1 << bits -> rows of bytes, the leftmost pixel in the highest bits."""
    planes = (values[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return [np.packbits(row.ravel()).tobytes() for row in planes.astype(np.uint8)]


def adam7(array):
    rows = []
    for x, y, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        rows += rows_of(array[y::dy, x::dx])
    return rows


def make_png():
    rgb, level, alpha = smooth(3), smooth(1)[..., 0], smooth(4)
    plain = png(8, 2, rows_of(rgb))
    add("rgb.png", plain)
    add("grey.png", png(8, 0, rows_of(level)))
    add("rgba.png", png(8, 6, rows_of(alpha)))
    add("grey_alpha.png", png(8, 4, rows_of(alpha[..., 2:])))
    add("interlaced.png", png(8, 2, adam7(rgb), interlaced=True))
    one = rgb[5, 7]
    add("rgb_trns.png", png(8, 2, rows_of(rgb), chunk(b"tRNS", struct.pack(">HHH", *map(int, one)))))
    add("grey_trns.png", png(8, 0, rows_of(level), chunk(b"tRNS", struct.pack(">H", int(level[3, 3])))))
    for bits in (1, 2, 4):
        values, most = level >> (8 - bits), (1 << bits) - 1
        seen = grey(scaled(values, most))
        add(f"grey{bits}.png", png(bits, 0, packed(values, bits)))
        clear = np.where((values == 1)[..., None], 255, seen)
        add(f"grey{bits}_trns.png", png(bits, 0, packed(values, bits), chunk(b"tRNS", b"\0\1")), shows=clear.astype(np.uint8))
        colours = random.integers(0, 256, (1 << bits, 3)).astype(np.uint8)
        plte = chunk(b"PLTE", colours.tobytes())
        add(f"palette{bits}.png", png(bits, 3, packed(values, bits), plte))
        add(f"palette{bits}_trns.png", png(bits, 3, packed(values, bits), plte + chunk(b"tRNS", bytes([0, 128]))))
    add("palette_short.png", png(4, 3, packed(level >> 4, 4), chunk(b"PLTE", bytes(6))), refused="palette")
    deep = noise(4, 65536, ">u2")
    high = (deep >> 8).astype(np.uint8)
    add("rgb16.png", png(16, 2, rows_of(deep[..., :3])), shows=high[..., :3])
    clear = np.where((deep[..., :3] == deep[2, 2, :3]).all(-1)[..., None], 255, high[..., :3])
    add("rgb16_trns.png", png(16, 2, rows_of(deep[..., :3]), chunk(b"tRNS", deep[2, 2, :3].tobytes())), shows=clear.astype(np.uint8))
    add("grey16.png", png(16, 0, rows_of(deep[..., 0])), shows=grey(high[..., 0]))
    add("rgba16.png", png(16, 6, rows_of(deep)), shows=on_white(high))
    for orientation in range(2, 9):
        add(f"exif{orientation}.png", png(8, 2, rows_of(rgb), chunk(b"eXIf", exif(orientation))))
    add("exif_wide.png", png(8, 2, rows_of(rgb[:12]), chunk(b"eXIf", exif(6)), height=12))
    add("exif_behind.png", png(8, 2, rows_of(rgb), after=chunk(b"eXIf", exif(6))), shows=rgb)
    gamma, primaries = struct.pack(">I", 100000), struct.pack(">8I", 31270, 32900, 70000, 30000, 17000, 79700, 13100, 4600)
    add("gamma.png", png(8, 2, rows_of(rgb), chunk(b"gAMA", gamma) + chunk(b"cHRM", primaries)), shows=rgb)
    add("cicp.png", png(8, 2, rows_of(rgb), chunk(b"cICP", bytes([9, 16, 0, 1]))), shows=rgb)
    bad_time = bytearray(chunk(b"tIME", bytes(7)))
    bad_time[-1] ^= 1
    add("bad_time.png", png(8, 2, rows_of(rgb), bytes(bad_time)), shows=rgb)
    add("trailing.png", plain + b"more")
    add("cut.png", plain[:-5], refused="truncated")
    damaged = bytearray(plain)
    damaged[-13] ^= 1
    add("bad_checksum.png", bytes(damaged), refused="damaged")
    bad_clear = bytearray(chunk(b"tRNS", struct.pack(">HHH", *map(int, one))))
    bad_clear[-1] ^= 1
    add("bad_trns.png", png(8, 2, rows_of(rgb), bytes(bad_clear)), refused="damaged")


# JPEG -----------------------------------------------------------------------------------------------------------------


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def make_jpeg():
    rgb, rough, ink = smooth(3), noise(3), noise(4)
    whole = saved(rgb, "JPEG", quality=90, subsampling=0)
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        add(f"noise_{name}.jpg", saved(rough, "JPEG", quality=85, subsampling=subsampling))
    add("odd_420.jpg", saved(rough[:17, :19], "JPEG", quality=85, subsampling=2))
    add("low.jpg", saved(rough, "JPEG", quality=10))
    add("grey.jpg", saved(rough[..., 0], "JPEG"))
    add("progressive.jpg", saved(rough, "JPEG", quality=80, progressive=True))
    add("progressive_grey.jpg", saved(rough[..., 0], "JPEG", progressive=True))
    add("restarts.jpg", saved(rough, "JPEG", quality=80, restart_marker_blocks=1))
    cmyk = saved(ink, "JPEG", mode="CMYK", quality=95)
    mark = cmyk.index(b"\xff\xee")
    length = 2 + struct.unpack(">H", cmyk[mark + 2 : mark + 4])[0]
    ycck = bytearray(cmyk)
    ycck[mark + length - 1] = 2
    add("cmyk.jpg", cmyk)
    add("cmyk_unmarked.jpg", cmyk[:mark] + cmyk[mark + length :])
    add("ycck.jpg", bytes(ycck))
    bare = whole[:2] + whole[4 + struct.unpack(">H", whole[4:6])[0] :]
    adobe = lambda transform: segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))
    add("no_jfif.jpg", bare)
    add("adobe_rgb.jpg", bare[:2] + adobe(0) + bare[2:])
    for orientation in range(2, 9):
        order = "<>"[orientation % 2]
        add(f"exif{orientation}.jpg", whole[:2] + segment(0xE1, b"Exif\0\0" + exif(orientation, order)) + whole[2:])
    upright = pillow_sees(whole)
    turn = segment(0xE1, b"Exif\0\0" + exif(6))
    add("exif_fill_bytes.jpg", whole[:2] + b"\xff\xff" + turn + whole[2:])
    add("exif_behind_xmp.jpg", whole[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>") + turn + whole[2:])
    add("exif_long.jpg", whole[:2] + segment(0xE1, b"Exif\0\0" + exif(6, "<", 4)) + whole[2:], shows=upright)
    scan = whole.index(b"\xff\xda")
    add("exif_late.jpg", whole[:scan] + turn + whole[scan:])
    add("fill_bytes.jpg", whole[:2] + b"\xff" * 7 + whole[2:])
    add("junk_before_end.jpg", whole[:-2] + b"\0\1\2" + whole[-2:])
    add("trailing.jpg", whole + bytes(9))
    add("cut.jpg", whole[:-2], refused="truncated")
    add("cut_and_ended.jpg", whole[: scan + 80] + b"\xff\xd9", refused="damaged")
    short = saved(rough, "JPEG", quality=80, progressive=True)
    first = short.index(b"\xff\xda", short.index(b"\xff\xda") + 2)
    add("one_scan.jpg", short[:first] + b"\xff\xd9", refused="scans")


# GIF, BMP -------------------------------------------------------------------------------------------------------------


def make_gif():
    image = Image.fromarray(smooth(3))
    few = image.quantize(16)
    plain = saved(few, "GIF")
    add("interlaced.gif", plain)
    add("plain.gif", saved(few, "GIF", interlace=False))
    add("clear.gif", saved(few, "GIF", transparency=3))
    add("animated.gif", saved(few, "GIF", save_all=True, append_images=[Image.fromarray(noise(3)).quantize(4)], duration=50))
    screen = plain[:6] + struct.pack("<HH", 28, 24) + plain[10:11] + b"\5" + plain[12:]
    larger = np.full((24, 28, 3), 255, np.uint8)
    larger[:SIDE, :SIDE] = pillow_sees(plain)
    add("larger_screen.gif", screen, shows=larger)
    add("smaller_screen.gif", plain[:6] + struct.pack("<HH", 12, 9) + plain[10:])
    add("cut.gif", plain[: len(plain) // 2], refused="truncated")


def bmp(bits, compression, data, colours=b"", header=40, masks=b"", height=SIDE, used=None):
    used = len(colours) // 4 if used is None else used
    head = struct.pack("<IiiHHIIiiII", header, SIDE, height, 1, bits, compression, len(data), 2835, 2835, used, 0)
    inside = header > 40
    head += masks + bytes(header - 40 - len(masks)) if inside else b""
    outside = b"" if inside else masks
    at = 14 + len(head) + len(outside) + len(colours)
    return b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + head + outside + colours + data


def upward(rows):
    return b"".join(row + bytes(-len(row) % 4) for row in rows[::-1])


def run_lengths(values):
    out = b""
    for row in values[::-1].tolist():
        at = 0
        while at < len(row):
            count = 1
            while at + count < len(row) and row[at + count] == row[at]:
                count += 1
            if count > 1 or len(row) - at < 3:
                out += bytes([count, row[at]])
                at += count
            else:
                single = row[at : at + 5]
                out += bytes([0, len(single)]) + bytes(single) + bytes(len(single) % 2)
                at += len(single)
        out += b"\0\0"
    return out + b"\0\1"


def make_bmp():
    rgb, level, alpha = smooth(3), smooth(1)[..., 0], noise(1)
    bgr = rgb[..., ::-1]
    bgra = np.concatenate([bgr, alpha], -1)
    shown = on_white(np.concatenate([rgb, alpha], -1))
    add("bits24.bmp", bmp(24, 0, upward(rows_of(bgr))))
    add("top_down.bmp", bmp(24, 0, upward(rows_of(bgr[::-1])), height=-SIDE))
    add("bits32.bmp", bmp(32, 0, upward(rows_of(bgra))))
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    add("fields_v3.bmp", bmp(32, 3, upward(rows_of(bgra)), masks=masks[:12]))
    add("fields_alpha_behind.bmp", bmp(32, 6, upward(rows_of(bgra)), masks=masks), shows=shown)
    add("fields_52.bmp", bmp(32, 3, upward(rows_of(bgra)), header=52, masks=masks[:12]))
    for header in (56, 108, 124):
        add(f"alpha_{header}.bmp", bmp(32, 3, upward(rows_of(bgra)), header=header, masks=masks))
    add("alpha_uncompressed.bmp", bmp(32, 0, upward(rows_of(bgra)), header=108, masks=masks), shows=shown)
    deep = random.integers(0, 65536, (SIDE, SIDE)).astype("<u2")
    field = lambda values, shift, bits: scaled((values >> shift) & ((1 << bits) - 1), (1 << bits) - 1)
    add("bits16.bmp", bmp(16, 0, upward(rows_of(deep))), shows=np.stack([field(deep, s, 5) for s in (10, 5, 0)], -1))
    add("bits565.bmp", bmp(16, 3, upward(rows_of(deep)), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
        shows=np.stack([field(deep, 11, 5), field(deep, 5, 6), field(deep, 0, 5)], -1))
    add("bits4444.bmp", bmp(16, 3, upward(rows_of(deep)), header=108, masks=struct.pack("<IIII", 0xF00, 0xF0, 0xF, 0xF000)),
        shows=on_white(np.stack([field(deep, s, 4) for s in (8, 4, 0, 12)], -1)))
    colours = random.integers(0, 256, (256, 4)).astype(np.uint8)
    looked_up = lambda values: colours[values][..., 2::-1]
    for bits in (1, 2, 4, 8):
        values = level >> (8 - bits)
        add(f"palette{bits}.bmp", bmp(bits, 0, upward(packed(values, bits)), colours[: 1 << bits].tobytes()), shows=looked_up(values))
    nibbles = level >> 4
    os2 = struct.pack("<IHHHH", 12, SIDE, SIDE, 1, 4)
    add("os2.bmp", b"BM" + struct.pack("<IHHI", 0, 0, 0, 74) + os2 + np.ascontiguousarray(colours[:16, :3]).tobytes()
        + upward(packed(nibbles, 4)), shows=looked_up(nibbles))
    add("os2_v2.bmp", bmp(4, 0, upward(packed(nibbles, 4)), colours[:16].tobytes(), header=64), shows=looked_up(nibbles))
    add("rle8.bmp", bmp(8, 1, run_lengths(level), colours.tobytes()), shows=looked_up(level))
    moved = np.zeros((SIDE, SIDE, 3), np.uint8)
    moved[SIDE - 1, 0:5] = looked_up(np.array(7))
    moved[SIDE - 3, 8:17] = looked_up(np.array(8))
    moved[SIDE - 4, 0:4] = looked_up(np.array(200))
    add("rle8_moves.bmp", bmp(8, 1, bytes([5, 7, 0, 2, 3, 2, 9, 8, 0, 0, 4, 200, 0, 1]), colours.tobytes()), shows=moved)
    striped = np.tile(looked_up(np.array([5, 10] * 10)), (SIDE, 1, 1))
    striped[0, :5] = looked_up(np.array([1, 2, 3, 4, 5]))
    striped[0, 5:] = looked_up(np.array([7]))
    add("rle4.bmp", bmp(4, 2, bytes([20, 0x5A, 0, 0]) * 19 + bytes([0, 5, 0x12, 0x34, 0x50, 0, 15, 0x77, 0, 1]), colours[:16].tobytes()),
        shows=striped)
    whole = bmp(24, 0, upward(rows_of(bgr)))
    add("cut.bmp", whole[:-3], refused="truncated")
    add("rle8_cut.bmp", bmp(8, 1, run_lengths(level), colours.tobytes())[:-90], refused="truncated")


# The rest -------------------------------------------------------------------------------------------------------------


def make_pnm():
    rgb, level = smooth(3), smooth(1)[..., 0]
    size = b"%d %d" % (SIDE, SIDE)
    text = lambda values: b" ".join(b"%d" % value for value in values.ravel().tolist())
    deep = noise(3, 65536, ">u2")
    add("bytes.ppm", b"P6\n# a comment\n" + size + b"\n255\n" + rgb.tobytes())
    add("deep.ppm", b"P6 " + size + b" 65535\n" + deep.tobytes(), shows=scaled(deep, 65535))
    add("text.ppm", b"P3\n" + size + b"\n1000\n" + text(rgb.astype(int) * 3) + b"\n", shows=scaled(rgb.astype(int) * 3, 1000))
    add("bytes.pgm", b"P5 " + size + b" 255\n" + level.tobytes())
    add("most15.pgm", b"P5 " + size + b" 15\n" + (level >> 4).tobytes(), shows=grey(scaled(level >> 4, 15)))
    add("most1023.pgm", b"P5 " + size + b" 1023\n" + (deep[..., 0] >> 6).astype(">u2").tobytes(),
        shows=grey(scaled(deep[..., 0] >> 6, 1023)))
    add("text.pgm", b"P2 " + size + b" 255 # c\n" + text(level), shows=grey(level))
    add("bits.pbm", b"P4 " + size + b"\n" + np.packbits(level < 128, axis=1).tobytes())
    add("text.pbm", b"P1 " + size + b"\n" + bytes(48 + (level < 128).ravel().astype(np.uint8)))
    add("cut.ppm", b"P6 " + size + b" 255\n" + rgb.tobytes()[:-1], refused="truncated")
    add("too_bright.pgm", b"P5 " + size + b" 15\n" + level.tobytes(), refused="damaged")


def make_webp():
    rgb, rough, alpha = smooth(3), noise(3), smooth(4)
    add("lossy.webp", saved(rgb, "WEBP", quality=90))
    add("lossy_noise.webp", saved(rough, "WEBP", quality=60))
    add("lossless.webp", saved(rgb, "WEBP", lossless=True))
    add("lossy_alpha.webp", saved(alpha, "WEBP", mode="RGBA", quality=90))
    add("lossless_alpha.webp", saved(alpha, "WEBP", mode="RGBA", lossless=True, exact=True))
    add("animated.webp", saved(rgb, "WEBP", save_all=True, append_images=[Image.fromarray(rough)], quality=90))
    whole = saved(rgb, "WEBP", quality=90, exif=exif(6))
    add("exif6.webp", whole, shows=pillow_sees(saved(rgb, "WEBP", quality=90)))  # browsers do not turn it
    add("cut.webp", saved(rgb, "WEBP", quality=90)[:-9], refused="truncated")


def make_avif():
    rgb, rough = smooth(3), noise(3)
    for name, subsampling in (("444", "4:4:4"), ("422", "4:2:2"), ("420", "4:2:0")):
        add(f"noise_{name}.avif", saved(rough, "AVIF", quality=50, subsampling=subsampling))
    add("limited.avif", saved(rgb, "AVIF", quality=90, range="limited"))
    add("grey.avif", saved(rgb[..., 0], "AVIF", quality=90))
    for orientation in range(2, 9):
        add(f"turned{orientation}.avif", saved(rgb, "AVIF", quality=90, subsampling="4:4:4", exif=exif(orientation)))
    add("cut.avif", saved(rgb, "AVIF", quality=90)[:-9], refused="truncated")


def make_tiff():
    rgb, rough, alpha = smooth(3), noise(3), smooth(4)
    for name, compression in (("plain", None), ("lzw", "tiff_lzw"), ("deflate", "tiff_adobe_deflate"), ("packbits", "packbits"), ("jpeg", "jpeg")):
        add(f"{name}.tif", saved(rgb, "TIFF", compression=compression))
    bits = Image.fromarray(rgb).convert("1")
    add("fax3.tif", saved(bits, "TIFF", compression="group3"))
    add("fax4.tif", saved(bits, "TIFF", compression="group4"))
    add("grey.tif", saved(rgb[..., 0], "TIFF"))
    add("palette.tif", saved(Image.fromarray(rgb).quantize(8), "TIFF"))
    add("alpha.tif", saved(alpha, "TIFF", mode="RGBA"))
    add("grey_alpha.tif", saved(np.ascontiguousarray(alpha[..., 2:]), "TIFF", mode="LA"))
    add("cmyk.tif", saved(noise(4), "TIFF", mode="CMYK"))
    deep = noise(1, 65536, np.uint16)[..., 0]
    add("grey16.tif", saved(deep, "TIFF"), shows=grey(deep >> 8))
    add("pages.tif", saved(rgb, "TIFF", save_all=True, append_images=[Image.fromarray(rough)], compression="tiff_lzw"))
    for orientation in range(2, 9):
        add(f"turned{orientation}.tif", saved(rgb, "TIFF", compression="tiff_lzw", tiffinfo={274: orientation}))
    add("float.tif", saved(rgb[..., 0].astype(np.float32), "TIFF"), refused="not read")
    add("cut.tif", saved(rgb, "TIFF")[:700], refused="damaged")


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, array in sorted(tensors.items()):
        header[name] = {"dtype": "U8", "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += np.ascontiguousarray(array, np.uint8).tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir()
    for make in (make_png, make_jpeg, make_gif, make_bmp, make_pnm, make_webp, make_avif, make_tiff):
        make()
    (HERE / "pictures.json").write_text(json.dumps(index, indent=1, sort_keys=True) + "\n")
    write_safetensors(HERE / "expected.safetensors", expected)
    refused = sum("refused" in entry for entry in index.values())
    print(f"{len(index)} files, {refused} of them to be refused, {len(expected)} different pictures")


main()
