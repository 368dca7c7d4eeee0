package io.drme.edge.recording;

import static io.drme.alarm.AlarmState.LATCHED;
import static io.drme.alarm.AlarmState.NORMAL;
import static io.drme.alarm.AlarmState.OUT_OF_SERVICE;
import static io.drme.alarm.AlarmState.RETURNED;
import static io.drme.alarm.AlarmState.SHELVED;
import static io.drme.alarm.AlarmState.UNACKNOWLEDGED;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Guidance;
import io.drme.alarm.Priority;
import io.drme.alarm.Transition;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.GatewayId;
import io.drme.model.TagName;
import io.drme.schema.AlarmMarks;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What lists show of an occurrence, step by step. */
class AlarmBookTest {
    private final AlarmBook book;

    AlarmBookTest() throws Exception {
        try (var store =
                Store.open(
                        new StoreSetup(
                                new SimulatedDisk(new Random(1)),
                                StoreConfig.defaults(),
                                new GatewayId("press-line-1"),
                                new ManualClock(),
                                new Random(1)))) {
            book = AlarmBook.of(store.view(), _ -> {});
        }
    }

    private AlarmBook.Occurrence step(AlarmState from, AlarmState to, long at, String by) {
        return step("a-1", from, to, at, by);
    }

    private AlarmBook.Occurrence step(
            String id, AlarmState from, AlarmState to, long at, String by) {
        book.take(
                List.of(
                        new Transition(
                                id,
                                "too hot",
                                new TagName("oven/temperature"),
                                from,
                                to,
                                Priority.HIGH,
                                Optional.empty(),
                                "",
                                new Guidance("", "", "", Duration.ZERO),
                                at,
                                by,
                                "",
                                0,
                                at,
                                AlarmMarks.NONE,
                                false)));
        return book.occurrences().getLast();
    }

    // Planted: where none is over, the oldest is forgotten.
    @Test
    void whatIsOpenIsKeptWhateverItsNumber() {
        int many = AlarmBook.MOST_OCCURRENCES + 10;
        for (int i = 0; i < many; i++) {
            step("o-" + i, NORMAL, UNACKNOWLEDGED, 1, "");
        }
        assertThat(book.occurrences()).hasSize(many);

        step("o-1", UNACKNOWLEDGED, NORMAL, 2, "");
        step("o-new", NORMAL, UNACKNOWLEDGED, 3, "");
        assertThat(book.occurrences())
                .hasSize(many)
                .allMatch(AlarmBook.Occurrence::isOpen)
                .extracting(o -> o.last().id())
                .contains("o-0", "o-new")
                .doesNotContain("o-1");
    }

    // Planted: whatever a person does to one that returned acknowledges it.
    @ParameterizedTest
    @EnumSource(names = {"SHELVED", "OUT_OF_SERVICE"})
    void puttingAsideWhatReturnedAcknowledgesNothing(AlarmState aside) {
        assertThat(aside).isIn(SHELVED, OUT_OF_SERVICE);
        step(NORMAL, UNACKNOWLEDGED, 1, "");
        step(UNACKNOWLEDGED, RETURNED, 2, "");
        var put = step(RETURNED, aside, 3, "anna");
        assertThat(put.acknowledgedAtNanos()).isZero();
        assertThat(put.acknowledgedBy()).isEmpty();
        step(aside, RETURNED, 4, "anna");
        var done = step(RETURNED, NORMAL, 5, "bert");
        assertThat(done.acknowledgedAtNanos()).isEqualTo(5);
        assertThat(done.acknowledgedBy()).isEqualTo("bert");
    }

    @ParameterizedTest
    @EnumSource(names = {"NORMAL", "LATCHED"})
    void whatReturnedIsAcknowledgedIntoNormalOrLatched(AlarmState to) {
        assertThat(to).isIn(NORMAL, LATCHED);
        step(NORMAL, UNACKNOWLEDGED, 1, "");
        step(UNACKNOWLEDGED, RETURNED, 2, "");
        assertThat(step(RETURNED, to, 3, "anna").acknowledgedBy()).isEqualTo("anna");
    }
}
