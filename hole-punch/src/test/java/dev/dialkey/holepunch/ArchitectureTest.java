package dev.dialkey.holepunch;

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
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses SHIPPED =
      new ClassFileImporter()
          .importUrl(CandidateSet.class.getProtectionDomain().getCodeSource().getLocation());

  private static final Set<String> NET_VALUES =
      Set.of(
          InetAddress.class.getName(),
          Inet4Address.class.getName(),
          Inet6Address.class.getName(),
          InetSocketAddress.class.getName(),
          UnknownHostException.class.getName());

  @Test
  void dependsOnAddressingAndThePlatformOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "dev.dialkey.holepunch..",
                "dev.dialkey.addressing",
                "org.jspecify.annotations"))
        .check(SHIPPED);
  }

  @Test
  void doesNoInputOrOutputAndTouchesNoNativeMemory() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.io..",
                "java.nio.channels..",
                "java.nio.file..",
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
  void hasNoThreadsLocksTimersOrRandomness() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.util.concurrent..", "java.util.random.."))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Thread.class, Random.class, SecureRandom.class, java.util.Timer.class)
        .check(SHIPPED);
  }

  @Test
  void readsNoClock() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("java.time.."))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(System.class, Runtime.class)
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
