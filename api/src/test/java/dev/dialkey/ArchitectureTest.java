package dev.dialkey;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ArchitectureTest {
  private static final String API = "dev.dialkey";
  private static final String INTERNAL = "dev.dialkey.internal..";
  private static final String LOOP = "dev.dialkey.internal.loop..";
  private static final String CONNECTION = "dev.dialkey.internal.connection..";
  private static final String ENDPOINT = "dev.dialkey.internal.endpoint..";

  private final JavaClasses own = importOwn();

  private static JavaClasses importOwn() {
    try {
      var location = Endpoint.class.getProtectionDomain().getCodeSource().getLocation();
      return new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPath(Path.of(location.toURI()))
          .that(DescribedPredicate.describe("of this module", ArchitectureTest::isOwn));
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isOwn(JavaClass type) {
    String name = type.getPackageName();
    boolean test = type.getName().replaceAll("\\$.*", "").matches(".*(Test|Fake\\w+)");
    return !test && (name.equals(API) || name.startsWith("dev.dialkey.internal"));
  }

  @Test
  void onlyTheseModulesAreKnown() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "jdk.jfr",
            "javax.net.ssl",
            API,
            INTERNAL,
            "dev.dialkey.addressing",
            "dev.dialkey.holepunch",
            "dev.dialkey.bindings",
            "org.jspecify.annotations")
        .check(own);
  }

  @Test
  void ofTheForeignMemoryApiOnlySegmentsAreUsed() {
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are of java.lang.foreign but MemorySegment",
                type ->
                    type.getPackageName().equals("java.lang.foreign")
                        && !type.getName().startsWith(MemorySegment.class.getName())))
        .check(own);
  }

  @Test
  void loopKnowsNoConnectionsAndNoEndpoints() {
    noClasses()
        .that()
        .resideInAPackage(LOOP)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(API, CONNECTION, ENDPOINT)
        .check(own);
  }

  @Test
  void connectionsDoNotKnowTheEndpointBehindTheirHost() {
    noClasses()
        .that()
        .resideInAPackage(CONNECTION)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ENDPOINT)
        .check(own);
  }

  @Test
  void nobodySynchronizes() {
    noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(own);
  }
}
