package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreKind.class)
class SharedTextTest {
    private final StoreKind kind;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private Database database;
    private SharedText one;
    private SharedText other;

    SharedTextTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        one = new SharedText(database, "users", clock);
        other = new SharedText(database, "users", clock);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatOneMemberChangesAnotherSeesWithinASecond() throws Exception {
        assertThat(other.read()).isEmpty();
        one.update(text -> text + "anna");
        assertThat(one.read()).isEqualTo("anna");
        assertThat(other.read()).as("read a moment ago").isEmpty();
        assertThat(other.readNow()).isEqualTo("anna");
        one.update(text -> text + " bert");
        clock.advance(Duration.ofSeconds(1));
        assertThat(other.read()).isEqualTo("anna bert");
        assertThat(other.read()).as("the same while it stays").isSameAs(other.read());
    }

    @Test
    void textsOfOtherNamesAreApart() throws Exception {
        one.update(_ -> "x");
        assertThat(new SharedText(database, "tokens", clock).read()).isEmpty();
    }

    @Test
    void aChangeThatIsRefusedChangesNothing() throws Exception {
        one.update(_ -> "x");
        assertThatThrownBy(() ->
                        one.update(_ -> {
                            throw new IllegalStateException("no");
                        }))
                .hasMessage("no");
        assertThat(other.readNow()).isEqualTo("x");
        other.update(text -> text + "y");
        assertThat(one.readNow()).isEqualTo("xy");
    }

    // Each member has connections of its own, and no lock in common but the database's.
    @Test
    void changesOfManyAtOnceAreAllThere() throws Exception {
        one.update(text -> text);
        try (var elsewhere = kind.open(directory);
                var threads = Executors.newFixedThreadPool(4)) {
            var done = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 40; i++) {
                var mine = new SharedText(i % 2 == 0 ? database : elsewhere, "users", clock);
                done.add(
                        threads.submit(() -> {
                            mine.update(text -> text + "x");
                            return true;
                        }));
            }
            for (var each : done) {
                assertThat(each.get()).isTrue();
            }
        }
        assertThat(one.readNow()).hasSize(40);
    }
}
