package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FreshTest {
    private static final Duration KEEP = Duration.ofSeconds(1);
    private final ManualClock clock = new ManualClock();
    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void anAnswerIsKeptForAWhileAndThenReadAnew() throws Exception {
        var fresh = new Fresh<>(clock, KEEP, reads::incrementAndGet);
        assertThat(fresh.get()).isEqualTo(1);
        assertThat(fresh.get()).isEqualTo(1);
        assertThat(fresh.now()).isEqualTo(2);
        assertThat(fresh.get()).isEqualTo(2);
        clock.advance(KEEP);
        assertThat(fresh.get()).isEqualTo(3);
    }

    // Each that waited asked the database anew, 5 s each, one after another.
    @Test
    void aHundredThatAskWhileTheDatabaseIsAwayShareOneLookAtIt() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var fresh =
                new Fresh<Integer>(
                        clock,
                        KEEP,
                        () -> {
                            reads.incrementAndGet();
                            begun.countDown();
                            try {
                                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                            throw new DatabaseException("it is away");
                        });
        var failed = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                threads.execute(() -> {
                    assertThatThrownBy(fresh::get)
                            .isInstanceOf(DatabaseException.class)
                            .hasMessage("it is away");
                    failed.incrementAndGet();
                });
            }
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            goOn.countDown();
        }
        assertThat(failed).hasValue(100);
        assertThat(reads).hasValue(1);
        clock.advance(KEEP);
        assertThatThrownBy(fresh::get).isInstanceOf(DatabaseException.class);
        assertThat(reads).hasValue(2);
    }
}
