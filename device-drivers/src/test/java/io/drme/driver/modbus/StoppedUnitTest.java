package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.Counters;
import io.drme.model.Batch;
import io.drme.time.SystemClock;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A unit is taken out of service, or changed, while it is being asked: its neighbours on the same
 * line don't notice. An interrupt closes the socket of a virtual thread that reads from it, so
 * without care they would all connect anew. With a gap there is one connection for all.
 */
@Timeout(60)
class StoppedUnitTest {
    private static final int ROUNDS = 3;
    private static final int SILENT = 1;
    private static final int NEIGHBOUR = 2;
    private static final int REQUEST = 12;
    private static final int UNIT = 6;

    private final SystemClock clock = new SystemClock();
    private final ModbusDriverFactory factory = new ModbusDriverFactory();

    /** Answers the neighbour, and tells when it was asked for the unit that says nothing. */
    private static final class Gateway implements AutoCloseable {
        private final ServerSocket listener =
                new ServerSocket(0, 2, InetAddress.getLoopbackAddress());
        private final Semaphore asked = new Semaphore(0);
        private final AtomicInteger connections = new AtomicInteger();

        Gateway() throws IOException {
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            while (!listener.isClosed()) {
                try (var socket = listener.accept()) {
                    connections.incrementAndGet();
                    var in = new DataInputStream(socket.getInputStream());
                    var request = new byte[REQUEST];
                    while (true) {
                        in.readFully(request);
                        if (request[UNIT] == SILENT) {
                            asked.release();
                        } else {
                            socket.getOutputStream()
                                    .write(
                                            new byte[] {
                                                request[0],
                                                request[1],
                                                0,
                                                0,
                                                0,
                                                5,
                                                NEIGHBOUR,
                                                3,
                                                2,
                                                0,
                                                NEIGHBOUR
                                            });
                        }
                    }
                } catch (IOException _) {
                    // the client went
                }
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @Test
    void neighboursKeepTheirConnectionAndAllTheirPolls() throws Exception {
        try (var gateway = new Gateway();
                var neighbour = new Running(gateway, NEIGHBOUR)) {
            neighbour.awaitTick();
            for (int i = 0; i < ROUNDS; i++) {
                try (var stopped = new Running(gateway, SILENT)) {
                    assertThat(gateway.asked.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
                    stopped.stop();
                }
                neighbour.awaitTick();
            }
            assertThat(gateway.connections).as("connections").hasValue(1);
            assertThat(neighbour.counters().failures()).as("failures").isZero();
            assertThat(neighbour.counters().badSamples()).as("bad samples").isZero();
        }
    }

    private final class Running implements AutoCloseable {
        private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(10_000);
        private final DeviceLoop loop;
        private final Thread thread;

        Running(Gateway gateway, int unit) {
            var fixture =
                    DeviceFixture.of(
                            "unit-" + unit,
                            factory,
                            """
                            url: "tcp://127.0.0.1:%d"
                            unit-id: %d
                            timeout: 10s
                            gap: 1ms
                            tags: {t: {address: "holding:0", type: uint16, poll: 5ms}}
                            """
                                    .formatted(gateway.listener.getLocalPort(), unit));
            var driver = factory.create(fixture.spec(), fixture.groups(), Path.of("unused"), clock);
            loop =
                    new DeviceLoop(
                            fixture.spec(),
                            fixture.groups(),
                            driver,
                            unit,
                            queue,
                            clock,
                            new SplittableRandom(unit));
            thread = Thread.ofVirtual().start(loop);
        }

        Counters counters() {
            return loop.status().counters();
        }

        void awaitTick() throws InterruptedException {
            queue.clear();
            assertThat(queue.poll(30, TimeUnit.SECONDS)).as("a tick").isNotNull();
        }

        /** Long before the time limit of its request is over. */
        void stop() throws InterruptedException {
            loop.stop();
            assertThat(thread.join(Duration.ofSeconds(5))).as("it ends soon").isTrue();
        }

        @Override
        public void close() {
            loop.stop();
        }
    }
}
