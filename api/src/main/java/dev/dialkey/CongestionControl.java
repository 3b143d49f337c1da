package dev.dialkey;

/** The algorithm that decides how much may be in flight. */
public enum CongestionControl {
  /** CUBIC with HyStart (RFC 9438), paced by Dialkey; the default. */
  CUBIC,
  /** NewReno (RFC 9002). */
  RENO,
  /** BBR version 2, experimental in the engine. */
  BBR2
}
