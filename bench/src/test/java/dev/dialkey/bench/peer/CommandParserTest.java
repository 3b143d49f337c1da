package dev.dialkey.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dialkey.bench.peer.CommandException.Reason;
import org.junit.jupiter.api.Test;

class CommandParserTest {

  @Test
  void eachCommandIsKnown() throws CommandException {
    assertThat(CommandParser.parse("bulk 4294967296")).isEqualTo(new Command.Bulk(1L << 32));
    assertThat(CommandParser.parse("lat 5")).isEqualTo(new Command.Latency(5));
    assertThat(CommandParser.parse("rps 50 4")).isEqualTo(new Command.Rate(50, 4));
    assertThat(CommandParser.parse("hs 6 2")).isEqualTo(new Command.Handshakes(6, 2));
    assertThat(CommandParser.parse("idle 20")).isEqualTo(new Command.Idle(20));
    assertThat(CommandParser.parse("dgram 9 0")).isEqualTo(new Command.Datagrams(9, 0));
    assertThat(CommandParser.parse("stats")).isEqualTo(new Command.Stats());
  }

  @Test
  void spacesDoNotCount() throws CommandException {
    assertThat(CommandParser.parse("  rps \t 50  4 ")).isEqualTo(new Command.Rate(50, 4));
  }

  @Test
  void unknownNamesAreToldWithTheKnownOnes() {
    assertThat(failure("bulks 1").reason()).isEqualTo(new Reason.UnknownCommand("bulks"));
    assertThat(failure("").reason()).isEqualTo(new Reason.UnknownCommand(""));
    assertThat(failure("bulks 1")).hasMessageContaining("use bulk, lat");
  }

  @Test
  void aWrongCountOfNumbersIsToldWithTheUsage() {
    assertThat(failure("rps 50").reason())
        .isEqualTo(new Reason.WrongCount("rps REQUESTS IN-FLIGHT"));
    assertThat(failure("stats 1").reason()).isEqualTo(new Reason.WrongCount("stats"));
  }

  @Test
  void numbersHaveBounds() {
    assertThat(failure("lat x").reason())
        .isEqualTo(new Reason.BadNumber("x", 1, CommandParser.MAX_COUNT));
    assertThat(failure("lat 0").reason()).isInstanceOf(Reason.BadNumber.class);
    assertThat(failure("bulk -1").reason()).isInstanceOf(Reason.BadNumber.class);
    assertThat(failure("lat 10000001").reason()).isInstanceOf(Reason.BadNumber.class);
    assertThat(failure("rps 1 513")).hasMessage("'513' is not a number from 1 to 512");
    assertThat(failure("bulk 99999999999999999999").reason()).isInstanceOf(Reason.BadNumber.class);
  }

  private static CommandException failure(String line) {
    return catchThrowableOfType(CommandException.class, () -> CommandParser.parse(line));
  }
}
