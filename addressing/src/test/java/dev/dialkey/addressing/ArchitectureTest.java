package dev.dialkey.addressing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.Timer;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .importUrl(EndpointId.class.getProtectionDomain().getCodeSource().getLocation());

  private static final Set<String> NET_VALUES =
      Set.of(
          InetAddress.class.getName(),
          Inet4Address.class.getName(),
          Inet6Address.class.getName(),
          InetSocketAddress.class.getName(),
          URI.class.getName(),
          UnknownHostException.class.getName());

  @Test
  void dependsOnNoOtherModuleOfTheProject() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "dev.dialkey.addressing..",
                "org.bouncycastle.math.ec..",
                "com.ibm.icu.text",
                "com.ibm.icu.util",
                "org.jspecify.annotations"))
        .check(SHIPPED);
  }

  @Test
  void internalCodeKnowsNothingOfTheExportedTypes() {
    noClasses()
        .that()
        .resideInAPackage("dev.dialkey.addressing.internal")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.dialkey.addressing")
        .check(SHIPPED);
  }

  @Test
  void onlyTheHostNormaliserUsesIcu() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.internal\\.UrlHost.*")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.ibm.icu..")
        .check(SHIPPED);
  }

  @Test
  void doesNoInputOrOutputAndTouchesNoNativeMemory() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.io..",
                "java.nio.file..",
                "java.nio.channels..",
                "java.lang.foreign..",
                "java.net.http.."))
        .check(SHIPPED);
  }

  @Test
  void takesNothingButAddressesFromJavaNet() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.net")
                .and(
                    DescribedPredicate.describe(
                        "are no plain values",
                        (JavaClass type) -> !NET_VALUES.contains(type.getName()))))
        .check(SHIPPED);
  }

  @Test
  void startsNoThreadsAndReadsNoClock() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.time..", "java.util.concurrent"))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Thread.class, Timer.class)
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(SHIPPED);
  }

  @Test
  void resolvesNoNames() {
    noClasses()
        .should()
        .callMethod(InetAddress.class, "getByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getAllByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getHostName")
        .orShould()
        .callMethod(InetSocketAddress.class, "getHostName")
        .orShould()
        .callConstructor(InetSocketAddress.class, String.class, int.class)
        .check(SHIPPED);
  }
}
