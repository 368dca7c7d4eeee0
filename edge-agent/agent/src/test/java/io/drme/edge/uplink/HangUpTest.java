package io.drme.edge.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.mqtt.BrokerSocket;
import io.drme.model.GatewayId;
import io.drme.sync.LineBudget;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy before a centre that is away: it takes connections and hangs up. */
@Timeout(90)
class HangUpTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final Duration START_TAKES = Duration.ofMillis(500);
    private static final int TRIES = 4;
    private static final String GATEWAY = "hang-up-test";

    private final SystemClock clock = new SystemClock();
    private final AtomicInteger hungUp = new AtomicInteger();

    private static List<String> threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().contains(GATEWAY))
                .map(entry -> entry.getKey() + " " + Arrays.toString(entry.getValue()))
                .toList();
    }

    // The gateway tries for weeks: a thread of the library that stays each time would be its end.
    @Test
    void noThreadOfTheLibraryStaysBehind() throws Exception {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().name("proxy").start(() -> hangUp(server));
            var config =
                    new UplinkConfig(
                            List.of(
                                    new UplinkConfig.Address(
                                            "mqtt://127.0.0.1:" + server.getLocalPort(),
                                            "127.0.0.1",
                                            server.getLocalPort())),
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            LineBudget.NONE);
            try (var uplink =
                    new PahoUplink(
                            new GatewayId(GATEWAY),
                            config,
                            Optional.empty(),
                            1,
                            clock,
                            new SplittableRandom(1))) {
                while (hungUp.get() < 2 * TRIES) {
                    uplink.step();
                    uplink.await(LOOK_EVERY);
                }
                // The last try is over, too: its threads end while the next one is waited for.
                long ends = clock.nanoTime() + Backoff.FIRST.toNanos();
                while (clock.nanoTime() - ends < 0) {
                    uplink.step();
                    uplink.await(LOOK_EVERY);
                }
            }
        }
        assertNoThreadStays();
    }

    // The library starts its threads one by one and looks every 100 ms; wherever the end meets it.
    @Test
    void noThreadStaysOfALinkThatIsGivenUpInTheMidstOfItsStart() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int millis = 0; millis < START_TAKES.toMillis(); millis += 20) {
                var link =
                        MqttLink.begin(
                                new MqttLink.Target(
                                        "tcp://127.0.0.1:" + silent.getLocalPort(),
                                        GATEWAY,
                                        new MqttConnectionOptions()),
                                new BrokerSocket(Optional.empty(), 10_000, clock),
                                Optional.empty(),
                                1,
                                new Deaf());
                clock.sleep(Duration.ofMillis(millis));
                link.dispose();
            }
        }
        assertNoThreadStays();
    }

    private static final class Deaf implements MqttLink.Inbox {
        @Override
        public void put(byte[] message) {}

        @Override
        public void wake() {}
    }

    private void assertNoThreadStays() throws InterruptedException {
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        for (var left = threads(); !left.isEmpty(); left = threads()) {
            assertThat(clock.nanoTime()).as("these stay: %s", left).isLessThan(deadline);
            clock.sleep(LOOK_EVERY);
        }
    }

    private void hangUp(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                server.accept().close();
                hungUp.incrementAndGet();
            } catch (IOException _) {
                // The end of the test.
            }
        }
    }
}
