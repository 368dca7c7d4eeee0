package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceSpec;
import io.drme.driver.PollGroup;
import io.drme.driver.TagTemplate;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.time.SystemClock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tags that messages make, and those that the gateway does not take. */
class DiscoveryTest {
    private static final Arrival GOOD =
            new Arrival(0, 1, new Outcome.Good(new Value.Real(61), OptionalLong.empty()), false);

    private final DeviceFixture fixture =
            DeviceFixture.of(
                    "wearables",
                    new MqttDriverFactory(),
                    "url: mqtt://127.0.0.1:1\ntags: {x/pulse: {address: \"ward/{ward}/pulse\"}}");
    private final TagTemplate template =
            new TagTemplate("wearables/{ward}/pulse", 2, fixture.spec().tags().getFirst());
    private final Discovery discovery = new Discovery(List.of(template));

    private List<String> heard(String ward) {
        discovery.heard(template, "ward/" + ward + "/pulse", GOOD);
        return discovery.take().stream().map(t -> t.tag().name().text()).toList();
    }

    private void giveUp(String ward) {
        discovery.giveUp(List.of(new TagName("wearables/%s/pulse".formatted(ward))));
    }

    @Test
    void namesThatTheGatewayDidNotTakeUseUpNoPlace() {
        for (int i = 0; i < 10; i++) {
            var ward = "bad" + i;
            assertThat(heard(ward)).hasSize(1);
            giveUp(ward);
            assertThat(heard(ward)).as("asked for again").isEmpty();
        }
        assertThat(heard("a")).hasSize(1);
        assertThat(heard("b")).hasSize(1);
        assertThat(heard("c")).as("beyond max-tags").isEmpty();
    }

    @Test
    void namesWithoutNumberThatAreNotTakenComeToAnEnd() {
        int asked = 0;
        for (int i = 0; i < Discovery.MAX_GIVEN_UP + 10; i++) {
            asked += heard("w" + i).size();
            giveUp("w" + i);
        }
        assertThat(asked).isEqualTo(Discovery.MAX_GIVEN_UP + template.most());
    }

    // What waits for its tag is released into nothing where the line was cut meanwhile.
    @Test
    void whatWaitedForATagWithoutAConnectionIsCountedAsLost() {
        var device = fixture.spec();
        var spec =
                new DeviceSpec(
                        device.name(),
                        device.driver(),
                        device.url(),
                        device.timeout(),
                        device.settings(),
                        List.of(),
                        List.of(template));
        var none = new PollGroup(Duration.ofSeconds(1), List.of(), List.of());
        try (var driver = new MqttDriver(spec, none, new SystemClock(), new SplittableRandom(1))) {
            driver.discovery().heard(template, "ward/7b/pulse", GOOD);
            var found = driver.found();
            assertThat(found).hasSize(1);
            assertThat(driver.lostValues()).isZero();
            driver.extend(
                    spec.with(List.of(found.getFirst().tag())),
                    new PollGroup(Duration.ofSeconds(1), List.of(0), List.of(5)));
            assertThat(driver.lostValues()).isEqualTo(1);
        }
    }
}
