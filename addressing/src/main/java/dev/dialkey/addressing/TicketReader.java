package dev.dialkey.addressing;

import dev.dialkey.addressing.AddressFormatException.Kind;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** What the known kinds of tickets share: a variant byte, then postcard fields. Stateless. */
final class TicketReader {
  /** The only variant of every kind so far. */
  static final byte VARIANT = 0;

  /** Tickets of iroh before 1.0 start with the length of the id. */
  private static final byte OLD_START = 0x20;

  private TicketReader() {}

  /** Bytes behind the last field are ignored, so that later versions can add fields. */
  static <T> T read(byte[] payload, Function<PostcardReader, T> fields) {
    try {
      var in = new PostcardReader(ByteBuffer.wrap(payload));
      byte variant = in.octet();
      if (variant != VARIANT) {
        String hint = variant == OLD_START ? "; it looks like one made by iroh before 1.0" : "";
        throw PostcardReader.malformed("variant %d is unknown%s".formatted(variant & 0xff, hint));
      }
      return fields.apply(in);
    } catch (AddressFormatException e) {
      throw new AddressFormatException(
          Kind.TICKET_CONTENT, "the content of the ticket is malformed: " + e.getMessage(), e);
    }
  }
}
