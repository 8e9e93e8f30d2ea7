#include "training_report.h"

#include <cmath>
#include <cstdio>

#include "console.h"

namespace lapis::native {

void print_heading(const TrainingHeading& heading) {
  std::printf("%s: %s parameters, %s\n", heading.model.c_str(),
              format_count(static_cast<double>(heading.parameters)).c_str(), heading.device.c_str());
  print_inventory(heading.data);
  std::printf("\n  epoch      loss  accuracy");
  if (heading.validates) std::printf("  val loss  val acc.   val F1");
  std::printf("      rate    time\n");
  std::fflush(stdout);
}

void print_epoch(const EpochRecord& record, bool is_best) {
  std::printf("  %5td  %8.4f    %6.4f", record.epoch, record.loss, record.accuracy);
  if (record.validated)
    std::printf("  %8.4f    %6.4f   %6.4f", record.val_loss, record.val_accuracy, record.val_macro_f1);
  std::printf("  %8.3g %7s%s\n", record.learning_rate, format_duration(record.seconds).c_str(),
              is_best ? "  *" : "");
  std::fflush(stdout);
}

Json epoch_json(const EpochRecord& record) {
  Json::Object line = {
      {"epoch", std::int64_t{record.epoch}}, {"loss", record.loss}, {"accuracy", record.accuracy}};
  if (record.validated) {
    line.push_back({"val_loss", record.val_loss});
    line.push_back({"val_accuracy", record.val_accuracy});
    line.push_back({"val_macro_f1", record.val_macro_f1});
  }
  line.push_back({"learning_rate", record.learning_rate});
  line.push_back({"seconds", rounded(record.seconds)});
  return line;
}

Json epochs_json(const std::vector<EpochRecord>& epochs) {
  Json::Array lines;
  for (const EpochRecord& record : epochs) lines.push_back(epoch_json(record));
  return lines;
}

double rounded(double seconds) {
  return std::round(seconds * 1000) / 1000;
}

}  // namespace lapis::native
