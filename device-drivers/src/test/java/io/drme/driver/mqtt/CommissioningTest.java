package io.drme.driver.mqtt;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a person learns of a broker before anything is configured. */
@Timeout(60)
class CommissioningTest {
    private static final String PLANT =
            """
            devices:
              hall:
                protocol: mqtt
                listen: "127.0.0.1:0"
                every: 50ms
                refuse: ["secret/#"]
                topics:
                  Hall 3/door: {value: true, retain: true}
                  hall/climate: {fields: {temp: {value: 21.5}, "a/b": {value: "x"}}}
                  other/x: {value: 1}
            """;

    private final MqttCommissioning commissioning = new MqttCommissioning();
    private Plant plant;

    @BeforeEach
    void start() throws Exception {
        plant = Plant.parse("plant.yaml", PLANT, Plant.Overrides.NONE, new SystemClock());
        plant.start();
    }

    @AfterEach
    void stop() {
        plant.close();
    }

    private TestDevice device() {
        return new TestDevice(
                new MqttDriverFactory(),
                "mqtt://127.0.0.1:" + plant.address("hall").getPort(),
                Map.of(),
                new TestDevice.Access(Duration.ofSeconds(5), Path.of("unused"), new SystemClock()));
    }

    @Test
    void browsingListsEachValueThatIsPublishedMeanwhile() throws Exception {
        var found = new ArrayList<Offer>();
        var notes = new ArrayList<String>();
        commissioning.browse(
                device(),
                new Commissioning.Extent(0, 0, "#", Duration.ofMillis(500)),
                new Commissioning.Listener() {
                    @Override
                    public void found(Offer offer) {
                        found.add(offer);
                    }

                    @Override
                    public void note(String text) {
                        notes.add(text);
                    }
                });
        assertThat(found)
                .extracting(o -> o.name() + " " + o.keys())
                .containsExactlyInAnyOrder(
                        "hall-3/door {address=Hall 3/door, type=bool}",
                        "hall/climate/temp {address=hall/climate, path=/temp, type=float64}",
                        "hall/climate/a-1b {address=hall/climate, path=/a~1b, type=text}",
                        "other/x {address=other/x, type=float64}");
        assertThat(notes).singleElement().asString().contains("a broker has no list");
    }

    @Test
    void readingShowsEachValueOfAMessage() throws Exception {
        var wish =
                new Commissioning.Wish(
                        Map.of(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 2, 10);
        assertThat(commissioning.read(device(), "hall/climate", wish))
                .extracting(r -> r.keys() + " " + r.values())
                .containsExactly(
                        "{path=/temp, type=float64} [21.5, 21.5]",
                        "{path=/a~1b, type=text} [x, x]");
    }

    @Test
    void whatTheBrokerRefusesIsSaid() {
        var extent = new Commissioning.Extent(0, 0, "secret/1", Duration.ofMillis(100));
        assertThatThrownBy(() -> commissioning.browse(device(), extent, _ -> {}))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining("refused the topic secret/1 with code 0x87");
    }

    // A broker tells nothing of its own: to be let in is all that a probe can ask for.
    @Test
    void aProbeNeedsNoValue() throws Exception {
        assertThat(commissioning.answersByConnecting()).isTrue();
        var device = device();
        try (var session = device.open(device.spec(List.of(commissioning.firstTag())))) {
            session.connect();
        }
    }
}
