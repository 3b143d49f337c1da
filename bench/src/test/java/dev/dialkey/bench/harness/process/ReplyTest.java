package dev.dialkey.bench.harness.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplyTest {

  @Test
  void secondsAndFiguresAreRead() {
    assertThat(Reply.parse("ok 1.234567 lost=0 sends=70123 p50=19.5"))
        .contains(new Reply.Ok(1.234567, Map.of("lost", 0.0, "sends", 70123.0, "p50", 19.5)));
  }

  @Test
  void remarksThatAreNoNumbersAreLeftOut() {
    assertThat(Reply.parse("ok 0.000001 cipher=AES128-GCM rate=NaN sends=1"))
        .contains(new Reply.Ok(0.000001, Map.of("sends", 1.0)));
  }

  @Test
  void anErrorIsRefusedWithItsText() {
    assertThat(Reply.parse("error no datagrams: the peer has none"))
        .contains(new Reply.Refused("no datagrams: the peer has none"));
    assertThat(Reply.parse("error")).contains(new Reply.Refused(""));
  }

  @Test
  void anythingElseIsNoAnswer() {
    assertThat(Reply.parse("")).isEmpty();
    assertThat(Reply.parse("ok")).isEmpty();
    assertThat(Reply.parse("ok soon")).isEmpty();
    assertThat(Reply.parse("ok -1")).isEmpty();
    assertThat(Reply.parse("ok NaN")).isEmpty();
    assertThat(Reply.parse("ok 1 lost")).isEmpty();
    assertThat(Reply.parse("ok 1 =2")).isEmpty();
    assertThat(Reply.parse("okay 1")).isEmpty();
    assertThat(Reply.parse("errors 1")).isEmpty();
  }
}
