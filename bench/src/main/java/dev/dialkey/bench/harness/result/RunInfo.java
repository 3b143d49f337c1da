package dev.dialkey.bench.harness.result;

/**
 * What all samples of one run share; ratios are made within one run alone.
 *
 * @param commit of the source tree
 * @param dirty whether the tree had changes that are not committed
 * @param started when, as an ISO instant in UTC
 * @param command what was typed
 * @param machine where
 */
public record RunInfo(
    String commit, boolean dirty, String started, String command, Machine machine) {

  /** The commit, marked if the tree was changed. */
  public String version() {
    return dirty ? commit + "-dirty" : commit;
  }
}
