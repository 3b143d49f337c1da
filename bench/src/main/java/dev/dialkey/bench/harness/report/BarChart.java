package dev.dialkey.bench.harness.report;

import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars as SVG. All colours are of medium brightness and there is no background, so that
 * it can be read on a light page as on a dark one.
 */
final class BarChart {
  private static final int LABEL_WIDTH = 150;
  private static final int BAR_WIDTH = 460;
  private static final int VALUE_WIDTH = 190;
  private static final int ROW_HEIGHT = 26;
  private static final int BAR_HEIGHT = 16;
  private static final int HEAD_HEIGHT = 40;

  /** A bar so much longer than the shortest is cut, or it would leave nothing of the others. */
  private static final double MAX_LENGTH_RATIO = 8;

  private static final String TEXT = "#7a7a7a";
  private static final String BAR = "#3f88c5";
  private static final String RANGE = "#d1781f";

  private BarChart() {}

  /**
   * A bar.
   *
   * @param label who
   * @param value how long it is; above zero
   * @param low where the range begins
   * @param high where it ends
   */
  record Bar(String label, double value, double low, double high) {}

  /**
   * Draws.
   *
   * @param title above the bars
   * @param bars from the top; at least one
   */
  static String svg(String title, List<Bar> bars) {
    double longest = longest(bars);
    int width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH;
    int height = HEAD_HEIGHT + ROW_HEIGHT * bars.size();
    var svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
        role="img" font-family="sans-serif" font-size="13">
        """
            .formatted(width, height, width, height));
    svg.append("<title>%s</title>\n".formatted(escape(title)));
    svg.append(text(8, 20, "font-weight=\"bold\" ", title));
    for (int row = 0; row < bars.size(); row++) {
      svg.append(bar(bars.get(row), HEAD_HEIGHT + row * ROW_HEIGHT, longest));
    }
    return svg.append("</svg>\n").toString();
  }

  /** The value that fills the width: the largest that is not cut. */
  private static double longest(List<Bar> bars) {
    double shortest = bars.stream().mapToDouble(Bar::value).min().orElseThrow();
    return bars.stream()
        .mapToDouble(Bar::value)
        .filter(value -> value <= shortest * MAX_LENGTH_RATIO)
        .max()
        .orElseThrow();
  }

  private static String bar(Bar bar, int top, double longest) {
    boolean isCut = bar.value() > longest;
    double length = BAR_WIDTH * Math.min(1, bar.value() / longest);
    int middle = top + BAR_HEIGHT / 2;
    int baseline = middle + 5;
    var svg = new StringBuilder();
    svg.append(text(LABEL_WIDTH - 8, baseline, "text-anchor=\"end\" ", bar.label()));
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"%s\"/>\n"
            .formatted(LABEL_WIDTH, top, decimal(length), BAR_HEIGHT, BAR));
    if (isCut) {
      svg.append(teeth(top));
    } else {
      svg.append(range(bar, middle, longest));
    }
    double end = isCut ? length : Math.max(length, BAR_WIDTH * clip(bar.high() / longest));
    String value = Numbers.figure(bar.value()) + (isCut ? " (bar cut)" : "");
    svg.append(text(LABEL_WIDTH + end + 8, baseline, "", value));
    return svg.toString();
  }

  /** Best to worst round, as a thin line; it may go beyond the bars by a little. */
  private static String range(Bar bar, int middle, double longest) {
    return "<path d=\"M%s %d H%s\" stroke=\"%s\" stroke-width=\"2\"/>\n"
        .formatted(
            decimal(LABEL_WIDTH + BAR_WIDTH * clip(bar.low() / longest)),
            middle,
            decimal(LABEL_WIDTH + BAR_WIDTH * clip(bar.high() / longest)),
            RANGE);
  }

  /** Two slanted strokes through the bar near its end. */
  private static String teeth(int top) {
    int x = LABEL_WIDTH + BAR_WIDTH - 30;
    return "<path d=\"M%d %d l6 %d M%d %d l6 %d\" stroke=\"%s\" stroke-width=\"3\"/>\n"
        .formatted(x, top, BAR_HEIGHT, x + 8, top, BAR_HEIGHT, RANGE);
  }

  /** Ranges end a little behind the longest bar, where the figures begin. */
  private static double clip(double share) {
    return Math.min(share, 1.1);
  }

  private static String text(double x, int y, String attributes, String text) {
    return "<text x=\"%s\" y=\"%d\" %sfill=\"%s\">%s</text>\n"
        .formatted(decimal(x), y, attributes, TEXT, escape(text));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
