package io.drme.log;

/**
 * Opens stores whose segments, ring, frames and blocks are small, so that a short simulated run
 * rolls all of them. A store keeps the sizes it was made with, so open it here each time.
 */
public final class SmallStore {
    /** The least {@code max-size} at which such a store has room for ring and tails. */
    public static final long LEAST_BYTES = 256 << 10;

    private static final Sizes SIZES =
            new Sizes(32 << 10, 16 << 10, 4, 8 << 10, 4 << 10, 16 << 10, 2_000);

    private SmallStore() {}

    /** As {@link Store#open(StoreSetup)}. */
    public static Store open(StoreSetup setup) throws DiskException {
        return Store.open(setup, SIZES);
    }
}
