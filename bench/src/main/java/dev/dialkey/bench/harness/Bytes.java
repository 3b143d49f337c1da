package dev.dialkey.bench.harness;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as it is typed.
 *
 * @param count above zero
 */
record Bytes(long count) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,12})(|KiB|MiB|GiB)");
  private static final Map<String, Integer> SHIFTS = Map.of("", 0, "KiB", 10, "MiB", 20, "GiB", 30);

  static final Bytes GIB = new Bytes(1L << 30);
  static final Bytes QUARTER_GIB = new Bytes(1L << 28);

  /** Reads a number with or without a unit. */
  static Bytes parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("'" + text + "' is no size; try 256MiB or 1GiB");
    }
    int shift = SHIFTS.getOrDefault(form.group(2), 0);
    long number = Long.parseLong(form.group(1));
    if (number == 0 || number > Long.MAX_VALUE >> shift) {
      throw new TypeConversionException("'" + text + "' is no size that can be sent");
    }
    return new Bytes(number << shift);
  }

  @Override
  public String toString() {
    long mib = count >> 20;
    return mib << 20 == count ? mib + " MiB" : String.format(Locale.ROOT, "%d bytes", count);
  }
}
