package dev.dialkey.bindings;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses SHIPPED =
      new ClassFileImporter().importPath(ChildJvm.mainClasses());

  /** Of java.lang.foreign, and what loads a library: the calls that the JVM wants a flag for. */
  private static final Set<String> RESTRICTED =
      Set.of(
          "java.lang.foreign.Linker.downcallHandle",
          "java.lang.foreign.Linker.upcallStub",
          "java.lang.foreign.MemorySegment.reinterpret",
          "java.lang.foreign.AddressLayout.withTargetLayout",
          "java.lang.foreign.SymbolLookup.libraryLookup",
          "java.lang.ModuleLayer$Controller.enableNativeAccess",
          "java.lang.System.load",
          "java.lang.System.loadLibrary",
          "java.lang.Runtime.load",
          "java.lang.Runtime.loadLibrary");

  private static final DescribedPredicate<JavaMethodCall> IS_RESTRICTED =
      describe(
          "a restricted method",
          call ->
              RESTRICTED.contains(
                  call.getTargetOwner().getName() + "." + call.getTarget().getName()));

  @Test
  void dependsOnThePlatformOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..", "javax.crypto..", "dev.dialkey.bindings..", "org.jspecify.annotations"))
        .check(SHIPPED);
  }

  @Test
  void restrictedCallsStandWhereTheLibraryIsLoadedAndLinked() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.dialkey.bindings.ffi..")
        .and()
        .doNotBelongToAnyOf(NativeFinder.class, DataPath.class)
        .should()
        .callMethodWhere(IS_RESTRICTED)
        .check(SHIPPED);
  }

  @Test
  void generatedClassesKnowNoneOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("dev.dialkey.bindings.ffi..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.dialkey.bindings")
        .check(SHIPPED);
  }
}
