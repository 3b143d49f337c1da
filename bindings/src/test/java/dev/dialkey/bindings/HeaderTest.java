package dev.dialkey.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dialkey.bindings.CHeader.Prototype;
import dev.dialkey.bindings.ffi.dialkey_h;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The header, jextract's output and what is written by hand say the same. */
class HeaderTest {
  /** Which function each handle of {@link DataPath} calls. */
  private static final Map<String, String> DATA_PATH =
      Map.ofEntries(
          Map.entry("RECEIVE", "dk_conn_recv_batch"),
          Map.entry("SEND", "dk_conn_send_batch"),
          Map.entry("EVENTS", "dk_conn_events"),
          Map.entry("TIMEOUT", "dk_conn_timeout"),
          Map.entry("STREAM_SEND", "dk_stream_send"),
          Map.entry("STREAM_SEND_HEAP", "dk_stream_send"),
          Map.entry("STREAM_RECV", "dk_stream_recv"),
          Map.entry("STREAM_RECV_HEAP", "dk_stream_recv"),
          Map.entry("DATAGRAM_SEND", "dk_dgram_send"),
          Map.entry("DATAGRAM_SEND_HEAP", "dk_dgram_send"),
          Map.entry("DATAGRAM_RECV", "dk_dgram_recv"),
          Map.entry("DATAGRAM_RECV_HEAP", "dk_dgram_recv"),
          Map.entry("DATAGRAM_STATE", "dk_dgram_state"),
          Map.entry("UDP_RECV", "dk_udp_recv"),
          Map.entry("UDP_SEND", "dk_udp_send"));

  private static final Map<String, MemoryLayout> LAYOUTS =
      Map.of(
          "pointer", ValueLayout.ADDRESS,
          "uint8_t", ValueLayout.JAVA_BYTE,
          "int32_t", ValueLayout.JAVA_INT,
          "uint32_t", ValueLayout.JAVA_INT,
          "int64_t", ValueLayout.JAVA_LONG,
          "uint64_t", ValueLayout.JAVA_LONG,
          "size_t", ValueLayout.JAVA_LONG,
          "dk_config", ValueLayout.JAVA_LONG,
          "dk_conn", ValueLayout.JAVA_LONG,
          "dk_socket", ValueLayout.JAVA_LONG);

  @BeforeAll
  static void load() throws IOException {
    NativeLibrary.load();
  }

  @Test
  void everyPrototypeHasAHandleOfItsShape() throws Exception {
    CHeader header = CHeader.read();
    Map<String, Prototype> functions = header.functions();

    assertThat((long) functions.size()).isEqualTo(header.functionCount()).isGreaterThan(30);
    for (var function : functions.entrySet()) {
      Prototype prototype = function.getValue();
      FunctionDescriptor descriptor = descriptor(function.getKey());
      assertThat(descriptor.argumentLayouts().stream().map(HeaderTest::plain))
          .as(function.getKey())
          .containsExactlyElementsOf(prototype.parameters().stream().map(LAYOUTS::get).toList());
      assertThat(descriptor.returnLayout()).contains(LAYOUTS.get(prototype.result()));
      MethodHandle handle =
          (MethodHandle) dialkey_h.class.getMethod(function.getKey() + "$handle").invoke(null);
      assertThat(handle.type()).isEqualTo(descriptor.toMethodType());
    }
  }

  @Test
  void nothingIsGeneratedThatTheHeaderLacks() throws IOException {
    Set<String> generated =
        Arrays.stream(dialkey_h.class.getMethods())
            .map(method -> method.getName())
            .filter(name -> name.endsWith("$descriptor"))
            .map(name -> name.replace("$descriptor", ""))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(generated).containsExactlyInAnyOrderElementsOf(CHeader.read().functions().keySet());
  }

  @Test
  void handsOfTheDataPathAgreeWithJextract() throws Exception {
    Set<String> checked = new TreeSet<>();
    for (Field field : DataPath.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == MethodHandle.class) {
        field.setAccessible(true);
        assertThat(DATA_PATH).containsKey(field.getName());
        checkHandle(field.getName(), (MethodHandle) field.get(null));
        checked.add(field.getName());
      }
    }
    assertThat(checked).isEqualTo(new TreeSet<>(DATA_PATH.keySet()));
  }

  private static void checkHandle(String name, MethodHandle handle) throws Exception {
    FunctionDescriptor descriptor = descriptor(DATA_PATH.getOrDefault(name, ""));
    List<Class<?>> expected = new ArrayList<>();
    boolean heap = name.endsWith("_HEAP");
    for (MemoryLayout argument : descriptor.argumentLayouts()) {
      if (plain(argument).equals(ValueLayout.ADDRESS)) {
        // Of a call with a heap array, the first pointer is the array.
        expected.add(heap ? MemorySegment.class : long.class);
        heap = false;
      } else {
        expected.add(((ValueLayout) argument).carrier());
      }
    }
    assertThat(handle.type().parameterList()).as(name).isEqualTo(expected);
    assertThat(handle.type().returnType())
        .as(name)
        .isEqualTo(descriptor.toMethodType().returnType());
  }

  @Test
  void generatedConstantsAreThoseOfTheHeader() throws Exception {
    Map<String, Integer> constants = CHeader.read().constants();

    assertThat(constants).hasSizeGreaterThan(80);
    for (var constant : constants.entrySet()) {
      assertThat(dialkey_h.class.getMethod(constant.getKey()).invoke(null))
          .as(constant.getKey())
          .isEqualTo(constant.getValue());
    }
  }

  @Test
  void versionsAreTheSame() throws IOException {
    assertThat(CHeader.read().constants())
        .containsEntry("DK_ABI_VERSION", NativeLibrary.ABI_VERSION);
    assertThat(NativeLibrary.load().abiVersion()).isEqualTo(NativeLibrary.ABI_VERSION);
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    NativeLibrary.checkAbi(NativeLibrary.ABI_VERSION, "here");
    for (int other : new int[] {0, 1, 99, -1, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> NativeLibrary.checkAbi(other, "/x/libdialkey.so (class path)"))
          .isInstanceOf(NativeLoadException.class)
          .hasMessage(
              "the native library /x/libdialkey.so (class path) has interface version "
                  + other
                  + ", these classes need 3:"
                  + " use dialkey-bindings and dialkey-native of the same release");
    }
  }

  @Test
  void namedConstantsAreThoseOfTheHeader() throws Exception {
    Map<String, Integer> constants = CHeader.read().constants();

    checkConstants(NativeEvent.class, "DK_EVENT_", constants);
    checkConstants(NativeState.class, "DK_STATE_", constants);
    assertThat(constants).containsEntry("DK_DONE", NativeStatus.DONE);
    for (Field field : publicConstants(NativeStatus.class)) {
      if (!field.getName().equals("DONE")) {
        assertThat(constants).containsEntry("DK_ERR_" + field.getName(), field.getInt(null));
      }
    }
    assertThat(constants)
        .containsEntry("DK_RECV_FIN", NativeConnection.RECEIVED_END)
        .containsEntry("DK_RECV_FLUSH", NativeConnection.CREDIT_WAITS)
        .containsEntry("DK_DGRAM_DROP_OLDEST", NativeConnection.DROP_OLDEST)
        .containsEntry("DK_CONN_RECV_PACKETS", NativeStats.RECEIVED_PACKETS)
        .containsEntry("DK_CONN_STAT_COUNT", NativeStats.COUNT);
    assertThat(NativeSocket.isReadable(constants.getOrDefault("DK_WAIT_READABLE", 0))).isTrue();
    assertThat(NativeSocket.isWritable(constants.getOrDefault("DK_WAIT_WRITABLE", 0))).isTrue();
    assertThat(NativeSocket.isReadable(constants.getOrDefault("DK_WAIT_WOKEN", 3))).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void optionsAreThoseOfTheHeader(NativeOption option) throws IOException {
    assertThat(CHeader.read().constants()).containsEntry("DK_OPTION_" + option, option.code());
  }

  @ParameterizedTest
  @EnumSource
  void originsAreThoseOfTheHeader(NativeState.Origin origin) throws IOException {
    int code = CHeader.read().constants().getOrDefault("DK_ORIGIN_" + origin, -1);

    assertThat(NativeState.Origin.of(code)).isEqualTo(origin);
    assertThat(code).isNotNegative();
  }

  private static void checkConstants(Class<?> type, String prefix, Map<String, Integer> constants)
      throws IllegalAccessException {
    List<Field> fields = publicConstants(type);
    assertThat(fields).isNotEmpty();
    for (Field field : fields) {
      assertThat(constants).containsEntry(prefix + field.getName(), field.getInt(null));
    }
  }

  private static List<Field> publicConstants(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(field -> Modifier.isPublic(field.getModifiers()) && field.getType() == int.class)
        .toList();
  }

  private static FunctionDescriptor descriptor(String function) throws Exception {
    return (FunctionDescriptor) dialkey_h.class.getMethod(function + "$descriptor").invoke(null);
  }

  /** Without the target layout that jextract adds to pointers. */
  private static MemoryLayout plain(MemoryLayout layout) {
    return layout instanceof ValueLayout value && value.carrier() == MemorySegment.class
        ? ValueLayout.ADDRESS
        : layout;
  }
}
