package io.drme.stream;

/** Adds up what the steps of a pipeline remember at most. Confined to the compiler. */
final class StateBytes {
    private long bytes;

    void add(long more) {
        bytes += more;
    }

    long inAll() {
        return bytes;
    }
}
