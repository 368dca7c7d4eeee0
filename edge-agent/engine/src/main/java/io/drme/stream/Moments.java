package io.drme.stream;

import io.drme.model.Batch;

/**
 * Moments: samples of one source time that stand one behind the other in a batch, as those of a
 * poll do. What reads several inputs looks at each moment once, so that it never meets one input of
 * a poll with the others of the poll before.
 *
 * <p>It notes which results have to do with the samples of a moment, each once and in their order.
 */
final class Moments {
    private final int[] results;
    private final boolean[] isNoted;
    private final int[] lanes;
    private int count;

    Moments(int results) {
        this.results = new int[results];
        this.isNoted = new boolean[results];
        this.lanes = new int[results];
    }

    /** The index behind the moment that begins at a sample. */
    static int end(Batch in, int from) {
        var times = in.sourceTimes();
        int size = in.size();
        int to = from + 1;
        while (to < size && times[to] == times[from]) {
            to++;
        }
        return to;
    }

    /** Notes a result that has to do with a sample of a lane. */
    void note(int result, int lane) {
        lanes[result] = lane;
        if (!isNoted[result]) {
            isNoted[result] = true;
            results[count++] = result;
        }
    }

    /** How many results have to do with the moment. */
    int count() {
        return count;
    }

    int result(int index) {
        return results[index];
    }

    /** The lane of the last of the samples that a result has to do with. */
    int lane(int result) {
        return lanes[result];
    }

    /** Ends the moment. */
    void clear() {
        while (count > 0) {
            isNoted[results[--count]] = false;
        }
    }
}
