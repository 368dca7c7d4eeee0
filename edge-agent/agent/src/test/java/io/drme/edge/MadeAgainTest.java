package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import io.drme.model.Quality;
import org.junit.jupiter.api.Test;

class MadeAgainTest {
    private static final int GROUP = 1;
    private static final int OLD = 0;
    private static final int NEW = 1;
    private static final int PART = 1_024;

    private final MadeAgain made = new MadeAgain(tag -> tag == OLD);

    private static Batch results(int tag, long from, int count) {
        var batch = new Batch();
        batch.begin(GROUP, 0);
        for (int i = 0; i < count; i++) {
            batch.addDouble(tag, from + i, (double) (from + i), Quality.GOOD);
        }
        return batch;
    }

    private long left() {
        return made.left(GROUP).stream().mapToLong(Batch::size).sum();
    }

    private void derive(int tag, int count) {
        for (int i = 0; i < count; i += PART) {
            made.add(results(tag, i, PART));
        }
    }

    @Test
    void ofATagThatWasNeverRecordedTheNewestResultsAreKept() {
        int all = 4 * MadeAgain.MOST_UNPROVEN;
        derive(NEW, all);
        assertThat(left()).as("it was never due").isZero();
        made.onRecord(results(NEW, 0, 1));
        assertThat(left()).isBetween(1L, (long) MadeAgain.MOST_UNPROVEN);
        made.onRecord(results(NEW, all - 3, 1));
        assertThat(left()).isEqualTo(2);
    }

    @Test
    void whatRanBeforeIsKeptWhole() {
        int all = 2 * MadeAgain.MOST_UNPROVEN;
        derive(OLD, all);
        assertThat(left()).isEqualTo(all);
    }

    @Test
    void onceATagIsOnRecordItIsKeptWhole() {
        int all = 2 * MadeAgain.MOST_UNPROVEN;
        made.onRecord(results(NEW, -1, 1));
        derive(NEW, all);
        assertThat(left()).isEqualTo(all);
    }
}
