#include "lapis/train/schedule.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "lapis/core/error.h"

using namespace lapis;
using Catch::Contains;

namespace {

Schedule schedule_of(Schedule::Kind kind, double initial, std::int64_t decay_steps) {
  Schedule schedule;
  schedule.kind = kind;
  schedule.initial_learning_rate = initial;
  schedule.decay_steps = decay_steps;
  return schedule;
}

}  // namespace

TEST_CASE("constant") {
  Schedule schedule;
  CHECK(schedule.at(0) == 0.001);
  CHECK(schedule.resolved(10).at(1000000) == 0.001);
}

TEST_CASE("ExponentialDecay") {
  Schedule schedule = schedule_of(Schedule::Kind::exponential_decay, 0.1, 100);
  schedule.decay_rate = 0.5;
  CHECK(schedule.at(0) == Approx(0.1));
  CHECK(schedule.at(50) == Approx(0.1 * std::sqrt(0.5)));
  CHECK(schedule.at(100) == Approx(0.05));
  CHECK(schedule.at(300) == Approx(0.0125));
  schedule.staircase = true;
  CHECK(schedule.at(99) == Approx(0.1));
  CHECK(schedule.at(199) == Approx(0.05));
}

TEST_CASE("InverseTimeDecay") {
  Schedule schedule = schedule_of(Schedule::Kind::inverse_time_decay, 0.6, 10);
  schedule.decay_rate = 0.5;
  CHECK(schedule.at(0) == Approx(0.6));
  CHECK(schedule.at(10) == Approx(0.4));
  CHECK(schedule.at(15) == Approx(0.6 / 1.75));
  schedule.staircase = true;
  CHECK(schedule.at(19) == Approx(0.4));
  CHECK(schedule.at(20) == Approx(0.3));
}

TEST_CASE("PolynomialDecay") {
  Schedule schedule = schedule_of(Schedule::Kind::polynomial_decay, 0.9, 10);
  schedule.end_learning_rate = 0.1;
  schedule.power = 2;
  CHECK(schedule.at(0) == Approx(0.9));
  CHECK(schedule.at(5) == Approx(0.3));
  CHECK(schedule.at(10) == Approx(0.1));
  CHECK(schedule.at(99) == Approx(0.1));
  schedule.cycle = true;
  schedule.power = 1;
  CHECK(schedule.at(0) == Approx(0.9));
  CHECK(schedule.at(10) == Approx(0.1));
  CHECK(schedule.at(15) == Approx(0.3));  // 15 of 20 steps
}

TEST_CASE("CosineDecayRestarts") {
  Schedule schedule = schedule_of(Schedule::Kind::cosine_decay_restarts, 0.8, 10);
  schedule.m_mul = 0.5;
  CHECK(schedule.at(0) == Approx(0.8));
  CHECK(schedule.at(5) == Approx(0.4));
  CHECK(schedule.at(10) == Approx(0.4));  // the second: 20 steps from 0.4
  CHECK(schedule.at(20) == Approx(0.2));
  CHECK(schedule.at(30) == Approx(0.2));  // the third: 40 steps from 0.2
  schedule.t_mul = 1;
  CHECK(schedule.at(15) == Approx(0.2));
  CHECK(schedule.at(20) == Approx(0.2));
  schedule.alpha = 0.5;
  CHECK(schedule.at(5) == Approx(0.8 * 0.75));
  schedule.t_mul = 0.5;
  CHECK_THROWS_WITH(schedule.resolved(10), "learning rate: t_mul 0.5, expected at least 1");
}

TEST_CASE("CosineDecay") {
  Schedule schedule = schedule_of(Schedule::Kind::cosine_decay, 0.2, 100);
  CHECK(schedule.at(0) == Approx(0.2));
  CHECK(schedule.at(25) == Approx(0.2 * (1 + std::sqrt(0.5)) / 2));
  CHECK(schedule.at(50) == Approx(0.1));
  CHECK(schedule.at(100) == Approx(0).margin(1e-12));
  CHECK(schedule.at(500) == Approx(0).margin(1e-12));
  schedule.alpha = 0.1;
  CHECK(schedule.at(50) == Approx(0.2 * (0.9 * 0.5 + 0.1)));
  CHECK(schedule.at(500) == Approx(0.02));
}

TEST_CASE("CosineDecay with warm-up") {
  Schedule schedule = schedule_of(Schedule::Kind::cosine_decay, 0, 100);
  schedule.warmup_target = 0.4;
  schedule.warmup_steps = 10;
  CHECK(schedule.at(0) == 0);
  CHECK(schedule.at(5) == Approx(0.2));
  CHECK(schedule.at(10) == Approx(0.4));
  CHECK(schedule.at(60) == Approx(0.2));
  CHECK(schedule.at(110) == Approx(0).margin(1e-12));
  CHECK(schedule.at(111) == Approx(0).margin(1e-12));
  schedule.initial_learning_rate = 0.1;
  CHECK(schedule.at(5) == Approx(0.25));
}

TEST_CASE("PiecewiseConstantDecay: a boundary belongs to the piece before it") {
  Schedule schedule;
  schedule.kind = Schedule::Kind::piecewise_constant_decay;
  schedule.boundaries = {10, 20};
  schedule.values = {1, 0.5, 0.1};
  CHECK(schedule.at(0) == 1);
  CHECK(schedule.at(10) == 1);
  CHECK(schedule.at(11) == 0.5);
  CHECK(schedule.at(20) == 0.5);
  CHECK(schedule.at(21) == 0.1);
  CHECK(schedule.at(1000) == 0.1);
}

TEST_CASE("a schedule without decay_steps lasts for the training") {
  Schedule schedule = schedule_of(Schedule::Kind::cosine_decay, 0, 0);
  CHECK(schedule.resolved(500).decay_steps == 500);
  schedule.warmup_target = 1;
  schedule.warmup_steps = 100;
  CHECK(schedule.resolved(500).decay_steps == 400);
  CHECK(schedule.resolved(500).at(500) == Approx(0).margin(1e-12));
  CHECK(schedule.resolved(50).decay_steps == 1);
  schedule.decay_steps = 7;
  CHECK(schedule.resolved(500).decay_steps == 7);
}

TEST_CASE("schedules that cannot be") {
  Schedule schedule = schedule_of(Schedule::Kind::cosine_decay, -1, 10);
  CHECK_THROWS_WITH(schedule.resolved(1), Contains("initial_learning_rate -1"));
  schedule.initial_learning_rate = 1;
  schedule.warmup_steps = 5;
  CHECK_THROWS_WITH(schedule.resolved(1), Contains("warmup_steps without warmup_target"));
  schedule.decay_steps = -2;
  CHECK_THROWS_WITH(schedule.resolved(1), Contains("decay_steps -2"));
  schedule = {};
  schedule.initial_learning_rate = NAN;
  CHECK_THROWS_AS(schedule.resolved(1), Error);
  schedule = {};
  schedule.kind = Schedule::Kind::piecewise_constant_decay;
  CHECK_THROWS_WITH(schedule.resolved(1), Contains("0 values for 0 boundaries"));
  schedule.boundaries = {10, 10};
  schedule.values = {1, 1, 1};
  CHECK_THROWS_WITH(schedule.resolved(1), Contains("boundary 10 after 10"));
}

TEST_CASE("ReduceLROnPlateau") {
  PlateauConfig config;
  config.factor = 0.5;
  config.patience = 2;
  config.min_delta = 0.01;
  config.min_lr = 0.2;
  Plateau plateau(config);
  CHECK(plateau.next(1.0, 1) == 1);
  CHECK(plateau.next(0.5, 1) == 1);
  CHECK(plateau.next(0.495, 1) == 1);    // better by less than min_delta: waits 1
  CHECK(plateau.next(0.6, 1) == 0.5);    // waits 2
  CHECK(plateau.next(0.6, 0.5) == 0.5);  // the wait starts again
  CHECK(plateau.next(0.4, 0.5) == 0.5);
  CHECK(plateau.next(0.4, 0.5) == 0.5);
  CHECK(plateau.next(0.4, 0.5) == 0.25);
  CHECK(plateau.next(0.4, 0.25) == 0.25);
  CHECK(plateau.next(0.4, 0.25) == 0.2);  // not below min_lr
  CHECK(plateau.next(0.4, 0.2) == 0.2);
  CHECK(plateau.next(0.4, 0.2) == 0.2);
}

TEST_CASE("ReduceLROnPlateau with cool-down, watching accuracy") {
  PlateauConfig config;
  config.monitor = Monitor::val_accuracy;
  config.factor = 0.1;
  config.patience = 1;
  config.cooldown = 2;
  Plateau plateau(config);
  CHECK(plateau.next(0.5, 1) == 1);
  CHECK(plateau.next(0.4, 1) == Approx(0.1));
  CHECK(plateau.next(0.4, 0.1) == 0.1);           // cooling down
  CHECK(plateau.next(0.4, 0.1) == Approx(0.01));  // the second epoch of it ends it, as in Keras
  CHECK(plateau.next(0.9, 0.01) == 0.01);
}

TEST_CASE("early stopping: patience and the best epoch") {
  EarlyStoppingConfig config;
  config.patience = 2;
  EarlyStopping stopping(config);
  CHECK(stopping.improved(1, 1.0));
  CHECK(stopping.improved(2, 0.8));
  CHECK_FALSE(stopping.improved(3, 0.9));
  CHECK_FALSE(stopping.should_stop());
  CHECK(stopping.improved(4, 0.7));
  CHECK_FALSE(stopping.improved(5, 0.7));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.improved(6, 0.75));
  CHECK(stopping.should_stop());
  CHECK(stopping.best_epoch() == 4);
}

TEST_CASE("early stopping: accuracy rises, min_delta, start_from_epoch, NaN") {
  EarlyStoppingConfig config;
  config.monitor = Monitor::val_macro_f1;
  config.min_delta = 0.1;
  config.start_from_epoch = 1;
  EarlyStopping stopping(config);
  CHECK_FALSE(stopping.improved(1, 0.9));  // not looked at yet
  CHECK(stopping.improved(2, 0.3));
  CHECK(stopping.improved(3, 0.45));
  CHECK_FALSE(stopping.improved(4, 0.5));  // by too little; patience 0 stops at once
  CHECK(stopping.should_stop());
  CHECK(stopping.best_epoch() == 3);

  EarlyStopping never({});
  CHECK_FALSE(never.improved(1, std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(never.should_stop());  // never after the first epoch, as in Keras
  CHECK(never.improved(2, 5));
}

TEST_CASE("monitors") {
  CHECK(monitor_name(Monitor::val_macro_f1) == std::string("val_macro_f1"));
  CHECK(is_loss(Monitor::val_loss));
  CHECK_FALSE(is_loss(Monitor::accuracy));
  CHECK(is_validation(Monitor::val_loss));
  CHECK_FALSE(is_validation(Monitor::loss));
}
