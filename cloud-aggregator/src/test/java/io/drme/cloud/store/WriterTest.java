package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreKind.class)
class WriterTest {
    private final StoreKind kind;
    @TempDir private Path directory;

    WriterTest(StoreKind kind) {
        this.kind = kind;
    }

    // Else the thread that tells of alarms waits for as long as blocks come without a pause.
    @Test
    @Timeout(60)
    void whoWritesWithoutAPauseLeavesTheTurnToWhoWaits() throws Exception {
        var order = Collections.synchronizedList(new ArrayList<String>());
        try (var database = kind.open(directory);
                var busy = database.openWriter(Dialect.Role.RECORDS);
                var other = database.openWriter(Dialect.Role.RECORDS)) {
            busy.begin();
            var task =
                    new FutureTask<>(() -> {
                        other.begin();
                        order.add("other");
                        other.commit();
                        return true;
                    });
            var thread = Thread.ofPlatform().start(task);
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            order.add("busy");
            busy.commit();
            busy.begin();
            order.add("busy");
            busy.commit();
            assertThat(task.get()).isTrue();
        }
        assertThat(order).isEqualTo(List.of("busy", "other", "busy"));
    }

    @Test
    @Timeout(60)
    void whatIsUndoneOrClosedLeavesTheTurnToTheNext() throws Exception {
        try (var database = kind.open(directory);
                var next = database.openWriter(Dialect.Role.RECORDS)) {
            try (var first = database.openWriter(Dialect.Role.RECORDS)) {
                first.begin();
                first.rollBack();
                elsewhere(next);
                first.begin();
            }
            elsewhere(next);
        }
    }

    /** On a thread of its own: the turn is a thread's, and it may take it twice. */
    private static void elsewhere(Writer writer) throws Exception {
        var task =
                new FutureTask<>(() -> {
                    writer.begin();
                    writer.commit();
                    return true;
                });
        Thread.ofPlatform().start(task);
        assertThat(task.get()).isTrue();
    }
}
