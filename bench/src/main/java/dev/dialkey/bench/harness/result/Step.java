package dev.dialkey.bench.harness.result;

/**
 * One command to one pair of peers.
 *
 * @param peer name of the pair
 * @param workload what it did
 * @param round number of the round, from 1; a warm-up step is no step of a result
 * @param amount bytes, requests, connections or datagrams
 */
public record Step(String peer, Workload workload, int round, long amount) {}
