#include "store/page/rates_svg.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <span>

#include "proto/base/size_text.h"
#include "store/page/html_table.h"

namespace walstow {
namespace {

constexpr int kChart = 56;  // pixels
constexpr int kInAnHour = std::chrono::hours(1) / RecentRates::kInterval;

using Value = std::function<std::uint64_t(const RateSample&)>;
using Text = std::function<std::string(std::uint64_t)>;

struct Chart {
  std::string_view title;
  std::string_view kind;
  Value value;
  Text text;
};

RateSample sum_of(std::span<const RateSample> samples) {
  RateSample sum;
  for (const RateSample& sample : samples)
    sum.add(sample);
  return sum;
}

// The part of the width that lies before the store began to count.
double uncounted(Time since, Time now) {
  const std::chrono::duration<double> counted_time = now - since;
  const std::chrono::duration<double> all = RecentRates::kInterval * RecentRates::kIntervals;
  return 100.0 * (1.0 - std::clamp(counted_time / all, 0.0, 1.0));
}

void write_chart(Html& html, const Chart& chart, std::span<const RateSample> samples, double before,
                 const std::string& id) {
  std::uint64_t highest = 0;
  for (const RateSample& sample : samples)
    highest = std::max(highest, chart.value(sample));
  const std::string all = chart.text(chart.value(sum_of(samples)));
  html.raw(fmt::format(
      "<figure class=\"chart {0}\"><figcaption>{1} <b>{2}</b> at most {5} in 5 min</figcaption>"
      "<svg role=\"img\" aria-labelledby=\"{3}-title\" width=\"100%\" "
      "height=\"{4}\"><title id=\"{3}-title\">{1} in each five minutes of the last "
      "12 hours: at most {5}, {2} in all</title>",
      chart.kind, chart.title, all, id, kChart, chart.text(highest)));
  if (before > 0) {
    html.raw(fmt::format("<rect x=\"0\" y=\"0\" width=\"{:.3f}%\" height=\"{}\" class=\"before\"/>",
                         before, kChart));
  }
  const double width = 100.0 / static_cast<double>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::uint64_t value = chart.value(samples[i]);
    if (value == 0) continue;
    const double height =
        std::max(2.0, (kChart - 1) * static_cast<double>(value) / static_cast<double>(highest));
    html.raw(fmt::format("<rect x=\"{:.3f}%\" y=\"{:.1f}\" width=\"{:.3f}%\" height=\"{:.1f}\"/>",
                         width * static_cast<double>(i), kChart - height, width * 0.86, height));
  }
  html.raw("</svg><p class=\"scale\"><span>12 h ago</span><span>now</span></p></figure>");
}

std::string number_text(std::uint64_t number) {
  return fmt::format("{}", number);
}

}  // namespace

RateSample last_hour(const std::vector<RateSample>& samples) {
  const std::span all(samples);
  return sum_of(all.last(std::min<std::size_t>(all.size(), kInAnHour)));
}

void write_rates(Html& html, const std::vector<RateSample>& samples, Time since, Time now,
                 const std::string& id) {
  const std::array charts{
      Chart{"Put", "puts", [](const RateSample& one) { return one.put_bytes; }, size_text},
      Chart{"Got", "gets", [](const RateSample& one) { return one.get_bytes; }, size_text},
      Chart{"Refusals", "refusals", [](const RateSample& one) { return one.refusals; },
            number_text},
  };
  html.raw("<div class=\"charts\">");
  for (std::size_t i = 0; i < charts.size(); ++i)
    write_chart(html, charts.at(i), samples, uncounted(since, now),
                fmt::format("{}-chart-{}", id, i));
  html.raw("</div><p class=\"quiet\">Counted since the store started, ").ago(since, now);
  html.raw(".</p>");
  HtmlTable table(html, "Requests in numbers",
                  {"Period", "Puts", "Bytes put", "Gets", "Bytes got", "Refusals"});
  const auto row = [&table](std::string_view period, const RateSample& sum) {
    table.cell().text(period);
    table.cell().raw(number_text(sum.puts));
    table.cell().raw(size_text(sum.put_bytes));
    table.cell().raw(number_text(sum.gets));
    table.cell().raw(size_text(sum.get_bytes));
    table.cell().raw(number_text(sum.refusals));
  };
  row("last hour", last_hour(samples));
  row("last 12 hours", sum_of(samples));
  table.end();
}

}  // namespace walstow
