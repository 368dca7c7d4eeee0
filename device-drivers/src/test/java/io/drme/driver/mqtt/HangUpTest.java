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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Something that takes connections and hangs up, as a proxy before a dead broker does. */
@Timeout(60)
class HangUpTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int TRIES = 8;
    private static final String CLIENT = "hang-up-test";

    private final SystemClock clock = new SystemClock();
    private final MqttDriverFactory factory = new MqttDriverFactory();

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains(CLIENT))
                .count();
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
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (threads() > 0) {
            assertThat(clock.nanoTime()).as("%d threads stay", threads()).isLessThan(deadline);
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
