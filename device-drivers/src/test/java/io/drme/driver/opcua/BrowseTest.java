package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.Offer;
import io.drme.driver.TestDevice;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drme-agent browse} and {@code read} against the OPC UA simulator. */
class BrowseTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SCENARIO =
            """
            devices:
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                nodes:
                  'nsu=urn:acme:boiler;s=Boiler.Pressure': {type: double, value: 2.5}
                  'nsu=urn:acme:boiler;s=Boiler.Running': {type: boolean, value: true}
                  'nsu=urn:acme:boiler;s="DB"."Oil"': {type: int32, value: 42}
            """;

    @TempDir private Path folder;

    private TestDevice device(Plant plant) {
        return new TestDevice(
                new OpcUaDriverFactory(),
                "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort(),
                Map.of(),
                new TestDevice.Access(LIMIT, folder, new SystemClock()));
    }

    @Test
    void everyVariableIsATagWithAnAddressThatReadsIt() throws Exception {
        try (var plant = Plant.parse("b", SCENARIO, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var found = new ArrayList<Offer>();
            new OpcUaCommissioning()
                    .browse(device(plant), new Commissioning.Extent(0, 0), found::add);

            assertThat(found.stream().map(o -> o.keys() + " " + o.value()))
                    .contains(
                            "{address=nsu=urn:acme:boiler;s=Boiler.Pressure, type=float64} 2.5",
                            "{address=nsu=urn:acme:boiler;s=Boiler.Running, type=bool} true",
                            "{address=nsu=urn:acme:boiler;s=\"DB\".\"Oil\", type=int64} 42");
            try (var session =
                    device(plant)
                            .open(device(plant).spec(found.stream().map(Offer::keys).toList()))) {
                session.connect();
                assertThat(session.read().stream().map(TestDevice.Sample::shown))
                        .as("what was found is what is read")
                        .containsAll(
                                found.stream()
                                        .filter(o -> o.note().isEmpty())
                                        .map(Offer::value)
                                        .toList());
            }
        }
    }

    @Test
    void elementsOfArraysAndFieldsOfStructuresAreTagsOfTheirOwn() throws Exception {
        var scenario =
                """
                devices:
                  boiler:
                    protocol: opcua
                    listen: "127.0.0.1:0"
                    nodes:
                      'nsu=urn:acme:boiler;s=zones': {type: float, value: 20.5, elements: 2}
                      'nsu=urn:acme:boiler;s=grid': {type: int32, value: 7, elements: "2,2"}
                      'nsu=urn:acme:boiler;s=long': {type: int32, value: 0, elements: 100}
                      'nsu=urn:acme:boiler;s=axis':
                        fields:
                          Position X: {value: 1.5}
                          limits: {value: -5, elements: 2}
                          drive: {fields: {hot: {value: true}}}
                """;
        try (var plant = Plant.parse("b", scenario, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var found = new ArrayList<Offer>();
            new OpcUaCommissioning()
                    .browse(device(plant), new Commissioning.Extent(0, 0), found::add);

            assertThat(found.stream().map(o -> "%s %s %s".formatted(o.name(), o.keys(), o.value())))
                    .contains(
                            "zones/0 {address=nsu=urn:acme:boiler;s=zones, element=0, type=float64} 20.5",
                            "zones/1 {address=nsu=urn:acme:boiler;s=zones, element=1, type=float64} 21.5",
                            "grid/1-0 {address=nsu=urn:acme:boiler;s=grid, element=1,0, type=int64} 9",
                            "axis/position-x {address=nsu=urn:acme:boiler;s=axis, field=Position X, type=float64} 1.5",
                            "axis/limits/1 {address=nsu=urn:acme:boiler;s=axis, field=limits[1], type=int64} -4",
                            "axis/drive/hot {address=nsu=urn:acme:boiler;s=axis, field=drive/hot, type=bool} true");
            assertThat(found.stream().filter(o -> o.name().startsWith("long/")))
                    .hasSize(BrowsedParts.MOST_ELEMENTS)
                    .last()
                    .satisfies(o -> assertThat(o.note()).contains("the array has 100"));
            try (var session =
                    device(plant)
                            .open(device(plant).spec(found.stream().map(Offer::keys).toList()))) {
                session.connect();
                assertThat(session.read().stream().map(TestDevice.Sample::shown))
                        .as("what was found is what is read")
                        .containsAll(
                                found.stream()
                                        .filter(o -> o.note().isEmpty())
                                        .map(Offer::value)
                                        .toList());
            }
        }
    }

    @Test
    void anElementIsReadOnTrialAsTheTagWouldBe() throws Exception {
        var scenario = SCENARIO + "      'nsu=urn:acme:boiler;s=zones': {value: 20, elements: 2}\n";
        try (var plant = Plant.parse("b", scenario, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var wish =
                    new Commissioning.Wish(
                            Map.of("element", "1"),
                            Double.NEGATIVE_INFINITY,
                            Double.POSITIVE_INFINITY,
                            1,
                            0);
            var first =
                    new OpcUaCommissioning()
                            .read(device(plant), "nsu=urn:acme:boiler;s=zones", wish)
                            .getFirst();
            assertThat(first.values()).containsExactly("21");
        }
    }

    @Test
    void theNarrowestTypeThatFitsIsShownFirst() throws Exception {
        try (var plant = Plant.parse("b", SCENARIO, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var wish =
                    new Commissioning.Wish(
                            Map.of(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1, 0);
            var firsts = new ArrayList<String>();
            for (var node : List.of("Boiler.Pressure", "Boiler.Running", "\"DB\".\"Oil\"")) {
                var first =
                        new OpcUaCommissioning()
                                .read(device(plant), "nsu=urn:acme:boiler;s=" + node, wish)
                                .getFirst();
                firsts.add(first.keys().get("type") + " " + first.values());
            }
            assertThat(firsts).containsExactly("float64 [2.5]", "bool [true]", "int64 [42]");
        }
    }

    @Test
    void aWalkThatEndsAtItsLimitSaysSo() throws Exception {
        try (var plant = Plant.parse("b", SCENARIO, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var notes = new ArrayList<String>();
            var listener =
                    new Commissioning.Listener() {
                        @Override
                        public void found(Offer offer) {}

                        @Override
                        public void note(String text) {
                            notes.add(text);
                        }
                    };
            new OpcUaCommissioning(3)
                    .browse(device(plant), new Commissioning.Extent(0, 0), listener);
            assertThat(notes).singleElement().asString().contains("not complete", "3 nodes");

            notes.clear();
            new OpcUaCommissioning()
                    .browse(device(plant), new Commissioning.Extent(0, 0), listener);
            assertThat(notes).isEmpty();
        }
    }

    // Small controllers refuse a call that asks for more than 1,000 nodes.
    @Test
    void aFlatFolderIsReadInCallsThatASmallServerTakes() {
        var slices = Browser.slices(IntStream.range(0, 250).boxed().toList(), 100);

        assertThat(slices.stream().map(List::size)).containsExactly(100, 100, 50);
        assertThat(slices.stream().flatMap(List::stream)).hasSize(250).doesNotHaveDuplicates();
    }

    @Test
    void aNodeWithoutAValueIsARefusal() throws Exception {
        try (var plant = Plant.parse("b", SCENARIO, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var wish =
                    new Commissioning.Wish(
                            Map.of(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1, 0);

            assertThatThrownBy(() ->
                            new OpcUaCommissioning()
                                    .read(device(plant), "nsu=urn:acme:boiler;s=None", wish))
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("there is no value of nsu=urn:acme:boiler;s=None");
        }
    }
}
