#include "backend/op_cases.h"

#include <cmath>
#include <limits>

#include "backend/op_run.h"

using namespace lapis;

namespace lapis_test {

double normalised_error(const std::vector<Real>& actual, const std::vector<Real>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const auto a = static_cast<double>(actual[i]);
    const auto b = static_cast<double>(expected[i]);
    if (std::isnan(a) && std::isnan(b)) continue;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::infinity();
    if (a == b) {  // infinities, too
      size += std::isinf(b) ? 0 : b * b;
      continue;
    }
    error += (a - b) * (a - b);
    size += b * b;
  }
  return size > 0 ? error / size : error;
}

namespace {

std::vector<std::uint8_t> make_mask(Index count, std::uint64_t seed, bool none = false) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(count));
  const RandomStream random(seed, 5);
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = !none && random.uniform(i) < 0.6F ? 1 : 0;
  return mask;
}

using Cases = std::vector<OpCase>;
using Body = std::function<void(OpRun&)>;

void add(Cases& cases, const std::string& name, const Body& body) {
  cases.push_back({name, [body](Backend& backend) {
                     OpRun run(backend);
                     body(run);
                     return run.results();
                   }});
}

std::string text(std::initializer_list<Index> numbers) {
  std::string all;
  for (const Index number : numbers) all += " " + std::to_string(number);
  return all;
}

void add_products(Cases& cases) {
  struct Size {
    Index m, n, k;
  };
  for (const Size size :
       {Size{1, 1, 1}, Size{3, 5, 7}, Size{64, 64, 16}, Size{65, 63, 33}, Size{130, 70, 129},
        Size{17, 10, 3000}, Size{1, 200, 65}, Size{9, 4, 0}, Size{260, 137, 40}}) {
    for (int kind = 0; kind < 8; ++kind) {
      const auto [m, n, k] = size;
      add(cases, "gemm" + text({m, n, k, kind}), [=](OpRun& run) {
        Gemm gemm = {.m = m, .n = n, .k = k};
        gemm.transpose_a = (kind & 1) != 0;
        gemm.transpose_b = (kind & 2) != 0;
        gemm.lda = (gemm.transpose_a ? m : k) + 3;
        gemm.ldb = (gemm.transpose_b ? k : n) + 2;
        if (m % 2 == 0) {  // what 128 bits can be read of at once
          gemm.lda = (gemm.lda + 3) / 4 * 4;
          gemm.ldb = (gemm.ldb + 3) / 4 * 4;
        }
        gemm.ldc = n;
        gemm.a = run.random((gemm.transpose_a ? k : m) * gemm.lda + 1);
        gemm.b = run.random((gemm.transpose_b ? n : k) * gemm.ldb + 1);
        gemm.accumulate = (kind & 4) != 0;
        gemm.c = gemm.accumulate ? run.added("c", m * n) : run.out("c", m * n);
        if (kind % 3 == 0) gemm.bias = run.random(n);
        gemm.activation = kind % 4 == 1   ? Activation::relu
                          : kind % 4 == 2 ? Activation::tanh
                                          : Activation::linear;
        run.backend.gemm(gemm);
      });
    }
  }
  for (const Index rows : {1, 15, 37, 2000}) {
    for (const Index n : {1, 3, 130}) {
      add(cases, "sum_rows" + text({rows, n}),
          [=](OpRun& run) { run.backend.sum_rows(run.random(rows * n), rows, n, run.added("bias", n)); });
      add(cases, "add_bias" + text({rows, n}), [=](OpRun& run) {
        run.backend.add_bias(run.added("y", rows * n), rows, n, run.random(n), Activation::relu);
      });
    }
  }
}

/// Keras's `same` (the extra row at the bottom and right) or `valid`.
Window2D window_of(Index batch, Index height, Index width, Index channels, Index kernel, Index stride,
                   Index dilation, bool same) {
  Window2D w = {.batch = batch, .height = height, .width = width, .channels = channels};
  w.kernel_height = kernel;
  w.kernel_width = kernel > 1 ? kernel - 1 : 1;  // not square
  w.stride_y = stride;
  w.stride_x = stride > 1 ? stride - 1 : 1;
  w.dilation_y = w.dilation_x = dilation;
  const auto side = [&](Index size, Index taps, Index step, Index& out, Index& pad) {
    const Index reach = (taps - 1) * dilation + 1;
    out = same ? (size + step - 1) / step : (size - reach) / step + 1;
    pad = same ? std::max(Index{0}, ((out - 1) * step + reach - size) / 2) : 0;
  };
  side(height, w.kernel_height, w.stride_y, w.out_height, w.pad_top);
  side(width, w.kernel_width, w.stride_x, w.out_width, w.pad_left);
  return w;
}

void add_windows(Cases& cases) {
  struct Size {
    Index batch, height, width, channels, filters, kernel, stride, dilation;
  };
  for (const Size s :
       {Size{1, 5, 4, 1, 1, 3, 1, 1}, Size{2, 7, 9, 3, 5, 3, 1, 1}, Size{3, 8, 8, 4, 6, 2, 2, 1},
        Size{2, 11, 10, 2, 3, 4, 3, 1}, Size{1, 12, 13, 3, 4, 3, 1, 2}, Size{2, 6, 6, 17, 66, 1, 1, 1},
        Size{4, 16, 16, 3, 8, 5, 2, 1}, Size{2, 9, 8, 20, 36, 3, 1, 1}, Size{3, 9, 7, 8, 4, 4, 2, 3},
        Size{2, 17, 13, 4, 4, 5, 4, 2}}) {
    for (const bool same : {false, true}) {
      const Window2D w =
          window_of(s.batch, s.height, s.width, s.channels, s.kernel, s.stride, s.dilation, same);
      const std::string name = text(
          {s.batch, s.height, s.width, s.channels, s.filters, s.kernel, s.stride, s.dilation, same ? 1 : 0});
      const Index x_size = w.batch * w.height * w.width * w.channels;
      const Index positions = w.batch * w.out_height * w.out_width;
      const Index kernel_size = w.kernel_height * w.kernel_width * w.channels * s.filters;
      const Index filters = s.filters;
      add(cases, "conv2d" + name, [=](OpRun& run) {
        Conv2DOp op = {.window = w, .filters = filters, .activation = Activation::relu};
        Real* const scratch = run.scratch(run.backend.conv2d_scratch(op, true));
        const Real* const x = run.random(x_size);
        const Real* const kernel = run.random(kernel_size);
        const Real* const dy = run.random(positions * filters);
        run.backend.conv2d(op, x, {.kernel = kernel, .bias = run.random(filters)},
                           run.out("y", positions * filters), scratch);
        run.backend.conv2d_backward_data(op, dy, kernel, run.out("dx", x_size, true), scratch);
        run.backend.conv2d_backward_kernel(op, x, dy, run.added("dkernel", kernel_size), scratch);
      });
      if (w.out_height > 2 && w.out_width > 2) {
        add(cases, "conv2d pooled" + name, [=](OpRun& run) {
          Pool2D pool;
          pool.window = window_of(w.batch, w.out_height, w.out_width, filters, 2, 2, 1, false);
          const Index pooled = w.batch * pool.window.out_height * pool.window.out_width * filters;
          Conv2DOp op = {.window = w, .filters = filters, .activation = Activation::relu, .pool = pool};
          Real* const scratch = run.scratch(run.backend.conv2d_scratch(op, false));
          const Real* const x = run.random(x_size);
          run.backend.conv2d(op, x, {.kernel = run.random(kernel_size)}, run.out("y", pooled), scratch);
        });
      }
      for (const Pooling pooling : {Pooling::max, Pooling::average}) {
        add(cases, (pooling == Pooling::max ? "pool2d max" : "pool2d average") + name, [=](OpRun& run) {
          // Whole numbers: many values of a window are equal, and the first is to get the gradient.
          const Real* const x = run.in(random_ids(x_size, 4, 9));
          run.backend.pool2d({pooling, w}, x, run.out("y", positions * w.channels));
          run.backend.pool2d_backward({pooling, w}, x, run.random(positions * w.channels),
                                      run.out("dx", x_size, true));
        });
      }
    }
  }
}

void add_elements(Cases& cases) {
  for (int kind = 0; kind <= static_cast<int>(Activation::tanh_shrink); ++kind) {
    const auto activation = static_cast<Activation>(kind);
    for (const Index n : {1, 7, 65, 2100}) {
      add(cases, "activate" + text({kind, n}), [=](OpRun& run) {
        const Index rows = 9;
        const Real* const x = run.random(rows * n, -8, 8);
        Real* const y = run.out("y", rows * n);
        run.backend.activate(activation, x, y, rows, n);
        run.backend.activate_backward(activation, follows_from_output(activation) ? y : x,
                                      run.random(rows * n), run.out("dx", rows * n, true), rows, n);
      });
    }
  }
  for (const auto kind : {Pointwise::Kind::affine, Pointwise::Kind::rectify, Pointwise::Kind::elu}) {
    add(cases, "pointwise" + text({static_cast<Index>(kind)}), [=](OpRun& run) {
      const Pointwise op = {
          .kind = kind, .slope = Real(0.3), .offset = Real(0.5), .threshold = Real(0.1), .largest = 2};
      const Real* const x = run.random(1001, -4, 4);
      run.backend.pointwise(op, x, run.out("y", 1001), 1001);
      run.backend.pointwise_backward(op, x, run.random(1001), run.out("dx", 1001, true), 1001);
    });
  }
  for (const float rate : {0.0F, 0.1F, 0.5F, 1.0F}) {
    for (const Index count : {1, 3, 1027}) {
      add(cases, "dropout " + std::to_string(rate) + text({count}), [=](OpRun& run) {
        run.backend.dropout(run.random(count), run.out("y", count), count, rate,
                            RandomStream(0x123456789abcdef0, 0xfedcba9876543210));
      });
    }
  }
  for (const auto mode :
       {Backend::Merge::concat, Backend::Merge::sum, Backend::Merge::ave, Backend::Merge::mul}) {
    add(cases, "merge" + text({static_cast<Index>(mode)}), [=](OpRun& run) {
      const Index rows = 7, n = 5, wide = mode == Backend::Merge::concat ? 10 : 5;
      const Real* const a = run.random(rows * n);
      const Real* const b = run.random(rows * n);
      run.backend.merge(mode, a, b, run.out("y", rows * wide), rows, n);
      run.backend.merge_backward(mode, a, b, run.random(rows * wide), run.out("da", rows * n, true),
                                 run.out("db", rows * n, true), rows, n);
    });
  }
  add(cases, "reverse_time",
      [](OpRun& run) { run.backend.reverse_time(run.random(3 * 5 * 7), run.out("y", 3 * 5 * 7), 3, 5, 7); });
  add(cases, "add, add_scaled, copy, zero", [](OpRun& run) {
    run.backend.add(run.random(1001), run.added("added", 1001), 1001);
    run.backend.add_scaled(Real(-0.3), run.random(1001), run.added("scaled", 1001), 1001);
    run.backend.copy(run.random(77), run.out("copy", 77), 77);
    run.backend.zero(run.out("zero", 77), 77);
  });
}

void add_norms(Cases& cases) {
  for (const Index rows : {1, 5, 300}) {
    for (const Index n : {2, 6, 33, 2100}) {  // of 1, layer_norm's dx is nothing but rounding
      add(cases, "rms_norm" + text({rows, n}), [=](OpRun& run) {
        const Real* const x = run.random(rows * n);
        const Real* const scale = run.random(n, 0.5, 1.5);
        run.backend.rms_norm(x, scale, Real(1e-3), run.out("y", rows * n), rows, n);
        run.backend.rms_norm_backward(x, scale, Real(1e-3), run.random(rows * n),
                                      run.out("dx", rows * n, true), run.added("dscale", n), rows, n);
      });
      for (const bool whole : {false, true}) {
        add(cases, "layer_norm" + text({rows, n, whole}), [=](OpRun& run) {
          const Real* const x = run.random(rows * n);
          const Real* const scale = whole ? run.random(n, 0.5, 1.5) : nullptr;
          const Real* const offset = whole ? run.random(n) : nullptr;
          run.backend.layer_norm(x, scale, offset, Real(1e-3), run.out("y", rows * n), rows, n);
          run.backend.layer_norm_backward(
              x, scale, Real(1e-3), run.random(rows * n), run.out("dx", rows * n, true),
              whole ? run.added("dscale", n) : nullptr, whole ? run.added("doffset", n) : nullptr, rows, n);
        });
      }
      for (const int masked : {0, 1, 2}) {
        add(cases, "column_norm" + text({rows, n, masked}), [=](OpRun& run) {
          const Real* const x = run.random(rows * n, 1, 3);
          const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(rows, 3, masked == 2));
          Real* const mean = run.out("mean", n);
          Real* const variance = run.out("variance", n);
          run.backend.column_moments(x, mask, rows, n, mean, variance);
          const ColumnNorm op = {.rows = rows,
                                 .n = n,
                                 .epsilon = Real(1e-3),
                                 .mean = mean,
                                 .variance = variance,
                                 .scale = run.random(n, 0.5, 1.5),
                                 .offset = run.random(n)};
          run.backend.column_norm(op, x, run.out("y", rows * n));
          run.backend.column_norm_backward(op, x, mask, masked != 2, run.random(rows * n),
                                           run.out("dx", rows * n, true), run.added("dscale", n),
                                           run.added("doffset", n), run.scratch(2 * n));
        });
      }
    }
  }
}

void add_axes(Cases& cases) {
  for (const int masked : {0, 1, 2}) {
    add(cases, "mean_steps" + text({masked}), [=](OpRun& run) {
      const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(5 * 9, 3, masked == 2));
      run.backend.mean_steps(run.random(5 * 9 * 7), mask, 5, 9, 7, run.out("y", 5 * 7));
      run.backend.mean_steps_backward(run.random(5 * 7), mask, 5, 9, 7, run.out("dx", 5 * 9 * 7, true));
    });
  }
  for (const Index pad : {-1, 0, 2}) {
    add(cases, "pad2d" + text({pad}), [=](OpRun& run) {
      Window2D w = {.batch = 2,
                    .height = 5,
                    .width = 6,
                    .channels = 3,
                    .out_height = 5 + 2 * pad,
                    .out_width = 7 + pad};
      w.pad_top = pad;
      w.pad_left = pad;
      run.backend.pad2d(w, run.random(2 * 5 * 6 * 3), run.out("y", 2 * w.out_height * w.out_width * 3));
    });
  }
  add(cases, "keep_rows", [](OpRun& run) {
    auto* const mask = reinterpret_cast<std::uint8_t*>(run.make("mask", std::vector<Real>(3)));
    run.backend.keep_rows(run.in(random_ids(12 * 2, 2, 4)), 0, run.random(12 * 2), run.out("to", 12 * 2),
                          mask, 12, 2);
  });
  for (const Index count : {1, 13, 500}) {
    add(cases, "embedding" + text({count}), [=](OpRun& run) {
      const Index words = 11, n = 6;
      const Real* const ids = run.in(random_ids(count, words, 8));
      run.backend.embedding(ids, run.random(words * n), run.out("y", count * n), count, n);
      run.backend.embedding_backward(ids, run.random(count * n), run.added("dtable", words * n), count, n);
      auto* const mask = reinterpret_cast<std::uint8_t*>(
          run.make("mask", std::vector<Real>(static_cast<std::size_t>(count + 3) / 4)));
      run.backend.mask_nonzero(ids, mask, count);
    });
  }
  add(cases, "embedding, long runs", [](OpRun& run) {  // as padding makes them
    const Index count = 64 * 80, words = 3000, n = 10;
    std::vector<Real> ids = random_ids(count, words, 8);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (i % 80 < 37) ids[i] = i % 2 == 0 ? Real(0) : Real(2999);
    run.backend.embedding_backward(run.in(ids), run.random(count * n), run.added("dtable", words * n), count,
                                   n);
  });
  add(cases, "embedding of wide rows", [](OpRun& run) {
    const Index count = 90, words = 5, n = 8195;
    run.backend.embedding_backward(run.in(random_ids(count, words, 8)), run.random(count * n),
                                   run.added("dtable", words * n), count, n);
  });
  add(cases, "embedding in pieces", [](OpRun& run) {  // more ids than are handled at once
    const Index count = 16384 * 2 + 77;
    run.backend.embedding_backward(run.in(random_ids(count, 5000, 8)), run.random(count * 2),
                                   run.added("dtable", 5000 * 2), count, 2);
  });
}

enum class Kind { simple_rnn, lstm, gru };

void run_recurrent(OpRun& run, Kind kind, const Recurrent& op) {
  Backend& backend = run.backend;
  const Index gates = kind == Kind::simple_rnn ? 1 : kind == Kind::lstm ? 4 : 3;
  const Index columns = gates * op.units;
  const Index biases = kind == Kind::gru && op.reset_after ? 2 * columns : columns;
  const Index outputs = op.batch * (op.return_sequences ? op.time : 1) * op.units;
  const auto size = [&](Index simple, Index lstm, Index gru) {
    return kind == Kind::simple_rnn ? simple : kind == Kind::lstm ? lstm : gru;
  };
  RecurrentParameters parameters;
  parameters.kernel = run.random(op.inputs * columns, -0.5, 0.5);
  const double spread = 1.0 / std::sqrt(static_cast<double>(std::max(op.units, Index{4})));
  parameters.recurrent_kernel = run.random(op.units * columns, -spread, spread);
  parameters.bias = run.random(biases, -0.5, 0.5);
  const Real* const x = run.random(op.batch * op.time * op.inputs);
  const Real* const dy = run.random(outputs);
  Real* const saved =
      run.scratch(size(backend.simple_rnn_saved(op), backend.lstm_saved(op), backend.gru_saved(op)));
  Real* const scratch =
      run.scratch(size(backend.simple_rnn_scratch(op), backend.lstm_scratch(op), backend.gru_scratch(op)));
  RecurrentGradients gradients;
  gradients.kernel = run.added("dkernel", op.inputs * columns);
  gradients.recurrent_kernel = run.added("drecurrent_kernel", op.units * columns);
  gradients.bias = run.added("dbias", biases);
  Real* const predicted = run.out("predicted", outputs);
  Real* const y = run.out("y", outputs);
  Real* const dx = run.out("dx", op.batch * op.time * op.inputs, true);
  if (kind == Kind::simple_rnn) {
    backend.simple_rnn(op, x, parameters, predicted, nullptr, scratch);
    backend.simple_rnn(op, x, parameters, y, saved, scratch);
    backend.simple_rnn_backward(op, x, parameters, dy, saved, dx, gradients, scratch);
  } else if (kind == Kind::lstm) {
    backend.lstm(op, x, parameters, predicted, nullptr, scratch);
    backend.lstm(op, x, parameters, y, saved, scratch);
    backend.lstm_backward(op, x, parameters, dy, saved, dx, gradients, scratch);
  } else {
    backend.gru(op, x, parameters, predicted, nullptr, scratch);
    backend.gru(op, x, parameters, y, saved, scratch);
    backend.gru_backward(op, x, parameters, dy, saved, dx, gradients, scratch);
  }
}

void add_recurrent(Cases& cases) {
  struct Size {
    Index batch, time, inputs, units;
  };
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm, Kind::gru}) {
    for (const Size s : {Size{1, 1, 1, 1}, Size{3, 5, 4, 6}, Size{5, 7, 3, 17}, Size{34, 4, 9, 8}}) {
      for (int way = 0; way < 16; ++way) {
        add(cases, "recurrent" + text({static_cast<Index>(kind), s.batch, s.time, s.inputs, s.units, way}),
            [=](OpRun& run) {
              Recurrent op = {.batch = s.batch, .time = s.time, .inputs = s.inputs, .units = s.units};
              op.return_sequences = (way & 1) != 0;
              op.go_backwards = (way & 2) != 0;
              op.zero_output_for_mask = (way & 4) != 0;
              op.reset_after = way % 3 != 0;
              if (way == 5) op.activation = Activation::relu;
              if (way == 6) op.recurrent_activation = Activation::hard_sigmoid;
              if ((way & 8) != 0) op.mask = run.mask(make_mask(s.batch * s.time, 77, way == 9));
              run_recurrent(run, kind, op);
            });
      }
    }
  }
}

void add_pictures(Cases& cases) {
  for (const Index channels : {1, 3}) {
    for (const bool mirror : {false, true}) {
      add(cases, "load_pictures" + text({channels, mirror}), [=](OpRun& run) {
        const Index all = 9, count = 5, height = 6, width = 7, size = height * width * channels;
        std::vector<std::uint8_t> pictures(static_cast<std::size_t>(all * size));
        for (std::size_t i = 0; i < pictures.size(); ++i)
          pictures[i] = static_cast<std::uint8_t>(37 * i % 256);
        const std::vector<PictureMove> moves = {
            {8, 0, 0, 0}, {0, 1, 0, 0}, {3, 0, 2, -3}, {3, 1, -2, 1}, {7, 1, 30, -40}};
        PictureBatch batch = {count, height, width, channels, mirror};
        batch.pictures = run.mask(pictures);
        batch.byte_values = run.random(256 * channels);
        batch.moves = run.bytes(moves);
        run.backend.load_pictures(batch, run.out("x", count * size));
      });
    }
  }
}

/// Sizes that kernels for whole sequences treat differently: rows of the batch that share a block, weights
/// that stay in registers, in shared memory and in neither.
void add_long_recurrent(Cases& cases) {
  struct Size {
    Index batch, time, inputs, units;
  };
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm, Kind::gru}) {
    int number = 0;
    for (const Size s : {Size{67, 3, 2, 1}, Size{2, 9, 5, 3}, Size{67, 6, 7, 33}, Size{5, 4, 65, 65},
                         Size{9, 3, 6, 64}, Size{2, 5, 3, 129}, Size{5, 1, 3, 200}, Size{3, 3, 3, 200},
                         Size{12, 3, 4, 130}, Size{2, 2, 3, 530}, Size{33, 2, 5, 257}}) {
      const int way = number++ * 7 + static_cast<int>(kind);
      add(cases, "recurrent long" + text({static_cast<Index>(kind), s.batch, s.time, s.inputs, s.units}),
          [=](OpRun& run) {
            Recurrent op = {.batch = s.batch, .time = s.time, .inputs = s.inputs, .units = s.units};
            op.return_sequences = (way & 1) != 0;
            op.go_backwards = (way & 2) != 0;
            op.zero_output_for_mask = (way & 4) != 0;
            op.reset_after = way % 3 != 0;
            if (way % 4 != 0) op.mask = run.mask(make_mask(s.batch * s.time, 78));
            run_recurrent(run, kind, op);
          });
    }
  }
}

/// Every activation that a recurrent layer may have, in either place; and every mask, of more units.
void add_recurrent_activations(Cases& cases) {
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm, Kind::gru}) {
    for (int number = 0; number <= static_cast<int>(Activation::tanh_shrink); ++number) {
      const auto activation = static_cast<Activation>(number);
      if (!is_fusable(activation)) continue;
      for (const bool recurrent : {false, true}) {
        add(cases, "recurrent activation" + text({static_cast<Index>(kind), number, recurrent}),
            [=](OpRun& run) {
              Recurrent op = {.batch = 3, .time = 4, .inputs = 3, .units = 9};
              (recurrent ? op.recurrent_activation : op.activation) = activation;
              op.reset_after = !recurrent;
              op.mask = run.mask(make_mask(3 * 4, 79));
              run_recurrent(run, kind, op);
            });
      }
    }
    for (const bool sequences : {false, true}) {
      add(cases, "recurrent masked" + text({static_cast<Index>(kind), sequences}), [=](OpRun& run) {
        Recurrent op = {.batch = 5, .time = 3, .inputs = 4, .units = 129};
        op.return_sequences = sequences;
        op.reset_after = sequences;
        op.mask = run.mask(make_mask(5 * 3, 80, /*none=*/true));
        run_recurrent(run, kind, op);
      });
    }
  }
}

/// Ids instead of inputs: predicted only.
void add_recurrent_words(Cases& cases) {
  for (const Kind kind : {Kind::simple_rnn, Kind::lstm}) {
    add(cases, "recurrent words" + text({static_cast<Index>(kind)}), [=](OpRun& run) {
      Recurrent op = {.batch = 5, .time = 6, .inputs = 7, .units = 10, .words = 13};
      op.go_backwards = kind == Kind::lstm;
      op.return_sequences = true;
      op.mask = run.mask(make_mask(op.batch * op.time, 81));
      const bool lstm = kind == Kind::lstm;
      const Index columns = lstm ? 4 * op.units : op.units;
      RecurrentParameters parameters;
      parameters.kernel = run.random(op.inputs * columns, -0.5, 0.5);
      parameters.recurrent_kernel = run.random(op.units * columns, -0.5, 0.5);
      parameters.bias = run.random(columns);
      parameters.table = run.random(op.words * op.inputs);
      Backend& backend = run.backend;
      parameters.prepared = run.scratch(lstm ? backend.lstm_prepared(op) : backend.simple_rnn_prepared(op));
      const Real* const ids = run.in(random_ids(op.batch * op.time, op.words, 8));
      Real* const scratch = run.scratch(lstm ? backend.lstm_scratch(op) : backend.simple_rnn_scratch(op));
      Real* const y = run.out("y", op.batch * op.time * op.units);
      if (lstm) {
        backend.prepare_lstm(op, parameters, parameters.prepared);
        backend.lstm(op, ids, parameters, y, nullptr, scratch);
      } else {
        backend.prepare_simple_rnn(op, parameters, parameters.prepared);
        backend.simple_rnn(op, ids, parameters, y, nullptr, scratch);
      }
    });
  }
}

void add_losses(Cases& cases) {
  for (const Index rows : {1, 33, 5000}) {
    for (const int masked : {0, 1, 2}) {
      const Index n = 7;
      add(cases, "softmax_cross_entropy" + text({rows, masked}), [=](OpRun& run) {
        const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(rows, 3, masked == 2));
        run.backend.softmax_cross_entropy(run.random(rows * n, 0, 1), run.in(random_ids(rows, n, 2)), mask,
                                          rows, n, run.out("loss", 1), run.out("dlogits", rows * n, true));
      });
      for (int kind = 0; kind < 4; ++kind) {
        add(cases, "dense_loss" + text({rows, masked, kind}), [=](OpRun& run) {
          const Mask mask = masked == 0 ? nullptr : run.mask(make_mask(rows, 3, masked == 2));
          const bool scores = kind == static_cast<int>(DenseLoss::sigmoid_cross_entropy);
          run.backend.dense_loss(
              static_cast<DenseLoss>(kind), run.random(rows * n, scores ? -9 : 0, scores ? 9 : 1),
              run.random(rows * n, 0, 1), mask, rows, n, run.out("loss", 1), run.out("dy", rows * n, true));
        });
      }
    }
  }
}

void add_updates(Cases& cases) {
  for (const Index count : {1, 1000}) {
    for (int way = 0; way < 4; ++way) {
      const bool some = (way & 1) != 0;
      const bool more = (way & 2) != 0;
      const auto trainable = [=](OpRun& run) { return some ? run.mask(make_mask(count, 4)) : nullptr; };
      add(cases, "sgd" + text({count, way}), [=](OpRun& run) {
        run.backend.sgd(
            {.learning_rate = 0.1F, .momentum = more ? 0.9F : 0, .nesterov = some, .weight_decay = 0.01F},
            run.added("weights", count), run.random(count), more ? run.added("velocity", count) : nullptr,
            trainable(run), count);
      });
      add(cases, "adam" + text({count, way}), [=](OpRun& run) {
        run.backend.adam({.weight_decay = 0.01F, .amsgrad = more, .step = 7}, run.added("weights", count),
                         run.random(count), run.added("first", count),
                         run.make("second", random_values(2 * count, 5, 0, 1), true), trainable(run), count);
      });
      add(cases, "rmsprop" + text({count, way}), [=](OpRun& run) {
        run.backend.rmsprop({.momentum = 0.5F, .weight_decay = 0.01F}, run.added("weights", count),
                            run.random(count), run.make("square", random_values(count, 5, 1, 2), true),
                            more ? run.make("mean", random_values(count, 6, 0, 0.1), true) : nullptr,
                            more ? run.added("velocity", count) : nullptr, trainable(run), count);
      });
    }
  }
  for (const Index count : {1, 100, 300007}) {
    add(cases, "sum_squares, penalty" + text({count}), [=](OpRun& run) {
      run.backend.sum_squares(run.random(count), count, run.number("sum"), false);
      double* const twice = run.number("sums");
      run.backend.sum_squares(run.random(count), count, twice, false);
      run.backend.sum_squares(run.random(count), count, twice, true);
      run.backend.penalty(run.random(count), 0.3, 0.2, run.added("gradients", count), count,
                          run.number("penalty"), false);
      run.backend.penalty(run.random(count), 0, 0.2, nullptr, count, twice, true);
    });
    add(cases, "clip_norm, clip_values" + text({count}), [=](OpRun& run) {
      double* const squares = run.number("squares");
      run.backend.sum_squares(run.random(count), count, squares, false);
      run.backend.clip_norm(run.added("clipped", count), count, squares, 0.1);
      run.backend.clip_norm(run.added("kept", count), count, squares, 1e9);
      run.backend.clip_values(run.added("limited", count), count, Real(0.4));
    });
  }
}

}  // namespace

std::vector<OpCase> op_cases() {
  Cases cases;
  add_products(cases);
  add_windows(cases);
  add_elements(cases);
  add_norms(cases);
  add_axes(cases);
  add_recurrent(cases);
  add_pictures(cases);
  add_long_recurrent(cases);
  add_recurrent_activations(cases);
  add_recurrent_words(cases);
  add_losses(cases);
  add_updates(cases);
  return cases;
}

}  // namespace lapis_test
