package dev.dialkey.bench.harness.result;

/**
 * A place in the results of a run.
 *
 * @param peer name of a pair
 * @param workload what it did
 * @param metric what of it
 */
public record Figure(String peer, Workload workload, Metric metric) {}
