#include "lapis/io/compile_config.h"

#include "lapis/io/compiled_loss.h"

namespace lapis {

namespace {

void read_learning_rate(ObjectReader& object, Schedule& schedule) {
  const auto found = object.find("learning_rate");
  if (!found) return;
  if (found->json().number()) {
    schedule.initial_learning_rate = found->number(0, kLargestNumber);
  } else if (found->json().object() != nullptr) {
    schedule = read_schedule(read_named(*found), schedule);
  } else {
    found->expected("a number >= 0 or a schedule");
  }
}

void read_optimizer(const JsonCursor& value, TrainOptions& options) {
  const Named named = read_named(value);
  OptimizerConfig& optimizer = options.optimizer;
  ObjectReader object(named.config);
  if (named.name == "sgd") {
    optimizer.kind = OptimizerConfig::Kind::sgd;
    options.schedule.initial_learning_rate = 0.01;
    read_value(object, "momentum", optimizer.momentum, 0, 1);
    read_value(object, "nesterov", optimizer.nesterov);
  } else if (named.name == "adam" || named.name == "adamw") {
    const bool decays = named.name == "adamw";
    optimizer.kind = decays ? OptimizerConfig::Kind::adamw : OptimizerConfig::Kind::adam;
    optimizer.weight_decay = decays ? 0.004 : 0;
    read_value(object, "beta_1", optimizer.beta_1, 0, 1);
    read_value(object, "beta_2", optimizer.beta_2, 0, 1);
    read_value(object, "epsilon", optimizer.epsilon, 0, 1);
    read_value(object, "amsgrad", optimizer.amsgrad);
  } else if (named.name == "rmsprop") {
    optimizer.kind = OptimizerConfig::Kind::rmsprop;
    read_value(object, "rho", optimizer.rho, 0, 1);
    read_value(object, "momentum", optimizer.momentum, 0, 1);
    read_value(object, "epsilon", optimizer.epsilon, 0, 1);
    read_value(object, "centered", optimizer.centered);
  } else {
    fail(named.where.path(), ": optimizer ", in_quotes(named.name),
         " is not known; known: SGD, RMSprop, Adam, AdamW");
  }
  read_learning_rate(object, options.schedule);
  std::optional<double> weight_decay;
  read_value(object, "weight_decay", weight_decay);
  if (weight_decay) optimizer.weight_decay = *weight_decay;
  read_value(object, "clipnorm", optimizer.clipnorm);
  read_value(object, "global_clipnorm", optimizer.global_clipnorm);
  read_value(object, "clipvalue", optimizer.clipvalue);
  for (const char* key : {"use_ema", "loss_scale_factor", "gradient_accumulation_steps"})
    read_off(object, key);
  for (const char* key : {"name", "ema_momentum", "ema_overwrite_frequency"}) object.ignore(key);
  object.finish();
  try {
    check_optimizer(optimizer);
  } catch (const Error& error) {
    throw error.inside(named.where.path());
  }
}

}  // namespace

Schedule read_schedule(const Named& named, Schedule schedule) {
  ObjectReader object(named.config);
  object.ignore("name");
  read_value(object, "initial_learning_rate", schedule.initial_learning_rate, 0, kLargestNumber);
  if (named.name == "exponentialdecay") {
    schedule.kind = Schedule::Kind::exponential_decay;
    read_steps(object, "decay_steps", schedule.decay_steps);
    schedule.decay_rate = object.need("decay_rate").number(0, kLargestNumber);
    read_value(object, "staircase", schedule.staircase);
  } else if (named.name == "inversetimedecay") {
    schedule.kind = Schedule::Kind::inverse_time_decay;
    read_steps(object, "decay_steps", schedule.decay_steps);
    schedule.decay_rate = object.need("decay_rate").number(0, kLargestNumber);
    read_value(object, "staircase", schedule.staircase);
  } else if (named.name == "polynomialdecay") {
    schedule.kind = Schedule::Kind::polynomial_decay;
    read_steps(object, "decay_steps", schedule.decay_steps);
    read_value(object, "end_learning_rate", schedule.end_learning_rate, 0, kLargestNumber);
    read_value(object, "power", schedule.power, 0, kLargestNumber);
    read_value(object, "cycle", schedule.cycle);
  } else if (named.name == "cosinedecayrestarts") {
    schedule.kind = Schedule::Kind::cosine_decay_restarts;
    read_steps(object, "first_decay_steps", schedule.decay_steps);
    read_value(object, "t_mul", schedule.t_mul, 1, kLargestNumber);
    read_value(object, "m_mul", schedule.m_mul, 0, kLargestNumber);
    read_value(object, "alpha", schedule.alpha, 0, kLargestNumber);
  } else if (named.name == "cosinedecay") {
    schedule.kind = Schedule::Kind::cosine_decay;
    read_steps(object, "decay_steps", schedule.decay_steps);
    read_value(object, "alpha", schedule.alpha, 0, kLargestNumber);
    read_value(object, "warmup_target", schedule.warmup_target);
    read_steps(object, "warmup_steps", schedule.warmup_steps);
  } else if (named.name == "piecewiseconstantdecay") {
    schedule.kind = Schedule::Kind::piecewise_constant_decay;
    for (const JsonCursor& item : object.need("boundaries").items()) {
      schedule.boundaries.push_back(item.integer(0));
    }
    for (const JsonCursor& item : object.need("values").items())
      schedule.values.push_back(item.number(0, kLargestNumber));
  } else {
    fail(named.where.path(), ": schedule ", in_quotes(named.name),
         " is not known; known: ExponentialDecay, InverseTimeDecay, PolynomialDecay, CosineDecay, "
         "CosineDecayRestarts, PiecewiseConstantDecay, ReduceLROnPlateau");
  }
  object.finish();
  try {
    schedule.resolved(1);
  } catch (const Error& error) {
    throw error.inside(named.where.path());
  }
  return schedule;
}

void read_compile(const JsonCursor& value, TrainOptions& options) {
  ObjectReader object(value);
  if (const auto found = object.find("optimizer")) read_optimizer(*found, options);
  if (const auto found = object.find("loss")) options.loss = read_loss(*found);
  object.finish();
}

}  // namespace lapis
