package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EchoTest {
  @Test
  void whatIsSentComesBack() throws Exception {
    byte[] data = new byte[500_000];
    new Random(1).nextBytes(data);

    assertArrayEquals(data, Echo.there(data));
  }
}
