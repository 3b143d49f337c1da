package dev.dialkey.micrometer;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .importUrl(EndpointMeters.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void dependsOnThePublicApiAndMicrometerOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "dev.dialkey",
                "dev.dialkey.micrometer",
                "dev.dialkey.addressing",
                "io.micrometer.core.instrument..",
                "org.jspecify.annotations"))
        .check(SHIPPED);
  }

  @Test
  void nobodySynchronizes() {
    noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(SHIPPED);
  }
}
