package io.drme.cloud.promql;

/**
 * The moments at which a query is answered.
 *
 * @param startMillis the first, since 1970 UTC
 * @param stepMillis between two, above zero
 * @param count how many, at least one
 */
record Steps(long startMillis, long stepMillis, int count) {
    long at(int step) {
        return startMillis + step * stepMillis;
    }

    long lastMillis() {
        return at(count - 1);
    }
}
