package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DriverException;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Something that takes connections and hangs up, as a proxy before a dead broker does. */
@Timeout(60)
class HangUpTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration START_TAKES = Duration.ofMillis(500);
    private static final int TRIES = 8;
    private static final String CLIENT = "hang-up-test";

    private final SystemClock clock = new SystemClock();
    private final MqttDriverFactory factory = new MqttDriverFactory();

    private static List<String> threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().contains(CLIENT))
                .map(entry -> entry.getKey() + " " + Arrays.toString(entry.getValue()))
                .toList();
    }

    // The gateway tries for weeks: a thread of the library that stays each time would be its end.
    @Test
    void noThreadOfTheLibraryStaysBehind() throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().name("hang-up").start(() -> hangUp(server));
            var fixture =
                    DeviceFixture.of(
                            "hall",
                            factory,
                            "url: mqtt://127.0.0.1:%d\nclient-id: %s\ntimeout: 5s\ntags: {a: {address: t}}"
                                    .formatted(server.getLocalPort(), CLIENT));
            try (var driver =
                    factory.create(fixture.spec(), fixture.groups(), Path.of("unused"), clock)) {
                for (int i = 0; i < TRIES; i++) {
                    assertThatThrownBy(driver::connect)
                            .isInstanceOf(DriverException.Unreachable.class)
                            .hasMessageContaining("is it a broker that speaks MQTT 5");
                }
            }
        }
        assertNoThreadStays();
    }

    // The library starts its threads one by one and looks every 100 ms; wherever the end meets it.
    @Test
    void noThreadStaysOfAConnectThatIsInterruptedInTheMidstOfItsStart() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var settings =
                    new MqttSettings(
                            "127.0.0.1",
                            silent.getLocalPort(),
                            false,
                            CLIENT,
                            MqttSettings.DEFAULT_KEEP_ALIVE,
                            new MqttSettings.Security(
                                    "",
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty()));
            var target = new BrokerLink.Target("hall", settings, CLIENT, LIMIT);
            for (int millis = 0; millis < START_TAKES.toMillis(); millis += 20) {
                var opening = Thread.ofVirtual().start(() -> open(target));
                clock.sleep(Duration.ofMillis(millis));
                opening.interrupt();
                opening.join();
            }
        }
        assertNoThreadStays();
    }

    private void open(BrokerLink.Target target) {
        assertThatThrownBy(() -> BrokerLink.open(target, new Deaf(), clock))
                .isInstanceOf(InterruptedException.class);
    }

    private static final class Deaf implements BrokerLink.Listener {
        @Override
        public void message(
                String topic, byte[] payload, boolean retained, List<Integer> subscriptions) {}

        @Override
        public void lost() {}
    }

    private void assertNoThreadStays() throws InterruptedException {
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        for (var left = threads(); !left.isEmpty(); left = threads()) {
            assertThat(clock.nanoTime()).as("these stay: %s", left).isLessThan(deadline);
            clock.sleep(Duration.ofMillis(20));
        }
    }

    private static void hangUp(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                server.accept().close();
            } catch (IOException _) {
                // The end of the test.
            }
        }
    }
}
