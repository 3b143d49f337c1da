package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dialkey.bindings.ffi.dialkey_h;
import dev.dialkey.bindings.ffi.dk_addr;
import dev.dialkey.bindings.ffi.dk_event;
import dev.dialkey.bindings.ffi.dk_path_info;
import dev.dialkey.bindings.ffi.dk_rx;
import dev.dialkey.bindings.ffi.dk_tx;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeLeakCheck.class)
class LayoutTest {
  /** In the order of {@code dk_layout}. */
  private static final List<GroupLayout> STRUCTURES =
      List.of(
          dk_addr.layout(),
          dk_rx.layout(),
          dk_tx.layout(),
          dk_event.layout(),
          dk_path_info.layout());

  @Test
  void sizesAndOffsetsAreThoseOfTheLibrary() {
    assertThat(generated()).containsExactlyElementsOf(ofTheLibrary());
  }

  @Test
  void noStructureHasHoles() {
    for (GroupLayout structure : STRUCTURES) {
      assertThat(structure.memberLayouts()).allMatch(member -> member.name().isPresent());
      assertThat(structure.memberLayouts().stream().mapToLong(MemoryLayout::byteSize).sum())
          .as("%s", structure.name())
          .isEqualTo(structure.byteSize());
    }
  }

  @Test
  void wordsOfAnAddressAreItsLayout() {
    assertThat(NativeAddress.BYTES).isEqualTo((int) dk_addr.sizeof());
  }

  private static List<Integer> generated() {
    List<Integer> numbers = new ArrayList<>();
    for (GroupLayout structure : STRUCTURES) {
      numbers.add((int) structure.byteSize());
      for (MemoryLayout member : structure.memberLayouts()) {
        String name = member.name().orElseThrow();
        numbers.add((int) structure.byteOffset(PathElement.groupElement(name)));
      }
    }
    return numbers;
  }

  private static List<Integer> ofTheLibrary() {
    try (Arena arena = Arena.ofConfined()) {
      int count = dialkey_h.dk_layout(MemorySegment.NULL, 0);
      assertThat(count).isPositive();
      MemorySegment out = arena.allocate(ValueLayout.JAVA_INT, count);
      assertThat(dialkey_h.dk_layout(out, count)).isEqualTo(count);
      List<Integer> numbers = new ArrayList<>();
      for (int number : out.toArray(ValueLayout.JAVA_INT)) {
        numbers.add(number);
      }
      return numbers;
    }
  }
}
