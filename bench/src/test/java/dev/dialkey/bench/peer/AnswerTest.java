package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AnswerTest {

  @Test
  void secondsHaveSixDecimals() {
    assertThat(Answer.ok(1_500_000_000L)).hasToString("ok 1.500000");
  }

  @Test
  void whatIsNotKnownIsNotTold() {
    BulkNotes notes = new BulkNotes(OptionalLong.of(3), OptionalLong.empty(), OptionalLong.of(9));

    assertThat(notes.on(Answer.ok(0))).hasToString("ok 0.000000 lost=3 datagram=9");
  }

  @Test
  void errorsAreOneLine() {
    assertThat(Answer.error("one\r\n two")).hasToString("error one two");
  }
}
