package dev.dialkey.bench.peer;

import java.util.OptionalLong;

/**
 * What a transport tells of a bulk transfer, where it does.
 *
 * @param lostPackets packets declared lost meanwhile
 * @param sends system calls that sent something meanwhile
 * @param datagramBytes the largest UDP payload
 */
record BulkNotes(OptionalLong lostPackets, OptionalLong sends, OptionalLong datagramBytes) {

  static final BulkNotes NONE =
      new BulkNotes(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  Answer on(Answer answer) {
    lostPackets.ifPresent(value -> answer.with("lost", value));
    sends.ifPresent(value -> answer.with("sends", value));
    datagramBytes.ifPresent(value -> answer.with("datagram", value));
    return answer;
  }
}
