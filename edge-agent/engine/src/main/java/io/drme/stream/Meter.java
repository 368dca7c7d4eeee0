package io.drme.stream;

/** Watches what pipelines cost, one run after the other. */
interface Meter {
    /** Nobody watches. */
    Meter NONE =
            new Meter() {
                @Override
                public void begin() {}

                @Override
                public long ran(int pipeline, int samples) {
                    return 0;
                }
            };

    /** Runs begin here. */
    void begin();

    /**
     * A pipeline ran over so many samples since {@link #begin}, or since the run before.
     *
     * @return what that took, in nanoseconds
     */
    long ran(int pipeline, int samples);
}
