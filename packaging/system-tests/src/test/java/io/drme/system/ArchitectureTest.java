package io.drme.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Holds what ARCHITECTURE.md says about who may know whom, over the production classes of all
 * modules.
 */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.drme");

    /** A library and the only packages that may use it. */
    private static final Map<String, List<String>> LIBRARIES =
            Map.ofEntries(
                    Map.entry(
                            "org.eclipse.paho..",
                            List.of("io.drme.edge.uplink..", "io.drme.driver.mqtt..")),
                    Map.entry(
                            "org.eclipse.milo..",
                            List.of("io.drme.driver.opcua..", "io.drme.sim.opcua..")),
                    Map.entry("com.ghgande.j2mod..", List.of("io.drme.driver.modbus..")),
                    Map.entry("com.fazecast.jSerialComm..", List.of("io.drme.driver.modbus..")),
                    Map.entry("com.pi4j..", List.of("io.drme.driver.gpio..")),
                    Map.entry("org.mapdb..", List.of("io.drme.edge.state..")),
                    Map.entry("com.google.re2j..", List.of("io.drme.cloud.promql..")),
                    Map.entry("com.hazelcast..", List.of("io.drme.cloud.grid..")),
                    Map.entry("io.vertx.mqtt..", List.of("io.drme.cloud.ingest..")),
                    Map.entry(
                            "io.netty.handler.codec.mqtt..",
                            List.of("io.drme.cloud.ingest..", "io.drme.sim.fleet..")),
                    Map.entry("org.sqlite..", List.of("io.drme.cloud.store..")),
                    Map.entry("com.zaxxer..", List.of("io.drme.cloud.store..")),
                    Map.entry("com.github.luben..", List.of("io.drme.block..")),
                    Map.entry("org.snakeyaml..", List.of("io.drme.config..")),
                    Map.entry("com.password4j..", List.of("io.drme.web..")),
                    Map.entry(
                            "java.lang.foreign..",
                            List.of("io.drme.driver.gpio..", "io.drme.log..", "io.drme.time..")),
                    Map.entry("jakarta.mail..", List.of("io.drme.edge.notify..")),
                    Map.entry("org.eclipse.angus..", List.of("io.drme.edge.notify..")),
                    Map.entry("java.sql..", List.of("io.drme.cloud.store..")));

    @Test
    void theClassesAreThere() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName))
                .contains("io.drme.model", "io.drme.edge", "io.drme.cloud", "io.drme.sim");
    }

    @TestFactory
    Stream<DynamicTest> aLibraryIsUsedOnlyWhereItBelongs() {
        return LIBRARIES.entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () ->
                                        noClasses()
                                                .that()
                                                .resideInAPackage("io.drme..")
                                                .and()
                                                .resideOutsideOfPackages(
                                                        e.getValue().toArray(String[]::new))
                                                .should()
                                                .dependOnClassesThat()
                                                .resideInAPackage(e.getKey())
                                                .check(CLASSES)));
    }

    // The simulation must be able to move time; one class asks the system.
    @Test
    void onlyTheSystemClockReadsTimeOrWaits() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.drme.time.SystemClock")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.time.Clock.class, "systemUTC")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(CLASSES);
    }

    @Test
    void theModelNeedsTheJdkOnly() {
        noClasses()
                .that()
                .resideInAnyPackage("io.drme.model..", "io.drme.time..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "java..", "io.drme.model..", "io.drme.time..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void driversNeverSeeEachOther() {
        slices().matching("io.drme.driver.(*)..").should().notDependOnEachOther().check(CLASSES);
    }

    // Two programs that meet on the wire only: a shared shortcut would hide a mistake in the
    // protocol.
    @Test
    void theCentreSeesNeitherAgentNorDrivers() {
        noClasses()
                .that()
                .resideInAPackage("io.drme.cloud..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.drme.edge..", "io.drme.driver..")
                .check(CLASSES);
    }

    // A simulator that shared code with a driver would share its mistakes.
    @Test
    void simulatorsAreWrittenWithoutTheDrivers() {
        noClasses()
                .that()
                .resideInAPackage("io.drme.sim..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.drme.driver..", "io.drme.edge..", "io.drme.cloud..")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.drme.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothingIsSynchronized() {
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage("io.drme..")
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(CLASSES);
    }
}
